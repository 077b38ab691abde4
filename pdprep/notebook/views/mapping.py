"""A frame's columns beside the fields of a dataset: what is chosen, how the first rows fare, and the call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from pdprep import html
from pdprep.contract import catalogue
from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.fields import Field
from pdprep.html import Gravity
from pdprep.notebook.views.first_rows import ROWS, FirstRows
from pdprep.notebook.views.kinds import KINDS, kind_of
from pdprep.notebook.views.sheet import Code, Finding, Grid, Sheet
from pdprep.notebook.views.signs import Sign, Spread, signs, spread
from pdprep.preparation.calls import Own
from pdprep.preparation.guessing import infer_field
from pdprep.preparation.leftovers import snake
from pdprep.preparation.proposal import Proposal
from pdprep.preparation.reading import reading

EXAMPLES: Final = 3
LEFT_OUT: Final = ""


class Choice(NamedTuple):
    """What a column becomes: a field by name, and of one's own what kind; no field: it is left out."""

    field: str = LEFT_OUT
    kind: str = ""


class Line(NamedTuple):
    """One column as it is shown."""

    column: str
    field: str
    why: str
    type: str
    done: str
    rows: str


@dataclass(frozen=True, eq=False)
class Mapper:
    """A proposal and what somebody chose in place of its guesses.

    Attributes:
        proposal: What was guessed.
        head: The first rows.
        choices: What each column becomes.
        source: How the source is written in code.
    """

    proposal: Proposal
    head: pl.DataFrame
    choices: Mapping[str, Choice]
    source: str = "frame"

    @classmethod
    def of(cls, proposal: Proposal, source: str = "frame") -> Mapper:
        """Begin with what was guessed; reads the first thousand rows."""
        with reading(proposal.opened):
            head = proposal.head(ROWS)
        choices = {
            column: Choice(field.name, kind_of(field) if own else "") if field else Choice()
            for column, field, own, *_ in proposal.guesses
        }
        return cls(proposal, head, choices, source)

    def choose(self, column: str, name: str, kind: str = "") -> Mapper:
        """Let a column become a field; a column that had the field is left out."""
        # A page may be older than the kernel: what it names need not be there.
        if column not in self.choices or name not in self.fields_of(column):
            return self
        own = name in self.own(column)
        asked = kind if kind in KINDS else self._guessed(column)
        others = {
            each: Choice() if name and choice.field == name else choice
            for each, choice in self.choices.items()
        }
        return replace(self, choices={**others, column: Choice(name, asked if own else "")})

    @property
    def dataset(self) -> DatasetType:
        """The dataset type."""
        return self.proposal.contract.dataset

    @property
    def domain(self) -> Domain:
        """The domain."""
        return self.proposal.contract.domain

    @property
    def catalogued(self) -> dict[str, bool]:
        """The catalogue's fields, and whether each is required."""
        return {row.field.name: row.required for row in catalogue.rows(self.dataset, self.domain)}

    def own(self, column: str) -> list[str]:
        """Return the name that a column has as a field of one's own, if it can be one."""
        name = snake(column)
        return [name] if name and name not in self.catalogued else []

    def fields_of(self, column: str) -> list[str]:
        """Return what a column can become."""
        return [LEFT_OUT, *self.catalogued, *self.own(column)]

    @property
    def columns(self) -> dict[str, str]:
        """The mapping for ``columns=``, in the catalogue's order."""
        by_field = {choice.field: column for column, choice in self.choices.items()}
        return {name: by_field[name] for name in self.catalogued if name in by_field}

    @property
    def metadata(self) -> Own:
        """The mapping for ``metadata=``; a Field where the values tell another kind than was chosen."""
        chosen = {column: choice for column, choice in self.choices.items() if choice.kind}
        return {choice.field: self._own(column, choice) for column, choice in chosen.items()}

    def _guessed(self, column: str) -> str:
        # Not under the column's own name: `user.id` names no field.
        return kind_of(infer_field(self.head[column].alias("FIELD"), self.dataset))

    def _own(self, column: str, choice: Choice) -> str | tuple[str, Field]:
        if choice.kind == self._guessed(column):
            return column
        return column, Field(choice.field, nullable=True, **KINDS[choice.kind])

    @property
    def missing(self) -> list[str]:
        """The required fields that no column fills."""
        return [name for name, required in self.catalogued.items() if required and name not in self.columns]

    @property
    def code(self) -> str:
        """The call of ``prepare``."""
        return self.proposal.call(self.columns, self.metadata, self.source)

    @cached_property
    def first_rows(self) -> FirstRows:
        """How the first rows fare under the choices."""
        if self.missing:
            return FirstRows(trouble=f"No column for {', '.join(self.missing)} yet.")
        return FirstRows.of(self.head, self.dataset, self.domain, self.columns, self.metadata)

    @property
    def lines(self) -> Iterator[Line]:
        """Each column: its field, of which type, what is done to it, and how the first rows fare."""
        checked = self.first_rows
        for column, choice in self.choices.items():
            name = choice.field
            done = checked.steps.get(name, "")
            yield Line(column, name, self._why(column), checked.type_of(name), done, checked.rows_of(name))

    def _why(self, column: str) -> str:
        guessed, reason = self.proposal.reasons.filter(column=column).select("field", "reason").row(0)
        return reason if self.choices[column].field == (guessed or LEFT_OUT) else "chosen"

    @cached_property
    def signs(self) -> dict[str, tuple[Sign, ...]]:
        """What the values of each column look like, as far as that matters for what it becomes."""
        return {
            column: tuple(
                each._replace(code=each.code.replace("{frame}", self.source))
                for each in signs(self.head[column], *choice)
            )
            for column, choice in self.choices.items()
        }

    @property
    def gravity(self) -> Gravity:
        """How grave the worst is that is to be said of the choices."""
        if self.first_rows.report is None or self.first_rows.bad:
            return "error"
        return "warning" if self._warned else "good"

    @property
    def _warned(self) -> list[str]:
        return [
            column for column, found in self.signs.items() if any(each.gravity == "warning" for each in found)
        ]

    @property
    def status(self) -> str:
        """How the first rows fare, in one sentence."""
        checked = self.first_rows
        if checked.report is None:
            return checked.trouble
        rows = checked.report.read
        which = f"The first {rows:,} rows" if rows == ROWS else f"All {rows:,} rows"
        if checked.bad:
            return f"{which}: {checked.bad:,} break a rule."
        if self._warned:
            return f"{which} break no rule; have a look at {', '.join(self._warned)}."
        return f"{which}: every one is fine."

    def examples(self, column: str) -> str:
        """Return the first values of a column."""
        values = self.head[column].drop_nulls().unique(maintain_order=True).head(EXAMPLES)
        return ", ".join(str(html.shortened(value)) for value in values)

    def spread(self, column: str) -> Spread:
        """Return how a column is distributed."""
        return spread(self.head[column])


def title(mapper: Mapper) -> str:
    """Return what becomes what: ``ratings to interactions, CUSTOM``."""
    return f"{mapper.source} to {mapper.dataset}, {mapper.domain}"


def sheet(mapper: Mapper) -> Sheet:
    """Return the mapping as it is now; values of the frame are shown live alone."""
    head = ("column", "field", "why", "type", "what is done", "first rows")
    rows = tuple((*line[:1], line.field or "left out", *line[2:]) for line in mapper.lines)
    found = tuple(
        Finding(sign.gravity, f"{column}: {sign.text}{f': {sign.code}' if sign.code else ''}")
        for column, each in mapper.signs.items()
        for sign in each
    )
    return Sheet(
        f"{title(mapper)}: {mapper.status}",
        mapper.gravity,
        findings=found,
        grids=(Grid(head, rows),),
        notes=tuple(mapper.first_rows.advice(mapper.dataset)),
        codes=(Code("The call", mapper.code),),
    )
