"""A pass over a prepared frame as tasks of Ray: what its phases share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pdprep.engine import buckets, oversized
from pdprep.engine.executors.cluster import Cluster, joined
from pdprep.engine.executors.cutting import pieces_of
from pdprep.engine.executors.messages import PassOptions
from pdprep.engine.executors.pieces import Piece
from pdprep.engine.executors.placing import check_folder, placed
from pdprep.engine.executors.recipe import Recipe
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.spread import BUCKETS
from pdprep.progress import Listener

TASK_ROWS: Final = 400_000  # of a partition
# Of a partition in the memory of a task, which uses four times that; an id that has more goes by disk.
MOST_BYTES: Final = oversized.PIECE_BYTES
STORE_SHARE: Final = 0.5  # of the object store, which begins to spill when four fifths are taken


@dataclass(frozen=True, eq=False)
class RayPass:
    """One pass: pieces are scanned, partitions reduced, parts written.

    Attributes:
        recipe: A reference to the recipe, which every task finds.
        pieces: What each task reads, in the order of the source.
    """

    cluster: Cluster
    prepared: Prepared
    listener: Listener
    recipe: Any
    pieces: Sequence[Piece]
    options: PassOptions

    @property
    def rows(self) -> int | None:
        """The rows of the source, where the files tell."""
        return _rows(self.pieces)


@contextmanager
def open_pass(
    prepared: Prepared, listener: Listener, route: str | None, *, only: bool = False, profiled: bool = False,
    folder: Path | None = None, scratch: Path | None = None,
) -> Iterator[RayPass]:  # fmt: skip
    """Give a pass over a frame on the cluster that runs, or on one that is started until the block ends.

    Args:
        prepared: What to read.
        listener: Hears the progress, with how many tasks are done, running and waiting.
        route: bulk, put, or None for the rules that stop both.
        only: Whether rules that stop the other route alone are left out.
        profiled: Whether there is to be a profile of the columns.
        folder: Where tasks are to write; checked to be on every node.
        scratch: The folder for a frame that is in this process alone.

    Raises:
        InputError: Ray is not installed, or a path or frame is not to be had on every node.
    """
    with ExitStack() as stack:
        cluster = stack.enter_context(joined())
        if folder:
            check_folder(cluster, folder)
        there = stack.enter_context(placed(cluster, prepared, scratch))
        recipe = Recipe.of(there)
        kept = cluster.keep(recipe)
        pieces = pieces_of(cluster, recipe, kept, there)
        # At least two partitions a worker, so that none waits long for the last one; and none so large that
        # its task, which has the packets, the rows and their lines at once, needs a gigabyte. Not more than
        # that: each piece has a packet for each partition, which costs milliseconds whatever is in it.
        rows = _rows(pieces)
        tasks = max(2 * cluster.workers, (rows or 0) // TASK_ROWS)
        count = tasks if rows else max(buckets.partition_count(prepared), tasks)
        # As many buckets each, so that the partition of a bucket is told by a division, in every task.
        width = math.ceil(BUCKETS / min(BUCKETS, count))
        keep_bad = only and prepared.on_invalid == "quarantine"  # a report alone keeps no rows
        options = PassOptions(
            {}, route, only, keep_bad, profiled, math.ceil(BUCKETS / width), MOST_BYTES,
            # What does not fit into Ray's store goes to disk and back, which costs more than compressing it.
            buckets.bytes_guessed(prepared, rows) > STORE_SHARE * cluster.store,
        )  # fmt: skip
        yield RayPass(cluster, prepared, listener, kept, pieces, options)


def _rows(pieces: Sequence[Piece]) -> int | None:
    if any(not each.rows for each in pieces):
        return None
    return sum(rows.height for each in pieces for rows in each.rows)
