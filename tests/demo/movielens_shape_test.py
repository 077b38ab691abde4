"""The folder in the shape of MovieLens, generated and, where it is found, the real one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pdprep import demo

HEADERS = {
    "ratings.csv": ["userId", "movieId", "rating", "timestamp"],
    "movies.csv": ["movieId", "title", "genres"],
    "tags.csv": ["userId", "movieId", "tag", "timestamp"],
}
SIZES = {"ratings.csv": 3000, "movies.csv": 200, "tags.csv": 700}


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


@pytest.mark.parametrize("name", HEADERS)
def test_headers_are_those_of_movielens(movielens: Path, name: str) -> None:
    assert rows(movielens / name)[0] == HEADERS[name]


def test_a_user_rates_a_movie_once(movielens: Path) -> None:
    pairs = [tuple(row[:2]) for row in rows(movielens / "ratings.csv")]
    assert len(pairs) == len(set(pairs))


def test_five_hundred_tags_differ_in_user_movie_and_time_and_some_do_not(movielens: Path) -> None:
    tags = rows(movielens / "tags.csv")[1:]
    distinct = {(user, movie, when) for user, movie, _, when in tags}
    assert 500 <= len(distinct) < len(tags)


@pytest.mark.parametrize("name", SIZES)
def test_generated_sizes(tmp_path: Path, name: str) -> None:
    assert len(rows(demo.movielens_like(tmp_path) / name)) == SIZES[name] + 1


@pytest.mark.parametrize("name", SIZES)
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    first, second = (demo.movielens_like(tmp_path / part) / name for part in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
