"""A proposal for a frame nobody has described yet: its fields, the mapping, and the reason for each guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final, NamedTuple, Unpack

import polars as pl

from pdprep import html
from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.shape import METADATA_MAXIMUM, TEXTUAL_MAXIMUM
from pdprep.preparation import mapping
from pdprep.preparation.calls import call
from pdprep.preparation.dialects import TextArguments, options
from pdprep.preparation.guessing import infer_field
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import Source, open_source

ROWS: Final = 10_000  # rows that are looked at
_HEADER: Final = ("column", "field", "type", "reason")


class Guess(NamedTuple):
    """What a column becomes, and why; no field: it is left out."""

    column: str
    field: Field | None
    own: bool
    reason: str


@dataclass(frozen=True, eq=False)
class Proposal:
    """A contract and a mapping, to take as they are or to copy and change.

    Attributes:
        contract: The contract that the frame could fulfil.
        columns: The mapping of catalogue fields, for ``prepare(columns=...)``.
        metadata: The columns of one's own, for ``prepare(metadata=...)``.
        missing: Required fields that no column seems to hold.
        reasons: One row a column: what it becomes, of which type, and why.
        source: What the proposal is for.
    """

    contract: Contract
    columns: Mapping[str, str]
    metadata: Mapping[str, tuple[str, Field]]
    missing: tuple[str, ...]
    reasons: pl.DataFrame
    source: object = field(default=None, repr=False)

    @property
    def code(self) -> str:
        """The call of ``prepare`` that takes the proposal as it is."""
        own = {name: column for name, (column, _) in self.metadata.items()}
        return call(self.contract.dataset, self.contract.domain, self.columns, own)

    def __str__(self) -> str:
        lines = [
            f"  {column} to {field or 'nothing'}: {why}" for column, field, _, why in self.reasons.rows()
        ]
        lacks = [f"  no column for {name}" for name in self.missing]
        return "\n".join([self.code, *lines, *lacks])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        lacks = "".join(f"<p>no column for {escape(name)}</p>" for name in self.missing)
        return html.table(_HEADER, self.reasons.iter_rows()) + lacks + f"<pre>{escape(self.code)}</pre>"


def infer_contract(
    source: object, dataset: str, domain: str | None = "CUSTOM", **text: Unpack[TextArguments]
) -> Proposal:
    """Propose a contract and a mapping for a frame, from its columns' names and its first ten thousand rows.

    Args:
        source: What ``prepare`` takes: a path, a glob, or a frame of Polars, pandas or Arrow.
        dataset: interactions, items, users, actions or action_interactions.
        domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND.
        text: How a text file is read, as ``pdprep.read`` takes it.

    >>> frame = pl.DataFrame({"uid": [1], "movieId": [7], "ts": [1_700_000_000], "device": ["tv"]})
    >>> print(infer_contract(frame, "interactions").columns)
    {'USER_ID': 'uid', 'ITEM_ID': 'movieId', 'TIMESTAMP': 'ts'}
    """
    opened, base = open_source(source, asked=options(text)), Contract.of(dataset, domain)
    with reading(opened):
        head = opened.frame.head(ROWS).select(*opened.schema).collect()
    known = list(_known(base, list(opened.schema)))
    taken = {guess.column for guess in known}
    rest = [name for name in opened.schema if name not in taken]
    return replace(_proposal(base, opened, [*known, *_own(base, head, rest, known)]), source=source)


def _proposal(base: Contract, source: Source, guesses: Sequence[Guess]) -> Proposal:
    fields = [guess.field for guess in guesses if guess.field]
    columns = {guess.field.name: guess.column for guess in guesses if guess.field and not guess.own}
    metadata = {
        guess.field.name: (guess.column, guess.field) for guess in guesses if guess.field and guess.own
    }
    order = list(source.schema)
    rows = [
        (
            guess.column,
            guess.field.name if guess.field else None,
            guess.field.kind if guess.field else None,
            guess.reason,
        )
        for guess in sorted(guesses, key=lambda guess: order.index(guess.column))
    ]
    reasons = pl.DataFrame(rows, schema=dict.fromkeys(_HEADER, pl.String), orient="row")
    missing = tuple(name for name in base.names if name not in columns)
    return Proposal(base.extend(*fields), columns, metadata, missing, reasons)


def _known(base: Contract, names: list[str]) -> Iterator[Guess]:
    """Guess the catalogue's fields; an optional one only where the name is a usual one."""
    every = (*base.fields, *catalogue.optional(base.dataset, base.domain))
    same = {field.name: field.name for field in every if field.name in names}
    free = [name for name in names if name not in same]
    usual = mapping.usual([field.name for field in every if field.name not in same], free)
    free = [name for name in free if name not in usual.values()]
    near = mapping.guesses(base, [name for name in base.names if name not in {*same, *usual}], free)
    reasons = (
        (same, "the field's own name"),
        (usual, "a usual name for it"),
        (near, "the nearest name"),
    )
    by_name = {field.name: field for field in every}
    for found, reason in reasons:
        yield from (Guess(column, by_name[name], False, reason) for name, column in found.items())


def _own(base: Contract, head: pl.DataFrame, names: list[str], known: Sequence[Guess]) -> Iterator[Guess]:
    room = METADATA_MAXIMUM[base.dataset]
    texts = TEXTUAL_MAXIMUM - sum(bool(guess.field and guess.field.textual) for guess in known)
    used = {guess.field.name for guess in known if guess.field}
    for name in names:
        guess = _own_guess(head[name], base.dataset, used, texts)
        if guess.field and room == 0:
            guess = Guess(name, None, False, f"left out: {base.dataset} takes no more metadata fields")
        if guess.field:
            room, texts = room - 1, texts - guess.field.textual
            used.add(guess.field.name)
        yield guess


def _own_guess(values: pl.Series, dataset: str, used: set[str], texts: int) -> Guess:
    filled = values.drop_nulls()
    name = snake(values.name)
    if not name or name in used:
        return Guess(values.name, None, False, "left out: no name of its own")
    if (values.dtype.is_nested() and not isinstance(values.dtype, pl.List | pl.Array)) or not filled.len():
        return Guess(
            values.name, None, False, f"left out: {'nothing in it' if not filled.len() else values.dtype}"
        )
    if isinstance(values.dtype, pl.Boolean):
        return Guess(
            values.name, Field(name, nullable=True, categorical=True), True, "booleans as text: True, False"
        )
    field = infer_field(filled.alias(name), dataset)
    if field.textual and texts <= 0:
        return Guess(values.name, None, False, "left out: items takes one textual field")
    return Guess(values.name, field, True, _reason(field, filled))


def _reason(field: Field, filled: pl.Series) -> str:
    if field.textual:
        return "long text: prose"
    if field.numeric:
        return f"every value is a number; {filled.min()!s} to {filled.max()!s}"
    return f"{filled.n_unique():,} different values in {filled.len():,} rows: categories"


def snake(name: str) -> str:
    """Return a column's name as a field's.

    >>> snake("movieTitle"), snake("Device type"), snake("2nd")
    ('MOVIE_TITLE', 'DEVICE_TYPE', 'ND')
    """
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", apart).strip("_").lstrip("0123456789_").upper()
