"""How a source is cut into the pieces that tasks read: by what its files tell of their rows and records."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from pdprep.engine.executors import pieces
from pdprep.engine.executors.cluster import Call, Cluster
from pdprep.engine.executors.pieces import BYTES, Piece, by_records, by_rows, by_size
from pdprep.engine.executors.recipe import Recipe
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import reading

ROWS: Final = (50_000, 1_000_000)  # of one task, at least and at most
LEAST_BYTES: Final = 4_000_000
TASKS_A_WORKER: Final = 4  # so that no worker waits long for the last one
FILES: Final = 64  # whose footers one task reads, at most


def pieces_of(cluster: Cluster, recipe: Recipe, kept: object, prepared: Prepared) -> list[Piece]:
    """Return the pieces of a source, in its order.

    Parquet is cut between row groups, an Arrow file anywhere, a plain CSV where a record ends. What is
    compressed or in another encoding, and JSON, is read file by file.
    """
    source = prepared.source
    tasks = TASKS_A_WORKER * cluster.workers
    if source.kind in ("Parquet", "Arrow IPC"):
        with reading(source):
            groups = list(_groups(cluster, recipe, kept, source.files))
        total = sum(sum(counts) for _, counts in groups)
        most = min(ROWS[1], max(ROWS[0], total // tasks))
        # Its record batches need not be read whole, so even pieces are as good as any.
        if source.kind == "Arrow IPC":
            groups = [(file, _even(sum(counts), most)) for file, counts in groups]
        return by_rows(groups, most)
    files = pieces.sizes(source.files, source.storage)
    most = min(BYTES, max(LEAST_BYTES, sum(size for _, size in files) // tasks))
    found: list[Piece] = []
    for whole, some in _together(files, most if pieces.splits(recipe) else None):
        found += by_size(some, most) if whole else _cut(cluster, kept, some[0], most)
    return found


def _groups(
    cluster: Cluster, recipe: Recipe, kept: object, files: Sequence[str]
) -> Iterator[tuple[str, list[int]]]:
    if recipe.kind == "Arrow IPC":
        options = recipe.reach.storage.options if recipe.reach else {}
        for file in files:
            rows = pl.scan_ipc([file], glob=False, **options).select(pl.len()).collect().item()
            yield file, [int(rows)]
        return
    some = min(FILES, math.ceil(len(files) / cluster.workers))  # all workers start here, and wait for none
    calls: list[Call] = [((files[start : start + some],), ()) for start in range(0, len(files), some)]
    found = {place: refs[0] for place, refs in cluster.each(pieces.row_groups, kept, calls)}
    for place in sorted(found):
        yield from cluster.value(found[place])


def _even(rows: int, most: int) -> list[int]:
    return [min(most, rows - start) for start in range(0, rows, most)]


def _together(
    files: Sequence[tuple[str, int]], most: int | None
) -> Iterator[tuple[bool, list[tuple[str, int]]]]:
    """Yield neighbours that are read as whole files, and each file that is to be cut by itself."""
    waiting: list[tuple[str, int]] = []
    for file in files:
        if most is None or file[1] <= most:
            waiting.append(file)
            continue
        if waiting:
            yield True, waiting
            waiting = []
        yield False, [file]
    if waiting:
        yield True, waiting


def _cut(cluster: Cluster, kept: object, file: tuple[str, int], most: int) -> list[Piece]:
    # Whether a line end stands within quotation marks depends on all marks before it: each range tells how
    # many it has, and where records would end for either answer; then one sum settles it for all of them.
    name, size = file
    begins = list(range(0, size, most))
    calls: list[Call] = [((name, begin, min(size, begin + most)), ()) for begin in begins]
    found = {place: cluster.value(refs[0]) for place, refs in cluster.each(pieces.marks, kept, calls)}
    return by_records(name, begins, [found[place] for place in sorted(found)])
