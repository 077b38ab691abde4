"""What is proposed for a frame: a contract, the mapping, the steps before it, and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from pdprep import html
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.preparation import calls, steps
from pdprep.preparation.calls import Own
from pdprep.preparation.reading import own
from pdprep.preparation.sources import Source
from pdprep.preparation.steps import Step

_HEADER: Final = ("column", "field", "type", "reason")


class Guess(NamedTuple):
    """What a column becomes, and why; no field: it is left out.

    Attributes:
        own: Whether the field is none of the catalogue's.
        step: What has to be done to the column before.
        told: Whether ``prepare`` infers the field of one's own by itself.
    """

    column: str
    field: Field | None
    own: bool
    reason: str
    step: Step | None = None
    told: bool = False


@dataclass(frozen=True, eq=False)
class Proposal:
    """A contract and a mapping, to take as they are or to copy and change.

    Attributes:
        contract: The contract that the frame could fulfil.
        guesses: What each column becomes, and why.
        cannot: What the proposal cannot do, each in one line.
        source: What the proposal is for.
        opened: The same, opened.
        before: Steps on the whole frame that come before those of single columns.
        paths: The columns; of fields of objects the object's column and the names within.
        text: How a text file is read.
    """

    contract: Contract
    guesses: tuple[Guess, ...]
    cannot: tuple[str, ...]
    source: object = field(repr=False)
    opened: Source = field(repr=False)
    before: tuple[Step, ...] = ()
    paths: Mapping[str, Sequence[str]] = field(default_factory=dict)
    text: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """The mapping of catalogue fields, for ``prepare(columns=...)``."""
        return {each.field.name: each.column for each in self.guesses if each.field and not each.own}

    @property
    def metadata(self) -> dict[str, tuple[str, Field]]:
        """The columns of one's own, for ``prepare(metadata=...)``."""
        return {
            each.field.name: (each.column, each.field) for each in self.guesses if each.field and each.own
        }

    @property
    def missing(self) -> tuple[str, ...]:
        """Required fields that no column seems to hold."""
        required = Contract.of(self.contract.dataset, self.contract.domain).names
        return tuple(name for name in required if name not in self.columns)

    @property
    def reasons(self) -> pl.DataFrame:
        """One row a column: what it becomes, of which type, and why."""
        rows = [
            (each.column, each.field and each.field.name, each.field and each.field.kind, each.reason)
            for each in self.guesses
        ]
        return pl.DataFrame(rows, schema=dict.fromkeys(_HEADER, pl.String), orient="row")

    @property
    def steps(self) -> tuple[Step, ...]:
        """What has to be done to the frame before ``prepare``."""
        return (*self.before, *(each.step for each in self.guesses if each.step and each.field))

    @property
    def frame(self) -> Any:
        """What ``prepare`` takes: the source itself, or a LazyFrame of it with the steps done."""
        return self._stepped() if self.steps else self.source

    def head(self, rows: int) -> pl.DataFrame:
        """Read the first rows with the steps done, fields of objects as columns."""
        return flattened(self._stepped().head(rows).collect(), self.paths)

    def _stepped(self) -> pl.LazyFrame:
        frame = own(self.opened)
        for step in self.steps:
            frame = step(frame)
        return frame

    @property
    def code(self) -> str:
        """The call of ``prepare`` that takes the proposal as it is; a frame is called ``frame`` there."""
        own = {
            each.field.name: each.column if each.told else (each.column, each.field)
            for each in self.guesses
            if each.field and each.own
        }
        return self.call(self.columns, own, written(self.source))

    def call(self, columns: Mapping[str, str], metadata: Own, source: str) -> str:
        """Return the call of ``prepare`` for another choice of columns.

        Args:
            columns: Field to column.
            metadata: Field of one's own to column, or to column and Field.
            source: How the source is written.
        """
        more = self.text
        if self.steps:
            made = steps.lazy(self.source, source, self.text)
            source, more = made + "".join(step.code for step in self.steps), {}
        dataset, domain = self.contract.dataset, self.contract.domain
        return calls.call(dataset, domain, columns, metadata, source, more=more)

    @property
    def ends(self) -> list[str]:
        """What is missing and what the proposal cannot do, a line each."""
        return [*(f"no column for {name}" for name in self.missing), *self.cannot]

    def __str__(self) -> str:
        lines = [
            f"  {column or repr('')} to {field or 'nothing'}: {why}"
            for column, field, _, why in self.reasons.rows()
        ]
        return "\n".join([self.code, *lines, *(f"  {line}" for line in self.ends)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        table = html.table(_HEADER, self.reasons.iter_rows())
        return html.view(table, html.notes(self.ends), html.code(self.code, "The call"))


def written(source: object) -> str:
    """Return how a source is written in code: a path as text, anything else as ``frame``."""
    return calls.text(str(source)) if isinstance(source, str | Path) else "frame"


def flattened(frame: pl.DataFrame, paths: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return columns, and fields of objects as columns: those that ``paths`` names, in its order."""
    found = {}
    for name, (first, *rest) in paths.items():
        found[name] = frame.get_column(first)
        for piece in rest:
            found[name] = found[name].struct.field(piece)
    return pl.DataFrame(found)
