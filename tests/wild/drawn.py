"""Tables of interactions that Hypothesis draws: each value beside the text that must come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import strategies as st

from pdprep import Field, transforms
from tests.wild.cases import Call, Table, epoch


class Cell(NamedTuple):
    """A value of a source and what it becomes; what becomes of an id depends on its whole column."""

    value: Any
    wanted: str | None


NOTHING: Final = Cell(None, None)


_ROUNDED: Final = {"pandas, nullable": "convert_dtypes of pandas rounds long numbers beside a gap"}


class Kind(NamedTuple):
    """The cells of a column: values of one type, as Polars has it."""

    cells: st.SearchStrategy[Cell]
    dtype: Any
    step: bool = False  # read by transforms.prices before prepare


@dataclass(frozen=True)
class Drawn:
    """Rows, and the types of their columns."""

    rows: Sequence[Mapping[str, Cell]]
    kinds: Mapping[str, Kind]
    half: int = 0  # so many rows are the history

    def values(self, name: str) -> list[Any]:
        return [row[name].value for row in self.rows]

    def part(self, start: int, end: int) -> Drawn:
        return Drawn(self.rows[start:end], self.kinds)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Have Hypothesis print values and types alone."""
        columns = {name: (str(kind.dtype), self.values(name)) for name, kind in self.kinds.items()}
        printer.text(f"{columns}, the history {self.half} rows")

    @property
    def _rounded(self) -> bool:
        columns = [self.values(name) for name, kind in self.kinds.items() if kind.dtype == pl.Int64]
        return any(None in column and any(abs(value or 0) >= 2**53 for value in column) for column in columns)

    @property
    def table(self) -> Table:
        step = self.kinds["amount"].step
        call = Call(
            "interactions",
            {
                "USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "at",
                "EVENT_TYPE": pl.lit("watch"), "EVENT_VALUE": "amount",
            },
            {"TAGS": Field("TAGS", nullable=True, categorical=True)},  # by its values it may be a number
            before=(lambda frame: transforms.prices(frame, "amount")) if step else None,
        )  # fmt: skip
        lists = self.kinds["TAGS"].dtype == pl.List(pl.String)
        return Table(
            "drawn", {name: self.values(name) for name in self.kinds}, call, (),
            {name: kind.dtype for name, kind in self.kinds.items()},
            ({"CSV": "a CSV holds no lists"} if lists else {}) | (_ROUNDED if self._rounded else {}),
        )  # fmt: skip


def _ids(values: st.SearchStrategy[Any], dtype: Any = pl.String) -> Kind:
    return Kind(values.map(lambda value: Cell(value, None)), dtype)


_LETTERS: Final = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='"|\\,')
# Words for nothing, such as null, are no ids; letters alone may spell one, so a sign stands before them.
_WORDS: Final = st.text(_LETTERS, min_size=1, max_size=6).map("#{}".format)
_NUMBERS: Final = st.integers(-(2**63), 2**63 - 1)
_FEW: Final = st.integers(-1, 12)
_ZEROS: Final = st.integers(0, 120).map("{:04}".format)
_FLOATS: Final = st.one_of(_FEW, st.just(-0.0), st.integers(-(2**53) + 1, 2**53 - 1)).map(float)
_UNDONE: Final = st.one_of(_FEW, st.just("-0"), st.integers(10**17, 10**19)).map("{}.0".format)
_POINTS: Final = st.sampled_from(["1.10", "1.1", "12.5", "1.00", "3.", "007.0", "1000000000.1700000000"])
_SIGNS: Final = st.sampled_from(["1e5", "1E5", "2e-3", "+1", "-0", "0x1F", "1_000", "inf", "true", "NaN-1"])
_TEXTS: Final = st.one_of(
    _WORDS, _ZEROS, _FEW.map(str), _NUMBERS.map(str), _UNDONE, _POINTS, _SIGNS, st.uuids().map(str)
)
_OUTER: Final = st.sampled_from(["", " ", "\t", "\u00a0"])
ID_KINDS: Final = (
    _ids(_ZEROS),
    _ids(_UNDONE),
    _ids(st.one_of(_UNDONE, _FEW.map(str))),
    _ids(st.one_of(_UNDONE, _POINTS)),
    _ids(st.uuids().map(str)),
    _ids(_TEXTS),
    _ids(st.builds("{}{}{}".format, _OUTER, st.one_of(st.just(""), _TEXTS), _OUTER)),
    _ids(_TEXTS, pl.Categorical),
    _ids(_NUMBERS, pl.Int64),
    _ids(_FEW, pl.Int64),
    _ids(_FLOATS, pl.Float64),
)

_SECONDS: Final = st.integers(946_684_800, 1_767_225_600)  # of 2000 to 2025
_ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC")


def _times(dtype: Any, *spellings: Callable[[int, int], Any]) -> Kind:
    """Return moments spelled by functions of their seconds since 1970 and microseconds."""
    return Kind(
        st.builds(
            lambda spell, second, micro: Cell(spell(second, micro), str(second)),
            st.sampled_from(spellings), _SECONDS, st.one_of(st.just(0), st.integers(0, 999_999)),
        ),
        dtype,
    )  # fmt: skip


def _moment(second: int, micro: int, zone: tzinfo = UTC) -> datetime:
    return datetime.fromtimestamp(second, zone).replace(microsecond=micro)


