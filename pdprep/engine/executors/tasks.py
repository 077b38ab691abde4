"""The tasks behind the reading: one deduplicates a run of buckets, one writes a part.

Each is a plain function of what it is given, so it gives the same when it is done again.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import polars as pl

from pdprep.engine import oversized
from pdprep.engine.aggregates import Aggregate
from pdprep.engine.buckets import Run
from pdprep.engine.executors.packets import Packet
from pdprep.engine.executors.recipe import Recipe
from pdprep.engine.parts import Part, write_lines
from pdprep.engine.run import Batch, portion
from pdprep.engine.spill import spill
from pdprep.preparation import escaping
from pdprep.preparation.ids import Form
from pdprep.preparation.packing import Packing
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKET, BUCKETS
from pdprep.progress import Listener, Progress
from pdprep.validation.profile import Profile
from pdprep.validation.summary import Summary, of_ids

# Takes the records of a run, some at a time: which run, how many came before, and the records.
OnRun = Callable[[int, int, pl.DataFrame], None]
Gives = Literal["nothing", "lines", "rows"]


@dataclass(frozen=True)
class Terms:
    """How the tasks of one pass go about it.

    Attributes:
        forms: The form of each id field, as far as it is known.
        route: bulk, put, or None for the rules that stop both.
        only: Whether rules that stop the other route alone are left out.
        aside: Whether bad rows are kept.
        profiled: Whether the columns are profiled.
        runs: How many runs of buckets there are.
        most: Bytes of a run that are deduplicated in memory.
    """

    forms: Mapping[str, Form | None]
    route: str | None
    only: bool
    aside: bool
    profiled: bool
    runs: int
    most: int

    @property
    def width(self) -> int:
        """Buckets of a run."""
        return math.ceil(BUCKETS / self.runs)


@dataclass(frozen=True, eq=False)
class Reduced:
    """What a run of buckets has told.

    Attributes:
        good: Its rows before duplicates were dropped.
        kept: Rows and bytes of CSV of each bucket that has any.
        told: What each aggregate has found.
    """

    good: int
    kept: Mapping[int, tuple[int, int]]
    summary: Summary
    profile: Profile
    told: tuple[Aggregate[object], ...] = ()


class Place(Protocol):
    """Where parts go. It is asked again with the same part where a worker has died, and leaves one."""

    def put(self, name: str, text: Sequence[bytes | memoryview], sha256: str) -> None:
        """Write a part as a whole, or not at all."""


def reduce(
    recipe: Recipe, terms: Terms, number: int, gives: Gives, unusual: frozenset[str],
    aggregates: Sequence[Aggregate[object]], on_run: OnRun | None, firsts: Sequence[int], tell: Listener,
    *packets: Packet | None,
) -> list[Reduced | Packet | list[Packet]]:  # fmt: skip
    """Drop the duplicates of a run of buckets; return what it tells, and its lines of CSV.

    Args:
        recipe: How the rows came to be.
        terms: How to go about it.
        number: Which run.
        gives: What is returned beside what it tells: lines of CSV, the rows in packets, or nothing.
        unusual: The columns that the CSV may have to write in an unusual way, of the whole source.
        aggregates: What else is summed up; copies of the driver's that have seen nothing.
        on_run: Takes the records, in order.
        firsts: The number of the first row of each piece in the source.
        tell: Hears how many rows are done.
        packets: The good rows of each piece, in the source's order.
    """
    packing, text = Packing(recipe.unread), io.BytesIO()
    rows: list[Packet] = []
    summary, profile, good = Summary(), Profile(), 0
    kept: dict[int, tuple[int, int]] = {}
    per_id: list[pl.DataFrame] = []
    with spill() as scratch:
        for load in _loads(firsts, packets, scratch, packing.prepared, terms.most):
            found = portion(packing, terms.profiled, load)
            summary, profile, good = summary + found.summary, profile + found.profile, good + found.good
            per_id.append(found.per_id)
            for each in aggregates:
                each.update(Batch(found.rows, unusual, good, good, load.whole))
            if gives == "rows":
                rows.append(Packet.of(found.rows))
            if gives == "lines":
                _write(found.rows, recipe.contract.columns, unusual, text, kept)
            if on_run:
                on_run(number, summary.rows - found.rows.height, found.rows.drop(ROW, BUCKET))
            tell(Progress("validate", good))
    summary += of_ids(per_id) if per_id else Summary()
    return [Reduced(good, kept, summary, profile, tuple(aggregates)), rows or Packet(text.getbuffer())]


def _loads(
    firsts: Sequence[int], packets: Sequence[Packet | None], scratch: Path, prepared: Prepared, most: int
) -> Iterator[Run]:
    """Yield the rows of a run together, or in pieces through the disk where they are too large."""
    there = [(first, each) for first, each in zip(firsts, packets, strict=True) if each is not None]
    size = sum(len(each.data) for _, each in there)
    if size <= most:
        if there:
            yield Run(lambda: pl.concat(_numbered(*each) for each in there), size)
        return
    files = []
    for first, each in there:
        files.append(scratch / f"{first:015d}.ipc")
        _numbered(first, each).write_ipc(files[-1])
    lost, works = oversized.pieces(files, scratch / "pieces", prepared.dedupe_on, BUCKET)
    for place, work in enumerate(works):
        yield Run(work.do, work.bytes, 0 if place else lost, whole=place == len(works) - 1)


def _numbered(first: int, packet: Packet) -> pl.DataFrame:
    return packet.rows.with_columns(pl.col(ROW) + pl.lit(first, pl.UInt32))


def _write(
    rows: pl.DataFrame, columns: Sequence[str], unusual: frozenset[str], text: io.BytesIO,
    kept: dict[int, tuple[int, int]],
) -> None:  # fmt: skip
    for some in rows.partition_by(BUCKET, maintain_order=True):
        before, bucket = text.tell(), int(some[BUCKET][0])
        write_lines(some, columns, unusual, text)
        height, size = kept.get(bucket, (0, 0))
        kept[bucket] = (height + some.height, size + text.tell() - before)


def write(
    recipe: Recipe, name: str, rows: int, slices: Sequence[tuple[int, int]], place: Place | None,
    tell: Listener, *packets: Packet,
) -> Part:  # fmt: skip
    """Write a part: the header, and some of the text of each packet; return what it is.

    Args:
        recipe: How the rows came to be.
        name: The part's name.
        rows: How many rows it has.
        slices: Where the text of the part begins and ends in each packet.
        place: Where to write; None only counts.
        tell: Hears how many rows are done.
        packets: Lines of CSV.
    """
    text: list[bytes | memoryview] = [escaping.header(recipe.contract.columns)]
    text += [memoryview(each.data)[start:end] for each, (start, end) in zip(packets, slices, strict=True)]
    digest = hashlib.sha256()
    for piece in text:
        digest.update(piece)
    if place is not None:
        place.put(name, text, digest.hexdigest())
    tell(Progress("stage", rows))
    return Part(Path(name), rows, sum(map(len, text)), digest.hexdigest())


@dataclass(frozen=True)
class Folder:
    """A folder as the place of parts: this machine's, or one that all machines of a cluster share."""

    path: Path

    def put(self, name: str, text: Sequence[bytes | memoryview], sha256: str) -> None:
        """Write under another name, and give the part its own when it is whole."""
        fresh = self.path / f".{name}-{os.getpid()}"
        try:
            with fresh.open("wb") as handle:
                handle.writelines(text)
            fresh.replace(self.path / name)
        finally:
            fresh.unlink(missing_ok=True)
