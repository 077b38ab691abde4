"""CSV parts: written as rows come, closed at a bucket's end, each with its size and checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final

import polars as pl

from pdprep.preparation import escaping
from pdprep.preparation.spread import BUCKET

ROWS_A_PART: Final = 2_000_000


@dataclass(frozen=True)
class Part:
    """One CSV file of an import: where it is, its rows, bytes and SHA-256 in hexadecimal."""

    path: Path
    rows: int
    bytes: int
    sha256: str


class Writer:
    """Writes rows to parts of about two million, cut at the end of a bucket.

    The cut depends on the rows alone, so any number of partitions gives the same parts.
    """

    def __init__(
        self, folder: Path, stem: str, columns: tuple[str, ...], on_part: Callable[[Part], None]
    ) -> None:
        self.folder, self.stem, self.columns, self.on_part = folder, stem, columns, on_part
        self.parts: list[Part] = []
        self._handle: IO[bytes] | None = None
        self._rows = 0
        self._bucket: int | None = None  # of the last row: it may go on in the next rows

    def write(self, rows: pl.DataFrame, *, extreme: bool) -> None:
        """Write the rows of a partition or of a piece of one, in their order.

        Args:
            rows: The bucket and the columns of the CSV, escaped; by bucket, and after those of the last call.
            extreme: Whether a number may need an exponent.
        """
        # Runs of one bucket: a part ends only between two of them, since the number of rows before a bucket
        # is the same whatever the partitions were, and so are the bytes of each part.
        start = end = 0
        for height, bucket in rows[BUCKET].rle().struct.unnest().iter_rows():
            if self._rows + end - start >= ROWS_A_PART and bucket != self._bucket:
                self._append(rows.slice(start, end - start), extreme)
                self.close()
                start = end
            end, self._bucket = end + height, bucket
        self._append(rows.slice(start), extreme)

    def _append(self, rows: pl.DataFrame, extreme: bool) -> None:
        if rows.height:
            escaping.write_escaped(rows.drop(BUCKET), self._open(), extreme=extreme)
            self._rows += rows.height

    def close(self) -> None:
        """Close the current part and hand it on."""
        if self._handle is None:
            return
        self._handle.close()
        part = _part(self._path, self._rows)
        self._handle, self._rows = None, 0
        self.parts.append(part)
        self.on_part(part)

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.stem}-{len(self.parts):05d}.csv"

    def _open(self) -> IO[bytes]:
        if self._handle is None:
            self._handle = self._path.open("wb")
            self._handle.write(escaping.header(self.columns))
        return self._handle

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        elif self._handle is not None:
            self._handle.close()  # and nobody hears of a part that was cut off


def cuts(kept: Sequence[int]) -> list[range]:
    """Return the buckets of each part, given how many rows of each are kept: where ``Writer`` cuts.

    Tasks of Ray write parts side by side, so the cuts are told before the first row is written.

    >>> cuts([1_500_000, 0, 700_000, 5])
    [range(0, 3), range(3, 4)]
    """
    found: list[range] = []
    first = rows = 0
    for bucket, more in enumerate(kept):
        if rows >= ROWS_A_PART and more:
            found.append(range(first, bucket))
            first = bucket
            rows = 0
        rows += more
    return [*found, range(first, len(kept))] if rows else found


def summed(
    name: str,
    rows: int,
    text: Iterable[bytes | memoryview],
    take: Callable[[bytes | memoryview], object] | None = None,
) -> Part:
    """Return what a part is, given the pieces of its text, each of which somebody may take.

    >>> summed("items-00000.csv", 1, [b"ITEM_ID\\n", b"i1\\n"]).bytes
    11
    """
    digest, size = hashlib.sha256(), 0
    for piece in text:
        digest.update(piece)
        size += len(piece)
        if take:
            take(piece)
    return Part(Path(name), rows, size, digest.hexdigest())


def _part(path: Path, rows: int) -> Part:
    # Polars writes into the handle itself, so the bytes are read back for their checksum.
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return Part(path, rows, path.stat().st_size, digest)
