# ruff: noqa: E501 - calls as somebody types them
"""Mistakes in files, frames, mappings and transforms."""

from __future__ import annotations

from typing import Final

from tests.wild.following import Scenario

_CSV: Final = r"""
Path("sales.csv").write_text(
    f"user;item;time;note\n007;1.10;1700000000;{SECRET}\n12;0012;1700000001;\n"
)
"""
_DAY: Final = "1767571200"  # 2026-01-05
_SALES: Final = '[("007", "1.10", 1700000000), ("12", "0012", 1700000001)]'
_MAP: Final = 'columns={"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"}'
_EVENTS: Final = """
frame = pl.DataFrame(
    {"user": ["007", "12"], "item": ["1.10", "0012"], "time": [1700000000, 1700000001], "note": [SECRET, "b"]}
)
"""
_ITEMS: Final = """
frame = pl.DataFrame({"sku": ["007", "12"], "price": [SECRET, "2"], "title": [SECRET, "b"]})
"""
_ASK: Final = f'pdprep.prepare("sales.csv", "interactions", {_MAP})'
_PREPARE: Final = f'pdprep.prepare(frame, "interactions", {_MAP})'

FILES: Final = (
    Scenario(
        "preparation.detection.undecodable 2",
        f'pdprep.prepare("sales.csv", "interactions", {_MAP}, metadata={{"NOTE": "note"}})',
        'records == [("007", "1.10", 1700000000, "5 \\u20ac"), ("12", "0012", 1700000001, "\\xfcber")]',
        r"""Path("sales.csv").write_bytes(
    "user;item;time;note\n007;1.10;1700000000;5 \u20ac\n12;0012;1700000001;\xfcber\n".encode("cp1252"))""",
    ),
    Scenario(
        "preparation.detection.undecodable",
        _ASK,
        f"records == {_SALES}",
        r"""
lines = ["user;item;time;note", "007;1.10;1700000000;5 \u20ac", "12;0012;1700000001;\xfcber"]
Path("sales.csv").write_bytes(b"\n".join([lines[0].encode(), lines[1].encode(), lines[2].encode("cp1252"), b""]))
""",
        by_hand='Path("sales.csv").write_text("\\n".join([*lines, ""]))\n' + _ASK,
    ),
    Scenario(
        "preparation.detection._header",
        'pdprep.read("ratings.csv")',
        'result["column_1"].to_list() == ["007", "12"] and result["column_2"].to_list() == ["31", "31"]',
        r'Path("ratings.csv").write_text(f"007\t31\t2.5\t1260759144\n12\t31\t3.0\t1260759179\n")',
    ),
    Scenario(
        "preparation.detection._header 2",
        'pdprep.read("ids.csv", new_columns=["user", "item"])',
        'records == [("ann", "x"), ("bob", "y")]',
        r'Path("ids.csv").write_text("ann,x\nbob,y\n")',
    ),
    Scenario(
        "preparation.detection._named",
        'pdprep.read("sales.csv", has_header=True, new_columns=["user", "item"])',
        'result.columns == ["user", "item", "column_3", "column_4"] and result["user"].to_list() == ["007", "12"]',
        _CSV,
    ),
    Scenario(
        "preparation.dialects.options",
        f'pdprep.prepare("sales.csv", "interactions", {_MAP}, seperator=";")',
        f"records == {_SALES}",
        _CSV,
    ),
    Scenario(
        "preparation.dialects.options 2",
        'pdprep.read("sales.csv", separator="")',
        'result["user"].to_list() == ["007", "12"]',
        _CSV,
    ),
    Scenario(
        "preparation.dialects.options 2",
        'pdprep.read("sales.csv", skip_lines=-1)',
        "result.height == 2",
        """Path("sales.csv").write_text("made yesterday\\nuser;item\\n1;2\\n007;3\\n")""",
    ),
    Scenario(
        "preparation.dialects.options 2",
        'pdprep.read("sales.csv", escape="/")',
        """records == [('say "hi"', "1")]""",
        r"""Path("sales.csv").write_text('note,n\n"say \\"hi\\"",1\n')""",
    ),
    Scenario(
        "preparation.dialects._encoding",
        'pdprep.read("sales.csv", encoding="windows-1252x")',
        'result["user"].to_list() == ["007", "12"]',
        _CSV,
    ),
    Scenario(
        "preparation.dialects._names",
        'pdprep.read("ids.csv", has_header=False, new_columns="user")',
        'records == [("007", "1.10"), ("12", "0012")]',
        r'Path("ids.csv").write_text("007,1.10\n12,0012\n")',
    ),
    Scenario(
        "preparation.documents._at_line",
        'pdprep.read("sales.ndjson")',
        'records == [("007", 1), ("12", 2)]',
        r"""Path("sales.ndjson").write_text('{"user": "007", "n": 1}\n{"user": "12", "n": 2\n')""",
        by_hand=r"""
Path("sales.ndjson").write_text('{"user": "007", "n": 1}\n{"user": "12", "n": 2}\n')
pdprep.read("sales.ndjson")""",
    ),
    Scenario(
        "preparation.escapes.unclear_escape",
        'pdprep.read("notes.csv")',
        """records == [("7", "a\\\\b")] or records == [("7", "a\\b")]""",
        r"""Path("notes.csv").write_text('id,note\n7,"a\\\\b"\n')""",
    ),
    Scenario(
        "preparation.files.expand",
        'pdprep.read("shop")',
        'records == [("007", "1")]',
        r'Path("shop").mkdir(); Path("shop/a.csv").write_text("user,n\n007,1\n")',
    ),
    Scenario(
        "preparation.files.expand",
        'pdprep.read("shop")',
        'records == [("007", 1)]',
        r'Path("shop").mkdir(); pl.DataFrame({"user": ["007"], "n": [1]}).write_parquet("shop/a.parquet")',
    ),
    Scenario(
        "preparation.files._no_file",
        'pdprep.read("salez.csv")',
        'result["user"].to_list() == ["007", "12"]',
        _CSV,
    ),
    Scenario(
        "preparation.files._no_file",
        'pdprep.read("data/sales.parquet")',
        'result["user"].to_list() == ["007", "12"]',
        _CSV + 'Path("data").mkdir()',
        by_hand='pdprep.read("sales.csv")',
    ),
    Scenario(
        "preparation.files._unzipped",
        'pdprep.read("shop.zip")',
        'records == [("007", "1")]',
        r"""
import zipfile
with zipfile.ZipFile("shop.zip", "w") as handle:
    handle.writestr("README", "read me")
    handle.writestr("a.csv", "user,n\n007,1\n")
""",
    ),
    Scenario(
        "preparation.files._check_member",
        'pdprep.read("shop.zip/b.csv")',
        'records == [("007", "1")]',
        r"""
import zipfile
with zipfile.ZipFile("shop.zip", "w") as handle:
    handle.writestr("a.csv", "user,n\n007,1\n")
""",
    ),
    Scenario(
        "preparation.sources._open_path",
        'pdprep.read("sales")',
        'result["user"].to_list() == ["007", "12"] and result["item"].to_list() == ["1.10", "0012"]',
        _CSV + 'Path("sales.csv").rename("sales")',
    ),
    Scenario(
        "preparation.first_lines.refuse_title",
        f'pdprep.prepare("sales.csv", "interactions", {_MAP})',
        f"records == {_SALES}",
        _CSV + 'Path("sales.csv").write_text("Sales of January\\n\\n" + Path("sales.csv").read_text())',
    ),
    Scenario(
        "preparation.first_lines.refuse_title",
        f'pdprep.prepare("sales.csv", "interactions", {_MAP})',
        f"records == {_SALES}",
        _CSV + 'Path("sales.csv").write_text("Sales; of January;;\\n" + Path("sales.csv").read_text())',
    ),
    Scenario(
        "preparation.first_lines.refuse_apostrophes",
        'pdprep.prepare("quoted.csv", "items", metadata={"NOTE": "NOTE"})',
        """records == [("007", "a, b"), ("8", "c")]""",
        r"""Path("quoted.csv").write_text("'ITEM_ID','NOTE'\n'007','a, b'\n'8','c'\n")""",
    ),
    Scenario(
        "preparation.reading._source_error",
        'pdprep.prepare("quoted.csv", "items", columns={"ITEM_ID": "sku"}, metadata={"NOTE": "note"})',
        """records == [("007", "a, b"), ("8", "c")]""",
        r"""Path("quoted.csv").write_text("sku,note\n007,'a, b'\n8,'c'\n")""",
    ),
    Scenario(
        "preparation.reading._source_error 2",
        'pdprep.prepare("long.csv", "items", columns={"ITEM_ID": "sku"}, metadata={"N": "n"})',
        'records == [("007", 1), ("8", 2)]',
        r'Path("long.csv").write_text(f"sku,n\n007,1,{SECRET}\n8,2\n")',
    ),
    Scenario(
        "preparation.reading._of_quotes",
        'pdprep.prepare("open.csv", "items", columns={"ITEM_ID": "sku"}, metadata={"NOTE": "note"})',
        """records == [("007", '"a'), ("8", "b")]""",
        r"""Path("open.csv").write_text('sku,note\n007,"a\n8,b\n')""",
    ),
)
FRAMES: Final = (
    Scenario(
        "preparation.mapping.in_index",
        'pdprep.prepare(frame, "items", metadata={"COLOUR": "colour"})',
        'records == [("007", "red")]',
        'frame = pd.DataFrame({"colour": ["red"]}, index=pd.Index(["007"], name="ITEM_ID"))',
    ),
    Scenario(
        "preparation.sources.open_source",
        'pdprep.prepare(frame, "interactions", columns={"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "row"})',
        'records == [("007", "x", 1700000000)]',
        'frame = pl.DataFrame({"user": ["007"], "item": "x", "__row": [1700000000]})',
    ),
    Scenario(
        "preparation.sources._as_lazy",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"COLOUR": "colour"})',
        'records == [("007", "red")]',
        'frame = {"sku": ["007"], "colour": ["red"]}',
    ),
    Scenario(
        "preparation.objects.from_pandas 2",
        'pdprep.prepare(frame, "interactions", columns={"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"})',
        'records == [("007", "1.10", 1700000000)]',
        'frame = pd.DataFrame([["007", "1.10", 1700000000, 3]], columns=["user", "item", "time", "time"])',
    ),
    Scenario(
        "preparation.objects.from_pandas 2",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"COLOUR": "colour"})',
        'records == [("007", "red"), ("8", "(1+2j)")]',
        'frame = pd.DataFrame({"sku": ["007", "8"], "colour": pd.Series(["red", 1 + 2j], dtype=object)})',
    ),
    Scenario(
        "preparation.objects._texts",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"TAGS": "tags"})',
        'records == [("007", "a|b"), ("8", None)]',
        'frame = pl.DataFrame({"sku": ["007", "8"], "tags": pl.Series([{"b", "a"}, None], dtype=pl.Object)}).lazy()',
    ),
    Scenario(
        "preparation.reading._of_bytes",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"NOTE": pl.col("note").cast(pl.String)})',
        'records == [("007", "caf\\xe9"), ("8", "b")]',
        'frame = pl.DataFrame({"sku": ["007", "8"], "note": [b"caf\\xe9", b"b"]})',
    ),
    Scenario(
        "preparation.prepare._contract",
        f"pdprep.prepare(frame, 7, {_MAP})",
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "engine.validate.checked_engine",
        'pdprep.validate(pdprep.prepare(frame, "interactions", ' + _MAP + '), engine="lokal")',
        'type(result).__name__ == "Report"',
        _EVENTS,
    ),
    Scenario(
        "preparation.headers._error",
        'pdprep.infer_contract(frame, "interactions")',
        'result.columns["TIMESTAMP"] == "column_4" and frame.collect()["column_1"].to_list() == ["007", "12"]',
        r"""
Path("ratings.csv").write_text("007\t31\t2.5\t1260759144\n12\t31\t3.0\t1260759179\n")
frame = pl.scan_csv("ratings.csv", separator="\t")
""",
    ),
    Scenario(
        "preparation.prepare._choice",
        f'pdprep.prepare(frame, "interactions", {_MAP}, on_invalid="ignore")',
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.prepare._share",
        f'pdprep.prepare(frame, "interactions", {_MAP}, max_invalid=5)',
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.ids.differs",
        "pdprep.prepare(frame, like=inter)",
        'records == [("1.0", "x", 1700000000), ("1", "x", 1700000000)]',
        """
def shop(*ids):
    return pl.DataFrame({"USER_ID": ids, "ITEM_ID": "x", "TIMESTAMP": 1700000000})
inter = pdprep.prepare(shop("1.0", "2.0"), "interactions")
inter.rows.collect()
frame = shop("1.0", "1")
""",
    ),
)
MAPPINGS: Final = (
    Scenario(
        "preparation.mapping.check_targets",
        'pdprep.prepare(frame, "interactions", columns={"user": "USER_ID", "item": "ITEM_ID", "time": "TIMESTAMP"})',
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.mapping.missing",
        'pdprep.prepare("ga4.csv", "interactions")',
        'records == [("7.1700000000", "x", 1767607200), ("7.1700000000", "y", 1767607201)]',
        r"""Path("ga4.csv").write_text(
    "event_date,event_timestamp,user_pseudo_id,item_id\n20260105,1767607200123456,7.1700000000,x\n"
    "20260105,1767607201000001,7.1700000000,y\n")""",
    ),
    Scenario(
        "preparation.mapping.missing",
        'pdprep.prepare(frame, "interactions", columns={"TIMESTAMP": pl.col("time")})',
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.mapping.missing",
        'pdprep.prepare(frame, "interactions")',
        f"records == {_SALES}",
        _EVENTS + 'frame = frame.rename({"user": "wer", "item": "was", "time": "wann"})',
        by_hand=(
            'pdprep.prepare(frame, "interactions", '
            'columns={"USER_ID": "wer", "ITEM_ID": "was", "TIMESTAMP": "wann"})'
        ),
    ),
    Scenario(
        "preparation.mapping.check_shape",
        'pdprep.prepare(frame, "interactions", columns=["user", "item", "time"])',
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.mapping.check_column",
        _PREPARE.replace('"user"', '"usr"'),
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.mapping.check_column",
        "pdprep.prepare(frame, like=inter)",
        f"records == {_SALES}",
        _EVENTS + f'inter = {_PREPARE}\nframe = frame.rename({{"user": "users"}})',
    ),
    Scenario(
        "preparation.mapping._no_such_field",
        _PREPARE.replace("USER_ID", "USERID"),
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.mapping._no_such_field",
        _PREPARE.replace("})", ', "COLOUR": "note"})'),
        '[row[:3] for row in records] == [("007", "1.10", 1700000000), ("12", "0012", 1700000001)]',
        _EVENTS + 'frame = frame.with_columns(note=pl.Series(["red", "blue"]))',
    ),
    Scenario(
        "preparation.resolution.check_key",
        f'pdprep.prepare(frame, "interactions", {_MAP}, dedupe_on=("ITEM_ID",))',
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.resolution._checked",
        f'pdprep.prepare(frame, "interactions", {_MAP}, metadata={{"DEVICE": 7}})',
        'records[0] == ("007", "1.10", 1700000000, 7)',
        _EVENTS,
    ),
    Scenario(
        "preparation.resolution._as_declared",
        'pdprep.prepare(frame, contract, columns={"ITEM_ID": "sku"}, '
        'metadata={"PRICE": ("price", pdprep.Field("PRICE", "float"))})',
        'records == [("007", 1.5), ("8", None)]',
        """
contract = pdprep.Contract.of("items").extend(pdprep.Field("PRICE", "float", nullable=True))
frame = pl.DataFrame({"sku": ["007", "8"], "price": ["1.5", None]})
""",
    ),
    Scenario(
        "preparation.resolution._same_type",
        'pdprep.prepare(frame, "items", domain="ECOMMERCE", columns={"ITEM_ID": "sku", "CATEGORY_L1": "kind"}, '
        'metadata={"PRICE": ("cost", pdprep.Field("PRICE", "string", categorical=True))})',
        'records == [("007", 1.5, "a"), ("8", 2.0, "b")]',
        'frame = pl.DataFrame({"sku": ["007", "8"], "cost": ["1.5", "2"], "kind": ["a", "b"]})',
    ),
    Scenario(
        "preparation.conversions.way",
        _PREPARE,
        f"records == {_SALES}",
        _EVENTS + 'frame = frame.with_columns(user=pl.col("user").cast(pl.Binary))',
    ),
    Scenario(
        "preparation.conversions.way",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"BRAND": ("make", pdprep.Field("BRAND"))})',
        'records == [("007", "acme")]',
        'frame = pl.DataFrame({"sku": ["007"], "make": [{"name": "acme", "n": 7}]})',
    ),
    Scenario(
        "preparation.expressions.dtype",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"TAX": pl.col("price") * 0.5})',
        'records == [("007", 0.75), ("8", 1.0)]',
        'frame = pl.DataFrame({"sku": ["007", "8"], "price": ["1.5", "2"]})',
    ),
    Scenario(
        "preparation.expressions.dtype 2",
        _PREPARE.replace('"user"', 'pl.col("user", "note")'),
        f"records == {_SALES}",
        _EVENTS,
    ),
    Scenario(
        "preparation.expressions._checked",
        'pdprep.prepare("shop.csv", "items", columns={"ITEM_ID": "sku"}, metadata={"TAX": pl.col("price") * 2})',
        'records[:2] == [("0", 2.0), ("1", 2.0)] and records[-1] == ("x", 15.0)',
        """
rows = "".join(f"{n},1\\n" for n in range(10_001))
Path("shop.csv").write_text(f"sku,price\\n{rows}x,7.5\\n")
""",
    ),
)
TRANSFORMS: Final = (
    Scenario(
        "preparation.transforms.asked.types",
        'frame.lazy().pipe(transforms.epoch, "tme")',
        'result["time"].to_list() == [1700000000, 1700000001]',
        _EVENTS,
    ),
    Scenario(
        "preparation.transforms.asked._other",
        'frame.lazy().pipe(transforms.window, None, None, time="time")',
        'result["time"].to_list() == [1767571200]',
        'frame = pl.DataFrame({"time": ["2026-01-05"]})',
    ),
    Scenario(
        "preparation.transforms.asked._other",
        'frame.lazy().pipe(transforms.impressions, "shown")',
        'result["IMPRESSION"].to_list() == ["a|b"]',
        'frame = pl.DataFrame({"shown": ["a|b"]})',
    ),
    Scenario(
        "preparation.transforms.asked._other",
        'frame.lazy().pipe(transforms.trim, "note")',
        'result["note"].to_list() == ["7"]',
        'frame = pl.DataFrame({"note": [7]})',
    ),
    Scenario(
        "preparation.transforms.derived.creation_timestamps",
        "items.lazy().pipe(transforms.creation_timestamps, interactions.lazy())",
        'result["CREATION_TIMESTAMP"].to_list() == [10, None]',
        """
items = pl.DataFrame({"ITEM_ID": ["7", "8"]})
interactions = pl.DataFrame({"ITEM_ID": [7], "TIMESTAMP": [10]})
""",
    ),
    Scenario(
        "preparation.transforms.asked._numbers",
        'frame.lazy().pipe(transforms.events_of_ratings, {"like": 3})',
        'result.rows() == [(4.5, "like")]',
        'frame = pl.DataFrame({"rating": ["4,5", "2"]})',
    ),
    Scenario(
        "preparation.transforms.texts.batch",
        'frame.lazy().pipe(transforms.truth_text, "hd")',
        'result["hd"].to_list() == ["True", None]',
        'frame = pl.DataFrame({"hd": ["yes", SECRET]})',
    ),
    Scenario(
        "preparation.transforms.texts.batch 2",
        'frame.lazy().pipe(transforms.prices, "cost")',
        'result["cost"].to_list() == [1.899]',
        'frame = pl.DataFrame({"cost": ["1.899"]})',
    ),
    Scenario(
        "preparation.transforms.texts.batch 3",
        'frame.lazy().pipe(transforms.prices, "cost")',
        'result["cost"].to_list() == [1899.29, None]',
        'frame = pl.DataFrame({"cost": ["1.899,29", SECRET]})',
    ),
    Scenario(
        "preparation.transforms.times.in_zone",
        'frame.lazy().pipe(transforms.in_zone, "when", "Europe/Berln")',
        'result["when"].item().isoformat() == "2026-01-04T23:00:00+00:00"',
        'frame = pl.DataFrame({"when": ["2026-01-05"]})',
    ),
    Scenario(
        "preparation.transforms.times.in_zone 2",
        'frame.lazy().pipe(transforms.in_zone, "when", "Europe/Berlin")',
        f'result["when"].to_list() == [{_DAY}]',
        f'frame = pl.DataFrame({{"when": [{_DAY}000]}})',
    ),
    Scenario(
        "preparation.transforms.times.batch",
        'frame.lazy().pipe(transforms.in_zone, "when", "Europe/Berlin", format="%d.%m.%Y %H:%M")',
        f'result["when"].dt.epoch("s").to_list() == [{_DAY} - 3_600, None]',
        'frame = pl.DataFrame({"when": ["05.01.2026 00:00", "29.03.2026 02:30"]})',
    ),
    Scenario(
        "preparation.transforms.times._another_form",
        'frame.lazy().pipe(transforms.epoch, "when")',
        f'result["when"].to_list() == [{_DAY}, {_DAY} + 8 * 86_400]',
        'frame = pl.DataFrame({"when": ["05.01.2026", "13.01.2026"]})',
    ),
    Scenario(
        "preparation.transforms.times._another_form",
        'frame.lazy().pipe(transforms.in_zone, "when", "Europe/Berlin")',
        f'result["when"].dt.epoch("s").to_list() == [{_DAY} - 3_600, None]',
        'frame = pl.DataFrame({"when": ["2026-01-05", SECRET]})',
    ),
)
SCENARIOS: Final = (*FILES, *FRAMES, *MAPPINGS, *TRANSFORMS)
