"""The records of many layers merged once, as files in the order of their ids; kept until layers change.

Layers are files a road wrote as it went; to look at them is to merge them. Of ten million records that takes
ten seconds, so the outcome is kept beside the layers, with what one wants to know before reading it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import merging

ROWS_A_FILE: Final = 500_000
ROW_GROUP: Final = 20_000  # smaller than a layer's: a page of a sorted table is gathered from many places
FORMAT: Final = 2  # of the folder; another one's is built again
_SAMPLED: Final = 64  # one id of so many tells where to cut
_MANIFEST: Final = "manifest.json"
_KEPT: Final = 2  # an older one may still be looked at


@dataclass(frozen=True, slots=True)
class Piece:
    """One file: how many rows, its last id (null where ids are missing), and its size."""

    rows: int
    last: str | None
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Base:
    """Merged records.

    Attributes:
        folder: Where its files are.
        layers: The names of the layers that it holds.
        columns: The contract's columns.
        counts: Records by ORIGIN.
    """

    folder: Path
    layers: frozenset[str]
    columns: tuple[str, ...]
    counts: dict[str, int]
    pieces: tuple[Piece, ...]

    @property
    def files(self) -> list[Path]:
        """The files, in the order of their ids."""
        return [_file(self.folder, number) for number in range(len(self.pieces))]

    @property
    def rows(self) -> int:
        """How many records it holds."""
        return sum(piece.rows for piece in self.pieces)


def find(place: Path, layers: frozenset[str], columns: tuple[str, ...]) -> Base | None:
    """Return the base that holds the most of these layers and nothing else; None if there is none."""
    found = [base for base in _all(place) if base.layers <= layers and base.columns == columns]
    return max(found, key=lambda base: base.rows, default=None)


def build(place: Path, frames: dict[str, pl.LazyFrame], contract: Contract) -> Base:
    """Merge layers, a range of ids at a time, so that memory stays bounded.

    Args:
        place: The folder of the bases of this dataset.
        frames: The layers by name.
        contract: The contract of the records.
    """
    name = digest(*frames, *contract.columns)
    folder, fresh = place / name, place / f"{name}.part"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    pieces, counts = [], Counter[str]()
    for number, cut in enumerate(_ranges(list(frames.values()), contract.key)):
        rows = merging.merged(cut, contract)
        rows.write_parquet(_file(fresh, number), row_group_size=ROW_GROUP)
        counts.update(merging.by_origin(rows))
        last = rows.select(pl.col(contract.key).last()).item()
        pieces.append(Piece(rows.height, last, _file(fresh, number).stat().st_size))
    base = Base(folder, frozenset(frames), contract.columns, dict(counts), tuple(pieces))
    _write(base, fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    _clear(place)
    return base


def digest(*names: str) -> str:
    """Return a short name for several."""
    return hashlib.sha256(json.dumps([FORMAT, *sorted(names)]).encode()).hexdigest()[:16]


def _ranges(frames: Sequence[pl.LazyFrame], key: str) -> Iterator[list[pl.LazyFrame]]:
    """Yield the frames cut to one range of ids after the other; null comes first."""
    column = pl.col(key)
    sampled = pl.concat([frame.select(column.gather_every(_SAMPLED)) for frame in frames])
    ids = sampled.drop_nulls().collect().to_series().sort()
    fences = ids.gather_every(ROWS_A_FILE // _SAMPLED, ROWS_A_FILE // _SAMPLED).unique(maintain_order=True)
    edges: list[str | None] = [None, *fences, None]
    for low, high in pairwise(edges):
        fits = pl.lit(True)
        if low is not None:
            fits &= column >= low
        if high is not None:
            fits &= (column < high) | (column.is_null() if low is None else pl.lit(False))
        yield [frame.filter(fits) for frame in frames]


def _all(place: Path) -> Iterator[Base]:
    for file in place.glob(f"*/{_MANIFEST}"):
        with suppress(OSError, ValueError):
            found = json.loads(file.read_text(encoding="utf-8"))
            if file.parent.suffix != ".part" and found.get("format") == FORMAT:
                base = _base(file.parent, found)
                # One that was damaged is built again: it holds nothing that the layers do not.
                if all(
                    _size(file) == piece.bytes for file, piece in zip(base.files, base.pieces, strict=True)
                ):
                    yield base


def _base(folder: Path, found: dict[str, Any]) -> Base:
    pieces = tuple(Piece(**piece) for piece in found["pieces"])
    return Base(folder, frozenset(found["layers"]), tuple(found["columns"]), found["counts"], pieces)


def _write(base: Base, folder: Path) -> None:
    found = {"format": FORMAT, "layers": sorted(base.layers), "columns": base.columns, "counts": base.counts}
    text = json.dumps({**found, "pieces": [asdict(piece) for piece in base.pieces]})
    (folder / _MANIFEST).write_text(text, encoding="utf-8")


def _clear(place: Path) -> None:
    newest = sorted(place.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in newest[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else -1


def _file(folder: Path, number: int) -> Path:
    return folder / f"part-{number:05d}.parquet"
