"""A proposal for a frame nobody has described yet: told from names where they decide, else from values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, Unpack

import polars as pl

from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.contract import Contract
from pdprep.errors import PdprepError
from pdprep.preparation import headers
from pdprep.preparation.claims import claims
from pdprep.preparation.dialects import TextArguments, options
from pdprep.preparation.evidence import Evidence
from pdprep.preparation.leftovers import own_guesses
from pdprep.preparation.like_events import like_events
from pdprep.preparation.prepare import prepare
from pdprep.preparation.proposal import Proposal, flattened, written
from pdprep.preparation.reading import own, reading
from pdprep.preparation.sources import Source, open_source
from pdprep.preparation.steps import Step, lazy

ROWS: Final = 10_000  # rows that are looked at
MOST_WITHIN: Final = 500  # fields of objects that are looked at


def infer_contract(
    source: object, dataset: DatasetType, domain: Domain | None = "CUSTOM", **text: Unpack[TextArguments]
) -> Proposal:
    """Propose a contract and a mapping for a frame, from its columns' names and its first ten thousand rows.

    A name decides where the values can be what it says; where no name does, values decide: a column of
    moments is the time, one with a value of its own in every row the id of a catalogue.

    Args:
        source: What ``prepare`` takes: a path, a glob, or a frame of Polars, pandas or Arrow.
        dataset: interactions, items, users, actions or action_interactions.
        domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND.
        text: How a text file is read, as ``pdprep.read`` takes it.

    Raises:
        SourceError: It cannot be read, or its names are a title, or the values of a first row.

    >>> frame = pl.DataFrame({"uid": [1], "movieId": [7], "ts": [1_700_000_000], "device": ["tv"]})
    >>> print(infer_contract(frame, "interactions").columns)
    {'USER_ID': 'uid', 'ITEM_ID': 'movieId', 'TIMESTAMP': 'ts'}
    """
    opened, base = open_source(source, asked=options(text)), Contract.of(dataset, domain)
    if opened.is_text:
        headers.check(opened, dataset)
    with reading(opened):
        head = own(opened).head(ROWS).collect()
    if opened.is_text:
        head = head.filter(pl.any_horizontal(pl.all().is_not_null()))  # blank lines are no rows
    else:
        headers.check(opened, dataset, head)
    found = _proposal(base, source, opened, head, (), text)
    for step in _to_rows(head) if found.missing else ():
        rows = step(head.lazy()).head(ROWS).collect()
        other = _proposal(base, source, opened, rows, (step,), text)
        if len(other.missing) < len(found.missing):
            found = other
    return found


def _to_rows(head: pl.DataFrame) -> Iterator[Step]:
    """Yield the steps to a row for each object of a list."""
    for name, dtype in head.schema.items():
        inner = dtype.inner if isinstance(dtype, pl.List) else None
        fields = {each.name for each in inner.fields} if isinstance(inner, pl.Struct) else set()
        if fields and not fields & {*head.columns} - {name}:
            yield Step(name)


def _proposal(
    base: Contract,
    source: object,
    opened: Source,
    head: pl.DataFrame,
    before: tuple[Step, ...],
    text: Mapping[str, object],
) -> Proposal:
    paths = dict(_paths(head.schema))
    columns = {each.name: Evidence.of(each) for each in flattened(head, paths).iter_columns()}
    inside = {name for name, path in paths.items() if len(path) > 1}
    known, cannot = claims(base, columns, inside)
    guesses = [*known, *own_guesses(base, columns, known, inside)]
    order = list(columns)
    guesses.sort(key=lambda guess: order.index(guess.column))
    # The order in which prepare puts the fields: those of one's own before optional ones of the catalogue.
    optional = [guess.field for guess in known if guess.field and guess.field.name not in base.names]
    metadata = [guess.field for guess in guesses if guess.field and guess.own]
    contract = base.extend(*metadata, *optional)
    found = Proposal(contract, tuple(guesses), (), source, opened, before, paths, text)
    frame = lazy(source, written(source), text)
    said = (line.replace("frame.lazy()", frame) for line in cannot)
    return replace(found, cannot=(*said, *_refusal(found), *_like_events(found, head)))


def _like_events(found: Proposal, head: pl.DataFrame) -> Iterator[str]:
    """Say so where what is to be a catalogue looks like events."""
    key = found.columns.get(found.contract.key)
    if key in head.columns and not found.before and (told := like_events(head, found.contract.dataset, key)):
        yield str(told)


def _refusal(found: Proposal) -> Iterator[str]:
    """Say why ``prepare`` refuses what is proposed."""
    if found.missing:
        return
    source = found.frame if found.steps else found.opened
    dataset, domain = found.contract.dataset, found.contract.domain
    try:
        prepare(source, dataset, domain=domain, columns=found.columns, metadata=found.metadata)
    except PdprepError as error:
        yield " ".join(error.statement.split())


def _paths(schema: pl.Schema) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the columns, and in place of objects their fields under names joined by points."""
    queue: list[tuple[tuple[str, ...], Any]] = [((name,), dtype) for name, dtype in schema.items()]
    seen = 0
    while queue:
        path, dtype = queue.pop(0)
        fields = dict(dtype.to_schema()) if isinstance(dtype, pl.Struct) else {}
        # A name that holds a point cannot be part of such a path.
        if fields and not any("." in name for name in (path[-1], *fields)):
            queue[:0] = [((*path, name), dtype) for name, dtype in fields.items()]
        elif len(path) == 1 or (".".join(path) not in schema and seen < MOST_WITHIN):
            seen += len(path) > 1
            yield ".".join(path), path
