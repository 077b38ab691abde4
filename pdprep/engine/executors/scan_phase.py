"""The first phase of a pass on Ray: pieces are read and judged. Only bad rows come to this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Final

import polars as pl

from pdprep.engine.executors import pieces, scan_task
from pdprep.engine.executors.cluster import Call
from pdprep.engine.executors.messages import PassOptions, Scanned
from pdprep.engine.executors.ray_pass import RayPass
from pdprep.engine.run import Totals
from pdprep.engine.stream_validator import BadRows
from pdprep.errors import InputError
from pdprep.preparation.ids_told import Readings
from pdprep.preparation.sources import ROW
from pdprep.validation.validator import first

MOST_ROWS: Final = 2**32 - 1  # of one source: rows are numbered by 32 bits, in Polars and here


@dataclass(frozen=True, eq=False)
class ScannedPieces:
    """What has been read of a source, piece by piece, in its order.

    Attributes:
        totals: What has been counted.
        unusual: The columns that the CSV may have to write in an unusual way.
        firsts: The number of the first row of each piece in the source.
        rows: References to the good rows of each piece, by partition.
    """

    totals: Totals
    unusual: frozenset[str]
    firsts: list[int]
    rows: list[list[Any]]


def scan(ray_pass: RayPass, bad_rows: BadRows | None) -> ScannedPieces:
    """Read and judge every piece; again where ids turn out to be text, as soon as one task has found it."""
    prepared = ray_pass.prepared
    readings = Readings(prepared.id_forms, prepared.source, prepared.conversions)
    while True:
        readings.begin()
        forms = {name: each.form for name, each in readings.seen.items()}
        found, refs = _each_piece(ray_pass, replace(ray_pass.options, forms=forms))
        # Whether ids are text is a question about the whole column: each task tells what it has seen of it.
        for name, seen in (item for each in found for item in each.seen.items()):
            readings.seen[name].merge(seen)
        if not all(each.whole for each in found):
            readings.failed()
        elif readings.whole():
            break
    # Pieces number their rows from 0, as none knows what is before it; here they become the source's.
    firsts = [0, *accumulate(each.height for each in found)][:-1]
    if sum(each.height for each in found) > MOST_ROWS:
        raise InputError(
            f"{prepared.source.label} has more than {MOST_ROWS:,} rows",
            "several sources, one after the other",
        )
    # One piece's bad rows are here at a time, and go on to quarantine.
    for each, first_row in zip(refs, firsts, strict=True):
        bad = ray_pass.cluster.value(each[1]) if bad_rows else None
        if bad_rows and bad is not None:
            bad_rows.take(_numbered(bad.rows, first_row))
    unusual = frozenset[str]().union(*(each.unusual for each in found))
    prepared.source.gaps.update(*(each.gaps for each in found))
    if unusual:
        _check_escapes(ray_pass)
    return ScannedPieces(_totals(found, firsts), unusual, firsts, [each[2:] for each in refs])


def _each_piece(ray_pass: RayPass, options: PassOptions) -> tuple[list[Scanned], list[list[Any]]]:
    """Return what each piece has told, and the references that its task returned."""
    calls: list[Call] = [((options, piece), ()) for piece in ray_pass.pieces]
    refs: dict[int, list[Any]] = {}
    found: dict[int, Scanned] = {}
    for place, returned in ray_pass.cluster.each(
        scan_task.scan, ray_pass.recipe, calls, options.partitions + 2, phase="prepare", total=ray_pass.rows,
        listener=ray_pass.listener,
    ):  # fmt: skip
        refs[place], found[place] = returned, ray_pass.cluster.value(returned[0])
        if not found[place].whole:  # the others would only tell the same
            return [found[place]], []
    return [found[place] for place in sorted(found)], [refs[place] for place in sorted(refs)]


def _totals(found: Sequence[Scanned], firsts: Sequence[int]) -> Totals:
    examples = [_numbered(each.examples, row) for each, row in zip(found, firsts, strict=True)]
    totals = Totals(sum(each.read for each in found), bad=sum(each.bad for each in found))
    totals.counts = sum((each.counts for each in found), Counter())
    totals.examples = first(pl.concat([totals.examples, *examples]))
    return totals


def _check_escapes(ray_pass: RayPass) -> None:
    """Look for backslashes that escape in text files that were read without looking for them."""
    source = ray_pass.prepared.source
    dialect = source.blocks.dialect if source.blocks else None
    if dialect and dialect.plain and not dialect.proven:
        files: list[Call] = [(((file,),), ()) for file in source.files]
        for _ in ray_pass.cluster.each(pieces.check_escapes, ray_pass.recipe, files):
            pass


def _numbered(rows: pl.DataFrame, first_row: int) -> pl.DataFrame:
    return rows.with_columns(pl.col(ROW) + pl.lit(first_row, pl.UInt32)) if first_row else rows
