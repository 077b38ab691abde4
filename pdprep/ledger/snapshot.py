"""The records of many segments merged once, as files in the order of their ids; kept until segments change.

A segment holds what one import or one put brought. To merge ten million records takes ten seconds, so the
outcome is kept beside the segments. It is a copy: whatever is lost of it is merged again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import clock, platforms
from pdprep.contract.contract import Contract
from pdprep.ledger import merging

ROWS_A_MERGE: Final = 250_000  # so many are in memory at once
ROWS_A_FILE: Final = 250_000  # a page that a delta touches reads one file whole
ROW_GROUP: Final = 20_000  # smaller than a segment's: a page of a sorted table is gathered from many places
FORMAT: Final = 2  # of the folder; another one's is built again
PLACE: Final = "__place"  # the number of a row, counted through all files
_SAMPLED: Final = 64  # one id of so many tells where to cut
_MANIFEST: Final = "manifest.json"
_KEPT: Final = 2  # an older one may still be looked at
_PART: Final = ".part"  # of what is not whole yet
_A_FILE: Final = 3600  # seconds in which one more file is written, or its process was killed


@dataclass(frozen=True, slots=True)
class MergedFile:
    """One file: how many rows, its last id (null where ids are missing), and its size.

    All rows of one id are in one file.
    """

    rows: int
    last: str | None
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class MergedRecords:
    """Merged records.

    Attributes:
        folder: Where its files are.
        segments: The names of the segments that it holds.
        columns: The contract's columns.
        counts: Records by ORIGIN.
        pieces: What is known of each file, in the order of their ids.
    """

    folder: Path
    segments: frozenset[str]
    columns: tuple[str, ...]
    counts: dict[str, int]
    pieces: tuple[MergedFile, ...]

    @property
    def rows(self) -> int:
        """How many records it holds."""
        return sum(piece.rows for piece in self.pieces)

    @property
    def files(self) -> list[Path]:
        """The files, in the order of their ids."""
        return [_file(self.folder, number) for number in range(len(self.pieces))]


def find(place: Path, segments: frozenset[str], columns: tuple[str, ...]) -> MergedRecords | None:
    """Return the snapshot that holds the most of these segments and nothing else; None if there is none."""
    found = [each for each in _all(place) if each.segments <= segments and each.columns == columns]
    return max(found, key=lambda each: each.rows, default=None)


def build(place: Path, frames: dict[str, pl.LazyFrame], contract: Contract) -> MergedRecords:
    """Merge segments, a range of ids at a time, so that memory stays bounded.

    Args:
        place: The folder of the snapshots of this dataset.
        frames: The segments by name.
        contract: The contract of the records.
    """
    folder = place / digest(*frames, *contract.columns)
    fresh = part_of(folder)
    fresh.mkdir(parents=True)
    try:
        made = _merged(fresh, folder, frames, contract)
        _settle(made, fresh)
    finally:
        platforms.remove_tree(fresh)
    _sweep(place)
    return made


def part_of(path: Path) -> Path:
    """Return where a file or folder is written until it is whole: no other process writes there."""
    return path.with_name(f"{path.stem}-{uuid.uuid4().hex}{_PART}")


def digest(*names: str) -> str:
    """Return a short name for several."""
    return hashlib.sha256(json.dumps([FORMAT, *sorted(names)]).encode()).hexdigest()[:16]


def _merged(fresh: Path, folder: Path, frames: dict[str, pl.LazyFrame], contract: Contract) -> MergedRecords:
    """Write the merged records to one folder; they are to stand in another."""
    pieces: list[MergedFile] = []
    counts = Counter[str]()
    for cut in _ranges(list(frames.values()), contract.key):
        merged = merging.merged(cut, contract)
        counts.update(merging.by_origin(merged))
        for rows in _files(merged, contract.key):
            file = _file(fresh, len(pieces))
            rows.write_parquet(file, row_group_size=ROW_GROUP)
            last = rows.select(pl.col(contract.key).last()).item()
            pieces.append(MergedFile(rows.height, last, file.stat().st_size))
    return MergedRecords(folder, frozenset(frames), contract.columns, dict(counts), tuple(pieces))


def _settle(made: MergedRecords, fresh: Path) -> None:
    """Put merged records where they are to stand, unless another process has merged the same meanwhile."""
    _write(made, fresh)
    if made in _all(made.folder.parent):
        return
    try:
        platforms.remove_tree(made.folder)
        platforms.replace(fresh, made.folder)
    except OSError:
        if made not in _all(made.folder.parent):
            raise


def _sweep(place: Path) -> None:
    """Remove all but the newest, and what a kill cut off."""
    changed = dict[Path, float]()
    for each in place.iterdir():
        with suppress(FileNotFoundError):  # another process's, which stands elsewhere by now
            changed[each] = each.stat().st_mtime
    parts = {each for each in changed if each.suffix == _PART}
    cut_off = [each for each in parts if clock.now().timestamp() - changed[each] > _A_FILE]
    for old in (*sorted(changed.keys() - parts, key=changed.__getitem__)[:-_KEPT], *cut_off):
        platforms.remove_tree(old)


def _ranges(frames: Sequence[pl.LazyFrame], key: str) -> Iterator[list[pl.LazyFrame]]:
    """Yield the frames cut to one range of ids after the other; null comes first."""
    column = pl.col(key)
    sampled = pl.concat([frame.select(column.gather_every(_SAMPLED)) for frame in frames])
    ids = sampled.drop_nulls().collect().to_series().sort()
    step = max(1, ROWS_A_MERGE // _SAMPLED)
    borders = ids.gather_every(step, step).unique(maintain_order=True)
    edges: list[str | None] = [None, *borders, None]
    for low, high in pairwise(edges):
        fits = pl.lit(True)
        if low is not None:
            fits &= column >= low
        if high is not None:
            fits &= (column < high) | (column.is_null() if low is None else pl.lit(False))
        yield [frame.filter(fits) for frame in frames]


def _files(rows: pl.DataFrame, key: str) -> Iterator[pl.DataFrame]:
    """Cut sorted rows to the size of files, where another id begins."""
    firsts = rows.select(pl.col(key).ne_missing(pl.col(key).shift()).fill_null(True).arg_true()).to_series()
    wanted = pl.Series(range(0, rows.height, ROWS_A_FILE), dtype=firsts.dtype)[1:]
    cuts = firsts.gather(firsts.search_sorted(wanted).clip(0, len(firsts) - 1)) if len(wanted) else wanted
    for start, stop in pairwise([0, *cuts.unique().sort(), rows.height]):
        if stop > start or not rows.height:
            yield rows.slice(start, stop - start)


def _all(place: Path) -> Iterator[MergedRecords]:
    for file in place.glob(f"*/{_MANIFEST}"):
        with suppress(OSError, ValueError):
            found = json.loads(file.read_text(encoding="utf-8"))
            if file.parent.suffix == _PART or found.get("format") != FORMAT:
                continue
            pieces = tuple(MergedFile(**piece) for piece in found["pieces"])
            # One that was damaged is built again: it holds nothing that the segments do not.
            names, columns = frozenset(found["layers"]), tuple(found["columns"])
            made = MergedRecords(file.parent, names, columns, found["counts"], pieces)
            if [each.stat().st_size for each in made.files] == [piece.bytes for piece in pieces]:
                yield made


def _write(made: MergedRecords, folder: Path) -> None:
    found = {
        "format": FORMAT,
        "layers": sorted(made.segments),
        "columns": made.columns,
        "counts": made.counts,
    }
    text = json.dumps({**found, "pieces": [asdict(piece) for piece in made.pieces]})
    (folder / _MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _file(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05d}.parquet"
