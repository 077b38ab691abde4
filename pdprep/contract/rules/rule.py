"""What a rule is: one object that says what it stops, where it applies, what fails and how to mend that.

The report, the page of rules, the Pandera schema and the prefilter all read it here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final, Literal, NamedTuple, Protocol

import polars as pl

from pdprep.contract.batch_statistics import Statistics
from pdprep.contract.fields import Field
from pdprep.contract.schema import Schema

Scope = Literal["row", "dataset", "schema", "call"]
Level = Literal["error", "warning", "info"]
Stops = Literal["all", "bulk", "put", "none"]
Route = Literal["bulk", "put"]
COLUMN: Final = '"$column"'


def filled(code: str, column: str) -> str:
    """Write the name of a column into a fix, as the text that it is in code.

    >>> filled('pl.col("$column")', 'a "b"')
    'pl.col("a \\\\"b\\\\"")'
    """
    return code.replace(COLUMN, json.dumps(column, ensure_ascii=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its name, what it stops, what it says, how to mend a breach, and where it comes from.

    Attributes:
        level: An error stops the route that ``stops`` names; a warning or an info stops nothing.
        text: What is wrong, as a report says it.
        mend: The fix: code where there is some, with ``$column`` for the name of the source's column.
        example: The name that stands for it where none is known.
        source: A page of the Amazon Personalize Developer Guide, or of the API reference (``API_...``).
        limit: The number that the rule is about, where there is one.
        scope: What is judged: a row, a dataset's rows together, its schema, or a file or call that pdprep
            makes itself and so keeps the rule.
    """

    name: str
    level: Level
    stops: Stops
    text: str
    mend: str
    source: str
    limit: int | None = None
    example: str = "id"
    scope: ClassVar[Scope]

    def blocks(self, route: str | None) -> bool:
        """Say whether a breach stops a route; with no route, whether it stops every route."""
        return self.level == "error" and self.stops in (("all", route) if route else ("all",))

    def asked(self, route: str | None) -> bool:
        """Say whether a route is held to the rule at all: not to one that stops the other route alone."""
        return route is None or self.stops in ("all", "none", route)

    def fix(self, column: str | None = None) -> str:
        """Return how to mend a breach, in the name of the source's column.

        >>> from pdprep.contract.rules import registry
        >>> registry.rule("number_not_finite").fix("amount")
        'frame.lazy().with_columns(pl.when(pl.col("amount").is_finite()).then(pl.col("amount")))'
        """
        return filled(self.mend, self.example if column is None else column)


class Place(NamedTuple):
    """Where a rule of rows is applied: a field of a schema, at a time in UTC."""

    schema: Schema
    field: Field
    now: datetime

    @property
    def name(self) -> str:
        """The field's name, which is the column's in a prepared frame."""
        return self.field.name

    @property
    def column(self) -> pl.Expr:
        """The field's values."""
        return pl.col(self.field.name)


@dataclass(frozen=True, slots=True)
class Criterion:
    """Which rows fail, and when none of a batch can.

    Attributes:
        fails: The rows that fail, as an expression; null is no failure.
        reads: The statistics that ``may_fail`` looks at; see ``ColumnStatistics``.
        may_fail: Whether a row of a batch may fail, in plain Python; a true answer proves nothing. Without
            one each row is asked.
        measured: The columns whose statistics it looks at, if not the field alone.
    """

    fails: Callable[[Place], pl.Expr]
    reads: tuple[str, ...] = ()
    may_fail: Callable[[Place, Statistics], bool] | None = None
    measured: Callable[[Place], Iterable[str]] = lambda at: (at.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule(Rule):
    """A rule that each row is held to, where it applies."""

    scope: ClassVar[Scope] = "row"
    applies: Callable[[Place], bool] = lambda at: False
    criterion: Criterion = field(default_factory=lambda: Criterion(lambda at: pl.lit(False)))

    @property
    def fails(self) -> Callable[[Place], pl.Expr]:
        """The rows that fail at a place."""
        return self.criterion.fails


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRule(RowRule):
    """A rule that a value breaks by being lost as it is read; how it is read says which one it breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRule(RowRule):
    """A rule that a null breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRule(RowRule):
    """A rule of the values of one field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRule(RowRule):
    """A rule of several fields of a row.

    Attributes:
        shown: The column under which a report shows a breach: a field, or what the record is sent as.
    """

    shown: str


class DatasetFigures(Protocol):
    """What is known of a whole dataset; see ``validation.summary.Summary``."""

    @property
    def rows(self) -> int:
        """Rows kept."""

    @property
    def ids(self) -> int:
        """Distinct ids of the dataset's key."""

    @property
    def ids_with_two(self) -> int:
        """Those with two rows or more."""

    @property
    def event_types(self) -> Mapping[str, int]:
        """Rows of each event type."""

    @property
    def earliest(self) -> int | None:
        """The first timestamp."""

    @property
    def latest(self) -> int | None:
        """The last one."""

    @property
    def sources(self) -> Mapping[str, int]:
        """Rows of each source of attribution."""


class Counted(NamedTuple):
    """What a rule of a dataset is judged by; ``rows`` are those that will count."""

    schema: Schema
    summary: DatasetFigures
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRule(Rule):
    """A rule that a dataset's rows are held to together.

    Attributes:
        applies: Whether a dataset type is held to it, on a route.
        found: The figure that breaks it, None where none does.
        told: The fix, told from the figures; ``mend`` if it tells nothing.
        about: The field that the fix is about.
        training: Whether it says what a training needs, bulk and put counted together.
    """

    scope: ClassVar[Scope] = "dataset"
    applies: Callable[[Schema, str | None], bool]
    found: Callable[[Counted], int | None]
    told: Callable[[Schema, DatasetFigures], str] = lambda schema, figures: ""
    about: Callable[[Schema], str] = lambda schema: "EVENT_TYPE"
    training: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaRule(Rule):
    """A rule that a schema is held to before a row is read.

    Attributes:
        faults: The fields at fault.
        told: The fix, told from the fields and the columns they are read from; ``mend`` if it tells nothing.
    """

    scope: ClassVar[Scope] = "schema"
    faults: Callable[[Schema], list[str]]
    told: Callable[[Schema, Mapping[str, str]], str] = lambda schema, columns: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule(Rule):
    """A rule of a file or call that pdprep makes, which keeps it by itself."""

    scope: ClassVar[Scope] = "call"
    mend: str = "nothing: pdprep sees to it"
