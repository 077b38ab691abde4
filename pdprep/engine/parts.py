"""CSV parts: written as rows come, closed at a bucket's end, each with its size and checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final

import polars as pl

from pdprep.engine.buckets import BUCKET
from pdprep.preparation import escaping

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

    def write(self, rows: pl.DataFrame, unusual: Collection[str]) -> None:
        """Write the rows of a partition, in their order.

        Args:
            rows: The partition, ordered by bucket.
            unusual: The columns that may hold text to be quoted, or a number to be written without exponent.
        """
        texts = [name for name in self.columns if name in unusual and rows.schema[name] == pl.String]
        quoted = [escaping.escape(pl.col(name)) for name in texts]
        extreme = any(rows.schema[name].is_float() for name in unusual)
        start = 0
        for end in self._ends(rows):
            some = rows.slice(start, end - start).select(self.columns).lazy()
            escaping.sink(some.with_columns(quoted), self._open(), extreme=extreme)
            self._rows += end - start
            if self._rows >= ROWS_A_PART:
                self.close()
            start = end

    def _ends(self, rows: pl.DataFrame) -> Iterator[int]:
        """Yield where to stop: at each bucket's end that fills a part, and at the last row."""
        end, filled = 0, self._rows
        for height in rows[BUCKET].rle().struct.field("len"):
            end, filled = end + height, filled + height
            if filled >= ROWS_A_PART:
                yield end
                filled = 0
        if filled:
            yield end

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
            self._handle.close()


def _part(path: Path, rows: int) -> Part:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return Part(path, rows, path.stat().st_size, digest)
