# ruff: noqa: E501 - calls as somebody types them
"""Mistakes with contracts, with a dataset group on the local Personalize, and in the magics of a notebook."""

from __future__ import annotations

from typing import Final

from tests.wild.following import Scenario

_MAP: Final = 'columns={"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"}'
_EVENTS: Final = f"""
def events(count, first=0):
    numbers = range(first, first + count)
    frame = pl.DataFrame({{
        "user": [f"u{{n % 60}}" for n in numbers], "item": [f"i{{n % 40}}" for n in numbers],
        "time": [1_700_000_000 + n for n in numbers], "note": SECRET,
    }})
    return group.prepare(frame, "interactions", {_MAP})
def shop(*ids):
    return group.prepare(pl.DataFrame({{"ITEM_ID": ids, "GENRES": "a"}}), "items", metadata={{"GENRES": "GENRES"}})
"""
_BULK: Final = _EVENTS + "group.bulk(events(1_200)).wait()\n"
_COUNT: Final = 'group.records("interactions").counts().filter(origin="{}")["records"].sum()'
CONTRACTS: Final = (
    Scenario(
        "contract.infrastructure.checked",
        'contract.to_cloudformation("shop")',
        '"ACTION_ID" in result',
        'contract = pdprep.Contract.of("actions")',
    ),
    Scenario(
        "contract.catalogue._unknown",
        'pdprep.Contract.of("interaction")',
        'result.dataset == "interactions"',
    ),
    Scenario(
        "contract.catalogue._unknown",
        'pdprep.Contract.of("items", "VIDEO_ON_DEMANT")',
        'result.domain == "VIDEO_ON_DEMAND"',
    ),
    Scenario(
        "contract.models.said",
        "pdprep.Contract.from_pandera(schema)",
        'result.dataset == "users" and result.field("AGE").type == "long"',
        """
import pandera.polars as pa
schema = pa.DataFrameSchema({"USER_ID": pa.Column(str), "AGE": pa.Column(int)})
""",
    ),
    Scenario(
        "contract.fields.__post_init__",
        'pdprep.Field("MY BRAND", nullable=True)',
        'result == pdprep.Field("MY_BRAND", nullable=True)',
    ),
    Scenario(
        "contract.fields.__post_init__ 2",
        'pdprep.Field("AGE", "integer", nullable=True)',
        'result == pdprep.Field("AGE", "int", nullable=True)',
    ),
    Scenario(
        "contract.fields.__post_init__ 3",
        'pdprep.Field("AGE", "int", categorical=True)',
        'result == pdprep.Field("AGE", "string", categorical=True)',
    ),
    Scenario(
        "contract.fields.__post_init__ 4",
        'pdprep.Field("BIO", categorical=True, textual=True)',
        'result == pdprep.Field("BIO", textual=True)',
    ),
    Scenario(
        "preparation.leftovers.without_metadata",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"})',
        'records == [(str(n), ["red", "blue"][n % 2]) for n in range(20)]',
        'frame = pl.DataFrame({"sku": [str(n) for n in range(20)], "colour": ["red", "blue"] * 10})',
    ),
    Scenario(
        "contract.shape.check",
        'pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"BRAND": ("make", pdprep.Field("BRAND"))})',
        'records == [("007", "acme")]',
        'frame = pl.DataFrame({"sku": ["007"], "make": ["acme"]})',
    ),
    Scenario(
        "contract.contract.extend",
        'pdprep.Contract.of("items").extend("BRAND")',
        'result.names == ("ITEM_ID", "BRAND")',
    ),
    Scenario(
        "preparation.ids_told.check",
        'pdprep.prepare(frame, "interactions", id_forms={"USER_ID": "letter"})',
        'records == [("1.0", "x", 1700000000)]',
        'frame = pl.DataFrame({"USER_ID": ["1.0"], "ITEM_ID": "x", "TIMESTAMP": 1700000000})',
    ),
    Scenario(
        "engine.consume.check",
        'pdprep.stage(frame, "staged")',
        "result.read == 2",
        'frame = pdprep.prepare(pl.DataFrame({"ITEM_ID": ["a|b", "c"], "N": [1, 2]}), "items", metadata={"N": "N"}, '
        'on_invalid="drop", max_invalid=0.1)',
    ),
    Scenario(
        "engine.validate.validate",
        "pdprep.validate()",
        "True",
        by_hand='pdprep.validate(pdprep.prepare(pl.DataFrame({"ITEM_ID": ["c"], "N": [2]}), "items", metadata={"N": "N"}))',
    ),
    Scenario(
        "engine.validate.check",
        "pdprep.validate(frame)",
        'records == [("007", "x", 1700000000)]',
        'frame = pl.DataFrame({"USER_ID": ["007"], "ITEM_ID": "x", "TIMESTAMP": 1700000000})',
    ),
    Scenario(
        "engine.validate.check_route",
        'pdprep.validate(ready, route="puts")',
        "result.read == 1",
        'ready = pdprep.prepare(pl.DataFrame({"USER_ID": ["007"], "ITEM_ID": "x", "TIMESTAMP": 1700000000}), "interactions")',
    ),
    Scenario(
        "engine.stage._emptied",
        'pdprep.stage(pdprep.prepare("items-00000.csv", "items", columns={"ITEM_ID": "sku"}, metadata={"N": "n"}), ".")',
        "result.rows == 1",
        'Path("items-00000.csv").write_text("sku,n\\n007,1\\n")',
    ),
    Scenario(
        "engine.consume.invalid",
        'pdprep.stage(pdprep.prepare(frame, "items", columns={"ITEM_ID": "sku"}, metadata={"N": "n"}), "staged")',
        "result.rows == 2",
        'frame = pl.DataFrame({"sku": ["a|b", "c"], "n": [1, 2]})',
    ),
)
_DATA: Final = """
s3 = group.client("s3")
s3.create_bucket(Bucket="data")
s3.put_object(Bucket="data", Key="in/0.csv", Body=b"USER_ID,ITEM_ID,TIMESTAMP\\n007,1.10,1700000000\\n")
"""
GROUPS: Final = (
    Scenario(
        "personalize.exports.infrastructure.of_group",
        "group.to_cloudformation()",
        "result",
        _EVENTS + "prepared = events(1)",
    ),
    Scenario(
        "preparation.files._remote",
        'group.prepare("s3://data/in", "interactions")',
        'records == [("007", "1.10", 1_700_000_000)]',
        _DATA,
    ),
    Scenario(
        "preparation.files._remote 2",
        'group.prepare("s3://data/in/1.csv", "interactions")',
        'records == [("007", "1.10", 1_700_000_000)]',
        _DATA,
    ),
    Scenario(
        "personalize.imports.guards._no_bulk_yet",
        'group.bulk(frame, mode="INCREMENTAL")',
        f"{_COUNT.format('bulk')} == 1_200",
        _EVENTS + "frame = events(1_200)",
    ),
    Scenario(
        "personalize.imports.guards._too_few",
        'group.bulk(frame, mode="INCREMENTAL")',
        f"{_COUNT.format('incremental')} == 5 and {_COUNT.format('bulk')} == 1_200",
        _BULK + "frame = events(1_000, 205)",
    ),
    Scenario(
        "personalize.imports.guards._replaces",
        "group.bulk(frame)",
        f"{_COUNT.format('bulk')} == 1_300",
        _BULK + "frame = events(1_300)",
    ),
    Scenario(
        "personalize.imports.guards._shrinking",
        "group.bulk(frame, replace=True)",
        f"{_COUNT.format('bulk')} == 1_000",
        _EVENTS + "group.bulk(events(2_200)).wait()\nframe = events(1_000)",
    ),
    Scenario(
        "personalize.imports.bulk.prepare",
        'group.bulk(frame, mode="REPLACE")',
        f"{_COUNT.format('bulk')} == 1_200",
        _EVENTS + "frame = events(1_200)",
    ),
    Scenario(
        "personalize.puts.request.check",
        "group.put(frame, rate=1_000_000)",
        f"{_COUNT.format('incremental')} == 5",
        _EVENTS + "frame = events(5)",
    ),
    Scenario(
        "personalize.puts.filling.check",
        "group.put(frame, fill=True)",
        f"{_COUNT.format('incremental')} == 5",
        _EVENTS + "frame = events(5)",
    ),
    Scenario(
        "personalize.exports.export.export",
        'group.export("items", mode="EVERYTHING")',
        'result.height == 1 and result["ITEM_ID"].item() == "007"',
        _EVENTS + 'group.put(shop("007")).wait()',
    ),
    Scenario(
        "personalize.exports.export.export 2",
        'group.export("actions")',
        "result.height == 1",
        'action = pl.DataFrame({"ACTION_ID": ["a"], "VALUE": [1], "LEVEL": ["Gold"]})\n'
        'group.put(group.prepare(action, "actions", metadata={"LEVEL": "LEVEL"})).wait()',
    ),
    Scenario(
        "personalize.exports.export._dataset",
        'group.export("items")',
        "result.rows == 1",
        _EVENTS + 'group.put(events(5)).wait()\nframe = pl.DataFrame({"ITEM_ID": ["007"], "N": [1]})',
        by_hand='group.bulk(group.prepare(frame, "items", metadata={"N": "N"}))',
    ),
    Scenario(
        "personalize.resources.evolution._deployed",
        'group.update_schema(shop("1").contract)',
        "result.rows == 1",
        _EVENTS + 'group.put(events(5)).wait()\nframe = pl.DataFrame({"ITEM_ID": ["007"], "N": [1]})',
        by_hand='group.bulk(group.prepare(frame, "items", metadata={"N": "N"}))',
    ),
    Scenario(
        "personalize.resources.evolution.update_schema",
        'group.update_schema(pdprep.Contract.of("items").extend(pdprep.Field("N", "int", nullable=True)))',
        'result["ITEM_ID"].to_list() == ["007"]',
        _EVENTS + 'group.put(shop("007")).wait()',
    ),
    Scenario(
        "personalize.exports.adoption.adopt",
        'group.adopt("items")',
        "True",
        _EVENTS + 'group.put(shop("007")).wait()',
    ),
    Scenario(
        "personalize.resources.removal.delete",
        'group.delete(confirm="movies")',
        '"movies" in str(result)',
    ),
    Scenario(
        "personalize.resources.removal._agree 2",
        "group.delete()",
        '"dataset group movies" in result',
        _EVENTS + 'group.put(shop("007")).wait()',
    ),
    Scenario(
        "personalize.deletions.creating.existing",
        'group.delete_users(["007"])',
        '"movies" in str(result)',
    ),
    Scenario("group.sending.plan", "group.plan()", "result.rows == 5", _EVENTS + "frame = events(5)"),
    Scenario(
        "personalize.jobs.history._by_id",
        'group.jobs()["put-1"]',
        'result.id == "put-0001"',
        _EVENTS + "group.put(events(5)).wait()",
    ),
    Scenario(
        "personalize.deletions.request.request",
        "group.delete_users(users)",
        "result.rows == 1",
        "users = pl.Series(['007'])\n"
        'group.put(group.prepare(pl.DataFrame({"USER_ID": ["007", "8"], "N": 1}), "users", metadata={"N": "N"})).wait()',
    ),
    Scenario(
        "personalize.deletions.user_ids._no_list",
        'group.delete_users(" 007 ")',
        "result.rows == 1",
        _EVENTS
        + 'group.put(group.prepare(pl.DataFrame({"USER_ID": ["007", "8"], "N": 1}), "users", metadata={"N": "N"})).wait()',
    ),
    Scenario(
        "personalize.deletions.user_ids._column",
        "group.delete_users(frame)",
        "result.rows == 1",
        'frame = pl.DataFrame({"user": ["007"], "note": [SECRET]})\n'
        'group.put(group.prepare(pl.DataFrame({"USER_ID": ["007", "8"], "N": 1}), "users", metadata={"N": "N"})).wait()',
    ),
    Scenario(
        "personalize.deletions.user_ids.read",
        "group.delete_users([])",
        'sorted(records) == [("007",), ("8",)]',
        'group.put(group.prepare(pl.DataFrame({"USER_ID": ["007", "8"], "N": 1}), "users", metadata={"N": "N"})).wait()',
    ),
    Scenario(
        "personalize.deletions.user_ids._converted 2",
        "group.delete_users(pl.Series([1.5]))",
        'sorted(records) == [("007",), ("8",)]',
        'group.put(group.prepare(pl.DataFrame({"USER_ID": ["007", "8"], "N": 1}), "users", metadata={"N": "N"})).wait()',
    ),
    Scenario(
        "personalize.deletions.user_ids._converted",
        "group.delete_users(pl.Series([{'a': 1}]))",
        'sorted(records) == [("007",), ("8",)]',
        'group.put(group.prepare(pl.DataFrame({"USER_ID": ["007", "8"], "N": 1}), "users", metadata={"N": "N"})).wait()',
    ),
    Scenario(
        "personalize.puts.batches.put_contract",
        "group.put(frame)",
        f"{_COUNT.format('bulk')} == 1_200",
        """
numbers = range(1_200)
frame = group.prepare(pl.DataFrame({
    "USER_ID": [f"u{n % 60}" for n in numbers], "ITEM_ID": [f"i{n % 40}" for n in numbers],
    "TIMESTAMP": [1_700_000_000 + n for n in numbers], "EVENTTYPE": "x",
}), "interactions", metadata={"EVENTTYPE": "EVENTTYPE"})
""",
    ),
    Scenario(
        "personalize.resources.connecting._find",
        'pdprep.connect("movis")',
        'result.name == "movies"',
        _EVENTS + 'group.put(shop("007")).wait()',
    ),
    Scenario(
        "personalize.resources.connecting.target",
        'pdprep.connect("movies", domain="ECOMMERCE")',
        'result.name == "movies"',
        _EVENTS + 'group.put(shop("007")).wait()',
    ),
    Scenario(
        "personalize.resources.names.checked",
        'pdprep.connect("my movies!")',
        'result.name == "my-movies"',
    ),
    Scenario(
        "personalize.aws.options.checked",
        'pdprep.connect("movies", metrics={"clicks": "click"})',
        'result.name == "movies"',
    ),
    Scenario(
        "project.settings",
        'pdprep.connect("movies", profile="shop")',
        "True",
        'Path("pyproject.toml").write_text("[tool.pdprep]\\ndisplai = \\"html\\"\\n")',
        by_hand='Path("pyproject.toml").write_text("[tool.pdprep]\\ndisplay = \\"html\\"\\n")',
    ),
)
_CELL: Final = """
ratings = pl.DataFrame({"userId": ["007"], "movieId": ["1.10"], "timestamp": [1_700_000_000]})
events = pl.DataFrame({"USER_ID": ["007"], "ITEM_ID": ["1.10"], "TIMESTAMP": [1_700_000_000]})
group = pdprep.connect("movies")
ready = group.prepare(events, "interactions")
number = 7
"""
MAGICS: Final = (
    Scenario("notebook.frames.lookup", "%personalize_check evnts", before=_CELL),
    Scenario(
        "notebook.frames.guess",
        "%personalize_check ratings",
        before=_CELL,
    ),
    Scenario("notebook.frames.guess", "%%personalize_check\nSELECT * FROM ratings", before=_CELL),
    Scenario("notebook.queries._mistake 2", "%%personalize_check\nSELECT * FROM evnts", before=_CELL),
    Scenario("notebook.queries._mistake", "%%personalize_check\nSELEKT", before=_CELL),
    Scenario("notebook.queries.run", "%%personalize_check\n ", before=_CELL),
    Scenario(
        "notebook.queries._to_fill_in",
        "%%personalize_check\nSELECT * FROM {events}",
        before=_CELL,
        by_hand="%%personalize_check\nSELECT * FROM events",
    ),
    Scenario(
        "notebook.arguments._check_flags",
        "%personalize_check events --datset interactions",
        before=_CELL,
        by_hand="%personalize_check events --dataset interactions",
    ),
    Scenario(
        "notebook.arguments._mistake 2", "%personalize_check events --dataset interaction", before=_CELL
    ),
    Scenario("notebook.arguments._mistake", "%personalize_check events --dataset", before=_CELL),
    Scenario("notebook.arguments.parse", "%personalize_check events -o my-report", "job is not None", _CELL),
    Scenario("notebook.ready._check", "%personalize_check", before=_CELL),
    Scenario("notebook.ready._again", "%personalize_check ready --dataset items", before=_CELL),
    Scenario(
        "notebook.current.required",
        "%personalize_put events",
        before='events = pl.DataFrame({"USER_ID": ["007"], "ITEM_ID": ["1.10"], "TIMESTAMP": [1_700_000_000]})',
    ),
    Scenario("notebook.current._variable", "%personalize --use shop", 'shop.name == "shop"', _CELL),
)