def _offset(hours: float) -> Callable[[int, int], str]:
    zone = timezone(timedelta(hours=hours))
    return lambda second, micro: _moment(second, micro, zone).isoformat()


def _inside(zone: str) -> Callable[[int, int], datetime]:
    return lambda second, micro: _moment(second, micro, ZoneInfo(zone))


def _units(dtype: type) -> list[Callable[[int, int], Any]]:
    return [
        lambda second, micro: dtype(second),
        lambda second, micro: dtype(second * 1_000 + micro // 1_000),
        lambda second, micro: dtype(second * 1_000_000 + micro),
    ]


_TEXT_TIMES: Final = (
    *_units(str),
    lambda second, micro: f"{second}.5",
    lambda second, micro: f" {second} ",
    lambda second, micro: f"{_moment(second, 0):%Y-%m-%dT%H:%M:%SZ}",
    lambda second, micro: f"{_moment(second, 0):%Y-%m-%d %H:%M:%S}",
    lambda second, micro: _moment(second, micro).replace(tzinfo=None).isoformat(),
    lambda second, micro: f" {_moment(second, micro).isoformat(' ')}",
    *map(_offset, (1, -5, 5.5, 12.75)),
)
_DAYS: Final = _SECONDS.map(lambda second: datetime.fromtimestamp(second, UTC).date())
TIME_KINDS: Final = (
    *(_times(pl.Int64, each) for each in _units(int)),
    _times(pl.Int64, *_units(int)),
    _times(pl.Float64, lambda second, micro: second + micro // 1_000 / 1_000),
    *(_times(pl.String, each) for each in _TEXT_TIMES),
    _times(pl.String, *_TEXT_TIMES),
    _times(pl.Datetime("us"), lambda second, micro: _moment(second, micro).replace(tzinfo=None)),
    *(_times(pl.Datetime("us", zone), _inside(zone)) for zone in _ZONES),
    Kind(_DAYS.map(lambda day: Cell(day, epoch(day.year, day.month, day.day))), pl.Date),
)


def _grouped(cents: int, group: str, point: str, form: str = "{}") -> Cell:
    text = f"{abs(cents) / 100:,.2f}".translate({ord(","): group, ord("."): point})
    return Cell(form.format(("-" if cents < 0 else "") + text), repr(cents / 100))


_CENTS: Final = st.integers(-99_999_999_99, 99_999_999_99).filter(bool)
_STYLES: Final = (
    (",", "."), (".", ","), ("'", "."), (" ", ","), ("\u00a0", ","), ("", "."),
    (",", ".", "${}"), (".", ",", "{} €"), ("'", ".", "CHF {}"), (",", ".", " {} EUR "),
)  # fmt: skip
AMOUNT_KINDS: Final = (
    Kind(_CENTS.map(lambda cents: Cell(cents / 100, repr(cents / 100))), pl.Float64),
    Kind(st.integers(-(2**40), 2**40).map(lambda n: Cell(n, repr(float(n)))), pl.Int64),
    Kind(_CENTS.map(lambda cents: _grouped(cents, "", ".", " {}")), pl.String),
    Kind(
        st.builds(lambda cents, style: _grouped(cents, *style), _CENTS, st.sampled_from(_STYLES)),
        pl.String,
        step=True,
    ),
)

_PROSE: Final = st.text(st.one_of(st.sampled_from(" \",;\n\r'|"), _LETTERS), min_size=1, max_size=12)


def _line(text: str) -> str | None:
    return re.sub(r"\s*[\r\n]+\s*", " ", text) if text.strip() else None


def _joined(items: list[str | None]) -> str | None:
    kept = [re.sub(r"\s*[\r\n]+\s*", " ", item.strip()) for item in items if item and item.strip()]
    return "|".join(kept) or None


_ITEMS: Final = st.one_of(st.none(), _PROSE.map(lambda text: text.replace("|", "/")))
TAG_KINDS: Final = (
    Kind(_PROSE.map(lambda text: Cell(text, _line(text))), pl.String),
    Kind(st.lists(_ITEMS, max_size=4).map(lambda items: Cell(items, _joined(items))), pl.List(pl.String)),
)


@st.composite
def tables(draw: st.DrawFn) -> Drawn:
    """Draw interactions: a kind for each column, rows with gaps everywhere, some of them twice."""
    choices = {
        "user": ID_KINDS,
        "item": ID_KINDS,
        "at": TIME_KINDS,
        "amount": AMOUNT_KINDS,
        "TAGS": TAG_KINDS,
    }
    kinds = {name: draw(st.sampled_from(each)) for name, each in choices.items()}
    gaps = {name: st.one_of(kind.cells, kind.cells, st.just(NOTHING)) for name, kind in kinds.items()}
    whole = st.fixed_dictionaries(
        {name: kind.cells.filter(lambda cell: str(cell.value).strip()) for name, kind in kinds.items()}
    )
    half = st.builds(
        lambda first, rest: [first, *rest], whole, st.lists(st.fixed_dictionaries(gaps), max_size=5)
    )
    first, second = draw(half), draw(half)
    twice = draw(st.booleans())
    return Drawn([*first, *second, *(first[:1] if twice else [])], kinds, len(first))
