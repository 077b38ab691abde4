"""What a report says against a breach: told from the values, in the user's names, and mending when pasted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep import Field, prepare, transforms, validate

TIME = 1_767_571_200  # 2026-01-05
NAMES = {"USER_ID": "who", "ITEM_ID": "what", "TIMESTAMP": "bought"}
WEIGHT = {"PRICE": ("cost", Field("PRICE", "float", nullable=True))}
TIMES: list[tuple[list[Any], str]] = [
    (["05.01.2026", "2026-01-05"], 'format="%d.%m.%Y")'),
    (["05/01/2026", "13/01/2026"], 'format="%d/%m/%Y")'),
    (
        ["05/01/2026 00:00"],
        'format="%d/%m/%Y %H:%M")  # or "%m/%d/%Y %H:%M": no value tells which of the two',
    ),
    (["01/05/2026 12:00 AM", "01/13/2026 12:00 AM"], 'format="%m/%d/%Y %I:%M %p")'),
    ([20260105], 'format="%Y%m%d")'),
    ([20260105.0, 20260105.0], 'format="%Y%m%d")'),
    ([20260105000000], 'format="%Y%m%d%H%M%S")'),
    ([46_027, 46_027.0], "# days of Excel"),
]


def events(bought: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"who": "u", "what": "i", "bought": bought}, strict=False)


def said(source: Any) -> str:
    prepared = prepare(source, "interactions", columns=NAMES)
    counts = validate(prepared, route="put").counts
    mend: str = counts.filter(pl.col("rule").str.starts_with("timestamp"), level="error")["mend"].item()
    return mend


def cured(mend: str, frame: Any) -> pl.LazyFrame:
    found: pl.LazyFrame = eval(mend, {"frame": frame, "transforms": transforms, "pl": pl, "pdprep": pdprep})
    return found


@pytest.mark.parametrize(("bought", "ends"), TIMES)
def test_field_10_the_fix_names_the_column_and_a_format_that_was_tried(bought: list[Any], ends: str) -> None:
    mend = said(events(bought))
    assert mend.startswith("frame.lazy()")
    assert '"bought"' in mend
    assert mend.endswith(ends)
    ready = prepare(cured(mend, events(bought)), "interactions", columns=NAMES)
    assert validate(ready, route="put").ok
    assert ready.rows.collect()["TIMESTAMP"][0] == TIME


def test_field_10_the_fix_of_a_file_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("who;what;bought\n007;1;31.01.2026\n8;2;2026-01-05\n")
    mend = said(str(path))
    assert mend.startswith(f'pdprep.read("{path}"')
    ready = prepare(cured(mend, None), "interactions", columns=NAMES)
    assert ready.rows.collect()["TIMESTAMP"].to_list() == [TIME + 26 * 86_400, TIME]
    assert ready.rows.collect()["USER_ID"].to_list() == ["007", "8"]


def test_field_10_a_zone_by_its_abbreviation_asks_for_the_zone() -> None:
    mend = said(events(["2026-01-05 01:00:00 CET"]))
    assert mend.startswith("several zones share such a name")
    frame = cured(mend.partition("the zone, ")[2], events(["2026-01-05 01:00:00 CET"]))
    ready = prepare(frame, "interactions", columns=NAMES)
    assert ready.rows.collect()["TIMESTAMP"].to_list() == [TIME]


def test_field_10_years_become_their_first_day() -> None:
    frame = pl.DataFrame({"ITEM_ID": ["a"], "year": [2026], "GENRE": ["x"]})
    prepared = prepare(frame, "items", columns={"CREATION_TIMESTAMP": "year"}, metadata={"GENRE": "GENRE"})
    counts = validate(prepared).counts.filter(column="CREATION_TIMESTAMP")
    mend = next(each for each in counts["mend"] if each.startswith("frame.lazy()"))
    again = prepare(cured(mend, frame), like=prepared)
    assert again.rows.collect()["CREATION_TIMESTAMP"].to_list() == [TIME - 4 * 86_400]


def test_field_e_the_fix_of_a_number_names_prices_and_reads_all_three() -> None:
    frame = pl.DataFrame({"ITEM_ID": ["a", "b", "c"], "cost": ["999,29", "1.899,29", "-4.50 EUR"]})
    report = validate(prepare(frame, "items", metadata=WEIGHT))
    mend = report.counts.filter(rule="number_unreadable")["mend"].item()
    assert mend == 'frame.lazy().pipe(transforms.prices, "cost")'
    assert report.failures["mend"].to_list() == [mend] * 3
    ready = prepare(cured(mend, frame), "items", metadata=WEIGHT)
    assert ready.rows.collect()["PRICE"].to_list() == [999.29, 1899.29, -4.5]


def test_field_e_the_fix_says_what_can_be_read_two_ways() -> None:
    frame = pl.DataFrame({"ITEM_ID": ["a", "b"], "cost": ["1,899", "999,29"]})
    mend = validate(prepare(frame, "items", metadata=WEIGHT)).counts.filter(rule="number_unreadable")["mend"]
    assert mend.item() == (
        'frame.lazy().pipe(transforms.prices, "cost", decimal=".")'
        '  # or decimal=",", where 1.234 is more than a thousand'
    )


def test_field_e_the_names_in_other_fixes_are_the_users() -> None:
    frame = pl.DataFrame({"who": ["u|v"], "what": ["i"], "bought": [TIME]})
    report = validate(prepare(frame, "interactions", columns=NAMES))
    assert 'pl.col("who")' in report.counts.filter(rule="id_bar")["mend"].item()


ORDERS = """Name,Email,Created at,Total,sku
#1001,ann@example.org,2026-01-05 00:00:00 UTC,9.50,0012
#1001,,,,0013
#1001,,,,0014
#1002,bob@example.org,2026-01-05 00:00:00 UTC,4,0012
#1003,cid@example.org,2026-01-05 00:00:00 UTC,4,0012
"""
ORDER = {"USER_ID": "Email", "ITEM_ID": "sku", "TIMESTAMP": "Created at"}


def test_field_wishes_gaps_of_an_orders_further_lines_are_filled_by_report_and_inference(
    tmp_path: Path,
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    counts = validate(prepare(path, "interactions", columns=ORDER), route="put").counts
    mends = {counts.filter(rule=f"{name}_missing")["mend"].item() for name in ("id", "timestamp")}
    assert len(mends) == 1
    proposed = pdprep.infer_contract(path, "interactions").cannot
    assert [line.partition(" alone: ")[2] for line in proposed] == [*mends, *mends]
    ready = prepare(cured(mends.pop(), None), "interactions", columns=ORDER)
    users = [f"{name}@example.org" for name in ("ann", "ann", "ann", "bob", "cid")]
    assert ready.rows.collect()["USER_ID"].to_list() == users
    assert ready.rows.collect()["TIMESTAMP"].to_list() == [TIME] * 5


@pytest.mark.parametrize(
    ("order", "user"),
    [
        ([1, 1, 1, 1, 1], ["a", None, "b", None, "c"]),  # one order for all tells nothing
        ([1, 2, 3, 4, 5], ["a", None, "b", None, "c"]),
        ([1, 1, 2, 2, 3], [None, None, "a", "b", None]),
    ],
)
def test_users_that_are_missing_here_and_there_are_not_filled(
    order: list[int], user: list[str | None]
) -> None:
    frame = pl.DataFrame({"order": order, "who": user, "what": ["i", "j", "i", "j", "i"], "bought": TIME})
    counts = validate(prepare(frame, "interactions", columns=NAMES)).counts
    assert "fill_down" not in counts.filter(rule="id_missing")["mend"].item()


@pytest.mark.parametrize(("way", "word"), [("drop", "dropped"), ("quarantine", "quarantined")])
@pytest.mark.parametrize("bad", [2, 3])
def test_most_rows_left_out_are_told_in_the_first_line(way: Any, word: str, bad: int) -> None:
    frame = pl.DataFrame({"who": [None] * bad + ["u", "v"], "what": "i", "bought": TIME})
    report = validate(prepare(frame, "interactions", columns=NAMES, on_invalid=way), route="put")
    said = f"most rows of interactions are left out: {bad} of {bad + 2} are {word}"
    assert (said in report.headline) == (bad > 2)
    assert (said in report._repr_html_()) == (bad > 2)
