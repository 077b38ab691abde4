"""What the values of a column look like is said where it matters, with code that treats it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
import pytest

import pdprep
from pdprep import infer_contract
from pdprep.notebook.views import mapping, sheet
from pdprep.notebook.views.mapping import Mapper
from pdprep.notebook.views.mapping_table import MappingTable
from pdprep.notebook.views.signs import signs, spread

N = 60
MAIL = [f"user{n}@example.com" for n in range(N)]
LOOKS: list[tuple[str, list[Any], str, str]] = [
    ("UUID", [str(UUID(int=n)) for n in range(N)], "note", "UUID"),
    ("mail", MAIL, "warning", "personal data: e-mail addresses"),
    ("phone", [f"+49 30 {n:07d}" for n in range(N)], "warning", "personal data: phone numbers"),
    ("HTML", ["<p>one <b>two</b></p>"] * N, "warning", "HTML"),
    ("text time", [f"2026-01-01 10:00:{n:02d}" for n in range(N)], "note", "times without a zone"),
    ("local time", [datetime(2026, 1, 1, 10, 0, n) for n in range(N)], "note", "times without a zone"),
    ("names", [f"name {n}" for n in range(N)], "warning", "60 different values in 60 rows"),
]


@pytest.mark.parametrize(
    ("values", "gravity", "says"), [row[1:] for row in LOOKS], ids=[row[0] for row in LOOKS]
)
def test_what_values_look_like_is_said(values: list[Any], gravity: str, says: str) -> None:
    found = list(signs(pl.Series("it", values), "IT", "categories"))
    assert (gravity, True) in [(each.gravity, says in each.text) for each in found]


@pytest.mark.parametrize("values", [["tv", "phone"] * 30, ["a < b > c"] * N, ["2026-01-01T10:00:00Z"] * N])
def test_what_needs_no_word_has_none(values: list[str]) -> None:
    assert list(signs(pl.Series("it", values), "IT", "categories")) == []


def test_what_is_left_out_needs_no_word() -> None:
    assert list(signs(pl.Series("mail", MAIL), "", "")) == []


def test_the_code_treats_what_it_is_about() -> None:
    frame = pl.DataFrame({"html": ["<p>one</p>"] * N, "at": [datetime(2026, 1, 1, 10)] * N})
    scope = {"frame": frame, "pl": pl, "pdprep": pdprep}
    for name in frame.columns:
        for sign in signs(frame[name], "IT", "plain text"):
            exec(sign.code.replace("{frame}", "frame"), scope)
    made: Any = scope["frame"]
    row = made.lazy().collect().row(0, named=True)
    assert row["html"].strip() == "one"
    assert row["at"].hour == 9


def test_a_mapping_with_personal_data_is_not_called_fine_and_saves_none_of_it() -> None:
    ids = [f"i{n % 9}" for n in range(N)]
    frame = pl.DataFrame(
        {"userId": MAIL, "movieId": ids, "timestamp": range(1_700_000_000, 1_700_000_000 + N)}
    )
    mapper = Mapper.of(infer_contract(frame, "interactions"), "frame")
    assert mapper.status == "All 60 rows break no rule; have a look at userId."
    saved = sheet.to_html(mapping.sheet(mapper)) + sheet.to_text(mapping.sheet(mapper))
    assert "personal data" in saved
    assert "user7@example.com" not in saved
    assert MappingTable(mapper).view["lines"][0]["signs"][0]["mark"] == "▲ warning"


def test_html_is_said_and_not_split_at_the_slashes_of_its_tags() -> None:
    texts = [f"<p>A <b>nice</b> film {n % 9}</p>" for n in range(N)]
    frame = pl.DataFrame({"ITEM_ID": [f"i{n}" for n in range(N)], "about": texts})
    mapper = Mapper.of(infer_contract(frame, "items"), "frame")
    assert mapper.status == "All 60 rows break no rule; have a look at about."
    assert "split" not in mapper.code


def test_fields_of_objects_can_be_chosen() -> None:
    frame = pl.DataFrame({
        "user": [{"id": f"u{n % 7}", "plan": "free"} for n in range(N)],
        "movieId": [f"i{n % 9}" for n in range(N)],
        "timestamp": range(1_700_000_000, 1_700_000_000 + N),
    })  # fmt: skip
    mapper = Mapper.of(infer_contract(frame, "interactions"), "frame").choose("user.plan", "EVENT_TYPE")
    assert mapper.columns["USER_ID"] == "user.id"
    prepared = eval(mapper.code, {"pdprep": pdprep, "frame": frame})
    assert prepared.frame.collect()["EVENT_TYPE"].unique().to_list() == ["free"]


def test_numbers_have_a_histogram_and_other_columns_their_top_values() -> None:
    numbers = spread(pl.Series("n", [*range(100), None]))
    assert (len(numbers.bars), numbers.ends, numbers.different) == (12, ("0", "99"), 100)
    assert spread(pl.Series("d", ["tv"] * 3 + ["phone"] + [None])).bars == (("tv", 0.6), ("phone", 0.2))
    assert spread(pl.Series("none", [None, None])).filled == 0
    assert spread(pl.Series("lists", [["a"], ["a"], ["b"]])).different == 2
