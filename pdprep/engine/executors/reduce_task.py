"""The second task: a partition is deduplicated and summed up, and written as lines of CSV.

It is a plain function of what it is given, so it gives the same when it is done again.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from pdprep.engine import oversized
from pdprep.engine.aggregates import Aggregate
from pdprep.engine.buckets import Partition
from pdprep.engine.distinct import Key
from pdprep.engine.executors.messages import PassOptions, Reduced
from pdprep.engine.executors.packets import Packet
from pdprep.engine.executors.recipe import Recipe
from pdprep.engine.run import Batch, Totals, deduplicate
from pdprep.engine.spill import spill
from pdprep.preparation import escaping
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKET
from pdprep.progress import Listener, Progress
from pdprep.validation.summary import of_ids

# Takes the records of a partition, some at a time: which partition, how many came before, and the records.
OnRecords = Callable[[int, int, pl.DataFrame], None]
Output = Literal["nothing", "lines", "rows"]


def reduce(
    recipe: Recipe, options: PassOptions, number: int, output: Output, unusual: frozenset[str],
    aggregates: Sequence[Aggregate[object]], on_records: OnRecords | None, firsts: Sequence[int],
    tell: Listener, *packets: Packet | None,
) -> list[Reduced | Packet | list[Packet]]:  # fmt: skip
    """Drop the duplicates of a partition; return what was found, and its output.

    Args:
        recipe: How the rows came to be.
        options: How to go about it.
        number: Which partition.
        output: What is returned beside what was found: lines of CSV, the rows in packets, or nothing.
        unusual: The columns that the CSV may have to write in an unusual way, of the whole source.
        aggregates: What else is summed up; copies of the driver's that have seen nothing.
        on_records: Takes the records, in order.
        firsts: The number of the first row of each piece in the source.
        tell: Hears how many rows are done.
        packets: The good rows of each piece, in the source's order.
    """
    encoded, text = EncodedFrame(recipe.unread), io.BytesIO()
    rows: list[Packet] = []
    totals, good = Totals(), 0
    kept = Counter[int]()
    per_id: list[pl.DataFrame] = []
    with spill() as scratch:
        for partition in _pieces(firsts, packets, scratch, Key.of(encoded.prepared), options.most):
            found = deduplicate(encoded, options.profiled, partition)
            good += found.good
            per_id.append(found.per_id)
            batch = Batch(found.kept, unusual, good, good, partition.whole)
            for each in aggregates:
                each.update(batch)
            if output == "rows":
                rows.append(Packet.of(batch.rows, options.compressed))
            # Text already: the task that writes a part puts pieces of it together, and parses nothing.
            if output == "lines":
                lines = batch.escaped
                kept.update(dict(lines[BUCKET].value_counts().iter_rows()))
                escaping.write_escaped(lines.drop(BUCKET), text, extreme=batch.extreme)
            if on_records:
                on_records(number, totals.kept, batch.rows.drop(ROW, BUCKET))
            totals.add(found)
            tell(Progress("validate", good))
    if per_id:
        totals.summary += of_ids(per_id)
    reduced = Reduced(good, kept, totals.summary, totals.profile, tuple(aggregates))
    return [reduced, rows or Packet.of_text(text.getbuffer(), options.compressed)]


def _pieces(
    firsts: Sequence[int], packets: Sequence[Packet | None], scratch: Path, key: Key, most: int
) -> Iterator[Partition]:
    """Yield the rows of a partition together, or in pieces through the disk where they are too large."""
    there = [(first, each) for first, each in zip(firsts, packets, strict=True) if each is not None]
    size = sum(each.size for _, each in there)
    if size <= most:
        if there:
            yield Partition(lambda: pl.concat((_numbered(*each) for each in there), rechunk=True), size)
        return
    # Named by their first row, so that by name they are in the order of the source.
    files = []
    for first, each in there:
        files.append(scratch / f"{first:015d}.ipc")
        _numbered(first, each).write_ipc(files[-1])
    lost, works = oversized.pieces(files, scratch / "pieces", key, BUCKET)
    for place, work in enumerate(works):
        yield Partition(work.do, work.bytes, 0 if place else lost, whole=place == len(works) - 1)


def _numbered(first: int, packet: Packet) -> pl.DataFrame:
    return packet.rows.with_columns(pl.col(ROW) + pl.lit(first, pl.UInt32))
