"""The later phases of a pass on Ray: partitions are deduplicated, and their lines make the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pdprep.engine.aggregates import Aggregate
from pdprep.engine.executors import reduce_task, write_task
from pdprep.engine.executors.cluster import Call
from pdprep.engine.executors.messages import Reduced
from pdprep.engine.executors.ray_pass import RayPass
from pdprep.engine.executors.reduce_task import OnRecords, Output
from pdprep.engine.executors.scan_phase import ScannedPieces
from pdprep.engine.executors.write_task import PartSink
from pdprep.engine.parts import Part, cuts
from pdprep.engine.run import Batch, Kept, Totals
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.preparation.spread import BUCKETS


@dataclass(frozen=True, eq=False)
class ReducedPartitions:
    """What is left of a source without its duplicates.

    Attributes:
        ray_pass: The pass.
        totals: What has been counted.
        unusual: The columns that the CSV may have to write in an unusual way.
        aggregates: What else was summed up, of all partitions.
        found: What each partition has told.
        outputs: References to the output of each partition.
    """

    ray_pass: RayPass
    totals: Totals
    unusual: frozenset[str]
    aggregates: tuple[Aggregate[Any], ...]
    found: list[Reduced]
    outputs: list[Any]

    def batches(self) -> Iterator[Batch]:
        """Yield the rows of each partition, which are here for as long as they are used."""
        done, total, encoded = self.totals.bad, self.totals.read, EncodedFrame(self.ray_pass.prepared)
        for number, found in enumerate(self.found):
            packets = self.ray_pass.cluster.value(self.outputs[number])
            self.outputs[number] = None  # Ray lets go of it once this one is used
            done += found.good
            for place, each in enumerate(packets if isinstance(packets, list) else ()):
                kept = Kept(each.rows, encoded)
                yield Batch(kept, self.unusual, done, total, whole=place == len(packets) - 1)

    def write(self, sink: PartSink | None, on_part: Callable[[Part], None]) -> tuple[Part, ...]:
        """Write the parts, a part in a task, and return them in order, each heard of when it is there."""
        ray_pass, width = self.ray_pass, self.ray_pass.options.width
        rows = [self.found[each // width].kept.get(each, 0) for each in range(BUCKETS)]
        calls: list[Call] = []
        # A part takes whole buckets, wherever partitions begin: so it may take from two of them.
        for number, inside in enumerate(cuts(rows)):
            touched = range(inside.start // width, (inside.stop - 1) // width + 1)
            slices = [self._lines(each, inside) for each in touched]
            height = sum(rows[bucket] for bucket in inside)
            name = f"{ray_pass.prepared.dataset}-{number:05d}.csv"
            calls.append(((name, height, slices, sink), [self.outputs[each] for each in touched]))
        parts: dict[int, Part] = {}
        for number, refs in ray_pass.cluster.each(
            write_task.write,
            ray_pass.recipe,
            calls,
            phase="stage",
            total=sum(rows),
            listener=ray_pass.listener,
        ):
            parts[number] = ray_pass.cluster.value(refs[0])
            on_part(parts[number])
        return tuple(parts[number] for number in range(len(calls)))

    def _lines(self, partition: int, inside: range) -> write_task.Lines:
        """Return which lines of a partition's text are those of some buckets."""
        kept = self.found[partition].kept
        before = sum(rows for bucket, rows in kept.items() if bucket < inside.start)
        if inside.stop > max(kept, default=0):
            return before, None  # nobody has to count them
        return before, before + sum(rows for bucket, rows in kept.items() if bucket in inside)


def reduce(
    ray_pass: RayPass, scanned: ScannedPieces, output: Output = "nothing", *,
    aggregates: Sequence[Aggregate[Any]] = (), on_records: OnRecords | None = None,
) -> ReducedPartitions:  # fmt: skip
    """Drop duplicates and sum up, a partition in a task; the rows that were scanned are used up."""
    totals, count = scanned.totals, ray_pass.options.partitions
    given = (output, scanned.unusual, tuple(aggregates), on_records, scanned.firsts)
    calls = (
        ((ray_pass.options, number, *given), [each[number] for each in scanned.rows])
        for number in range(count)
    )
    found: dict[int, Reduced] = {}
    outputs: dict[int, Any] = {}
    for number, refs in ray_pass.cluster.each(
        reduce_task.reduce, ray_pass.recipe, calls, 2, phase="validate", total=totals.read - totals.bad,
        listener=ray_pass.listener,
    ):  # fmt: skip
        # What was found is small and comes here; its output stays where it was made.
        found[number], outputs[number] = ray_pass.cluster.value(refs[0]), refs[1]
        for each in scanned.rows:
            each[number] = None  # Ray lets go of what nothing refers to
    # In their order, whichever task ended first. Ids are disjoint between partitions, so all figures add up.
    ordered = [found[number] for number in range(count)]
    for one in ordered:
        totals.kept += one.summary.rows
        totals.summary += one.summary
        totals.profile += one.profile
    summed, *others = (each.aggregates for each in ordered)
    for other in others:
        for mine, more in zip(summed, other, strict=True):
            mine.merge(more)
    return ReducedPartitions(
        ray_pass, totals, scanned.unusual, summed, ordered, [outputs[number] for number in range(count)]
    )
