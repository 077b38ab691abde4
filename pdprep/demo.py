"""A small video shop to try things on: made from a seed, and as dirty as real exports are.

The history holds repeated rows, timestamps in seconds, milliseconds and ISO text side by side, event names
and ids with spaces around them, ids with leading zeros; the descriptions hold quotes, commas, backslashes,
line breaks and letters of many scripts. Nothing here is invalid unless ``broken`` asks for it: this is what
`pdprep.prepare` cleans without being told.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")

OPENED = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
TODAY = int(datetime(2025, 7, 1, tzinfo=UTC).timestamp())
DAY = 86_400
EVENT_COLUMNS = ("userId", "movieId", "rating", "event", "timestamp", "device")
GENRES = (
    "Action",
    "Children",
    "Comedy",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Sci-Fi",
    "Thriller",
)
FIRST = ("Blue", "Last", "Silent", "L'Été", "Große", "Señor", "Zimní", "Тихая", "Secret", "Third")
SECOND = ("River", "Garden", "Übermut", "Mañana", "Łódź", "Ночь", "東京", "Harbour", "Winter", "Letter")
BLURBS = (
    'The one with the "{}" scene, and what came of it.',
    "A heist, a wedding, {} and no way out.",
    "Kept under C:\\films\\{} for thirty years.",
    'First line: {}.\nSecond line, after a break: "why not?"',
    "Ein Märchen — naïve, déjà vu, 日本語 — about {}.",
    "{}",
)
TAGS = (
    "funny",
    "Highly quotable",
    "will ferrell",
    "visually appealing",
    'so "bad", so good',
    "naïve",
    "twist, end",
)


@dataclass(frozen=True)
class Paths:
    """The files of one shop."""

    ratings: Path
    movies: Path
    users: Path
    today: Path


class _Event(NamedTuple):
    user: str
    movie: str
    rating: float
    when: int
    device: str


def write(
    folder: str | Path,
    seed: int = 7,
    *,
    users: int = 300,
    items: int = 200,
    events: int = 5000,
    broken: int = 0,
) -> Paths:
    """Write the shop's files; the same arguments give the same bytes.

    Args:
        folder: where the files go; it is made if it is not there.
        seed: the shop to make.
        users: how many customers it has.
        items: how many movies it has.
        events: how many different events its history holds; about 2 % of them stand there twice.
        broken: how many rows of the history to spoil (no user, or a time in 1970), to see how they are named.

    Returns:
        ``ratings`` (the history), ``movies``, ``users`` and ``today`` (60 events of one day, three new
        users among their senders).

    >>> import tempfile
    >>> paths = write(tempfile.mkdtemp(), events=1000)
    >>> paths.ratings.read_text().splitlines()[0]
    'userId,movieId,rating,event,timestamp,device'
    """
    random, root = Random(seed), _folder(folder)
    movies = [str(number) for number in range(1, items + 1)]
    people = [f"{number:04d}" for number in range(1, users + 4)]
    history = _spoil(list(_history(random, people[:users], movies, events)), broken)
    return Paths(
        ratings=_csv(root / "ratings.csv", EVENT_COLUMNS, history),
        movies=_csv(root / "movies.csv", _MOVIE_COLUMNS, (_movie(random, movie) for movie in movies)),
        users=_csv(root / "users.csv", _USER_COLUMNS, (_user(random, user) for user in people[:users])),
        today=_csv(root / "today.csv", EVENT_COLUMNS, _today(random, people, movies)),
    )


def movielens_like(folder: str | Path, seed: int = 7) -> Path:
    """Write ``ratings.csv``, ``movies.csv`` and ``tags.csv`` in the shape of MovieLens ml-latest-small.

    Args:
        folder: where the files go; it is made if it is not there.
        seed: what to make.

    Returns:
        The folder: 3000 ratings by 60 users of 200 movies, and 700 tags, a few of them given in one second.

    >>> import tempfile
    >>> sorted(path.name for path in movielens_like(tempfile.mkdtemp()).iterdir())
    ['movies.csv', 'ratings.csv', 'tags.csv']
    """
    random, root = Random(seed), _folder(folder)
    movies = [1 + 97 * number + _below(random, 97) for number in range(200)]
    _csv(root / "movies.csv", ("movieId", "title", "genres"), (_titled(random, movie) for movie in movies))
    _csv(root / "ratings.csv", ("userId", "movieId", "rating", "timestamp"), _ratings(random, movies, 3000))
    _csv(root / "tags.csv", ("userId", "movieId", "tag", "timestamp"), _tags(random, movies, 700))
    return root


_MOVIE_COLUMNS = ("movieId", "title", "genres", "year", "added", "description")
_USER_COLUMNS = ("userId", "plan", "age", "country")


def _history(
    random: Random, users: Sequence[str], movies: Sequence[str], count: int
) -> Iterator[list[object]]:
    drawn = (_event(random, users, movies, OPENED, TODAY) for _ in range(count))
    for event in sorted(drawn, key=lambda event: event.when):
        yield _spelled(random, event)
        if random.random() < 0.02:
            yield _spelled(random, event)


def _today(random: Random, people: Sequence[str], movies: Sequence[str]) -> Iterator[list[object]]:
    new = people[-3:]
    for number in range(60):
        users = [new[number // 10 % 3]] if number % 10 == 0 else people
        yield _spelled(random, _event(random, users, movies, TODAY + number * 60, TODAY + number * 60 + 60))


def _event(random: Random, users: Sequence[str], movies: Sequence[str], start: int, end: int) -> _Event:
    return _Event(
        user=_popular(random, users),
        movie=_popular(random, movies),
        rating=_stars(random),
        when=start + _below(random, end - start),
        device=_any(random, ("phone", "tablet", "tv", "tv", "")),
    )


def _spelled(random: Random, event: _Event) -> list[object]:
    """Write an event as one of several systems would have: the facts stay the same."""
    kind = "Watch" if event.rating > 3 else "Click"
    return [
        _spaced(random, event.user),
        event.movie,
        event.rating,
        _spaced(random, kind),
        _time(random, event.when),
        event.device,
    ]


def _time(random: Random, when: int) -> str:
    iso = datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _any(random, (str(when), str(when), str(when * 1000), iso))


def _spaced(random: Random, text: str) -> str:
    return f" {text} " if random.random() < 0.03 else text


def _spoil(rows: list[list[object]], broken: int) -> list[list[object]]:
    for number in range(broken):
        column, value = (0, "") if number % 2 == 0 else (4, str(number))
        rows[(number + 1) * len(rows) // (broken + 1)][column] = value
    return rows


def _movie(random: Random, movie: str) -> list[object]:
    year = 1950 + _below(random, 75)
    title = _title(random)
    added = datetime.fromtimestamp(OPENED - _below(random, 900) * DAY, UTC).date()
    blurb = _any(random, BLURBS).format(title)
    return [movie, title, _genres(random), year if random.random() < 0.95 else "", added, blurb]


def _user(random: Random, user: str) -> list[object]:
    age = 16 + _below(random, 70) if random.random() < 0.9 else ""
    return [user, _any(random, ("basic", "standard", "premium")), age, _any(random, ("DE", "ES", "JP", "US"))]


def _titled(random: Random, movie: int) -> list[object]:
    title = _title(random)
    article = f"{title}, The" if random.random() < 0.2 else title
    genres = _genres(random) if random.random() < 0.98 else "(no genres listed)"
    return [movie, f"{article} ({1950 + _below(random, 69)})", genres]


def _ratings(random: Random, movies: Sequence[int], count: int) -> list[list[object]]:
    given: dict[tuple[int, int], list[object]] = {}
    while len(given) < count:
        pair = (_popular(random, range(1, 61)), _popular(random, movies))
        given[pair] = [*pair, _stars(random), OPENED + _below(random, TODAY - OPENED)]
    return [given[pair] for pair in sorted(given)]


def _tags(random: Random, movies: Sequence[int], count: int) -> list[list[object]]:
    rows: list[tuple[int, int, str, int]] = []
    for number in range(count):
        user, movie = _popular(random, range(1, 61)), _popular(random, movies)
        when = OPENED + _below(random, TODAY - OPENED)
        if number % 12 == 11:  # several tags of one movie are sent together
            user, movie, _, when = rows[-1]
        rows.append((user, movie, TAGS[number % len(TAGS)], when))
    return [list(row) for row in sorted(rows)]


def _title(random: Random) -> str:
    return f"{_any(random, FIRST)} {_any(random, SECOND)}"


def _genres(random: Random) -> str:
    return "|".join(sorted({_any(random, GENRES) for _ in range(1 + _below(random, 3))}))


def _stars(random: Random) -> float:
    return (1 + max(_below(random, 10), _below(random, 10))) / 2


def _popular(random: Random, things: Sequence[T]) -> T:
    # A power law: a few are drawn often, most seldom.
    return things[int(len(things) * random.random() ** 2.5)]


def _any(random: Random, things: Sequence[T]) -> T:
    return things[_below(random, len(things))]


def _below(random: Random, limit: int) -> int:
    # `random()` is the one method that Python promises to keep from version to version.
    return int(random.random() * limit)


def _folder(folder: str | Path) -> Path:
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    return root


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
