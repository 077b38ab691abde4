"""The generated shop: equal bytes for a seed, and the dirt it promises."""

from __future__ import annotations

import csv
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from pdprep import demo

FILES = ("ratings", "movies", "users", "today")
# The bytes are a promise: the outputs of the example notebooks are committed with them.
RATINGS = "18c6479ef895c0264dbd7b809b7c50b572b88dde31c6d4980be5bb974a87a159"
DIRT = ('"', ",", "\\", "\n", "ä", "東京")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> demo.Paths:
    return demo.write(tmp_path_factory.mktemp("shop"))


@pytest.mark.parametrize("name", FILES)
def test_the_same_seed_gives_the_same_bytes(shop: demo.Paths, tmp_path: Path, name: str) -> None:
    again = demo.write(tmp_path)
    assert getattr(again, name).read_bytes() == getattr(shop, name).read_bytes()


def test_the_bytes_stay_the_same_from_version_to_version(shop: demo.Paths) -> None:
    assert sha256(shop.ratings.read_bytes()).hexdigest() == RATINGS


def test_another_seed_gives_another_shop(shop: demo.Paths, tmp_path: Path) -> None:
    assert demo.write(tmp_path, seed=8).ratings.read_bytes() != shop.ratings.read_bytes()


def test_two_events_in_a_hundred_stand_there_twice(shop: demo.Paths) -> None:
    extra = len(rows(shop.ratings)) - 5000
    assert 50 < extra < 200


def test_times_come_in_seconds_milliseconds_and_iso_text(shop: demo.Paths) -> None:
    lengths = Counter(len(row["timestamp"]) for row in rows(shop.ratings))
    assert set(lengths) == {10, 13, 20}


@pytest.mark.parametrize("column", ["event", "userId"])
def test_some_text_has_spaces_around_it(shop: demo.Paths, column: str) -> None:
    spaced = [row for row in rows(shop.ratings) if row[column] != row[column].strip()]
    assert spaced


@pytest.mark.parametrize("dirt", DIRT)
def test_descriptions_hold_what_breaks_a_csv(shop: demo.Paths, dirt: str) -> None:
    assert any(dirt in row["description"] for row in rows(shop.movies))


def test_a_few_users_give_much_of_the_history(shop: demo.Paths) -> None:
    counts = Counter(row["userId"].strip() for row in rows(shop.ratings))
    assert sum(count for _, count in counts.most_common(30)) > 0.3 * counts.total()


def test_today_brings_three_new_users(shop: demo.Paths) -> None:
    known = {row["userId"] for row in rows(shop.users)}
    today = {row["userId"].strip() for row in rows(shop.today)}
    assert len(today - known) == 3


@pytest.mark.parametrize("broken", [0, 1, 4])
def test_rows_are_spoiled_only_when_asked(tmp_path: Path, broken: int) -> None:
    bad = [
        row
        for row in rows(demo.write(tmp_path, broken=broken).ratings)
        if not row["userId"] or len(row["timestamp"]) < 10
    ]
    assert len(bad) == broken
