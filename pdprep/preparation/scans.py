"""Frames of text files that are read block by block."""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl
from polars.io.plugins import register_io_source

from pdprep.errors import SourceError
from pdprep.preparation.blocks import Blocks
from pdprep.preparation.dialects import Dialect, TextOptions
from pdprep.preparation.escapes import evidence, unclear_escape

SEARCHED: Final = 1 << 32  # bytes that are searched before a row is read


def scan(
    blocks: Blocks,
    files: str | list[str],
    *,
    infer_schema: bool = True,
    infer_schema_length: int | None = None,
    row_index_name: str | None = None,
    include_file_paths: str | None = None,
) -> pl.LazyFrame:
    """Return the rows of files, read block by block when they are asked for; arguments as in Polars.

    Where types are to be inferred, the rows are those of the first block alone.
    """
    names = [files] if isinstance(files, str) else files
    columns = columns_of(blocks, names[0])
    if infer_schema:
        first = next(blocks.records(names[0]), b"")
        return frame(blocks, first, columns, names[0], infer_schema_length=infer_schema_length).lazy()
    return _scan(blocks, names, columns, row_index_name, include_file_paths)


def columns_of(blocks: Blocks, file: str) -> list[str]:
    """Return the names of the columns of a file."""
    if blocks.dialect.names:
        return list(blocks.dialect.names)
    for block in blocks.whole(file):
        frame = pl.read_csv(
            blocks.separated(block, file), separator=blocks.sign, quote_char=blocks.dialect.quote_char,
            infer_schema=False, n_rows=1, has_header=blocks.dialect.has_header,
            comment_prefix=blocks.dialect.comment_prefix, truncate_ragged_lines=True,
        )  # fmt: skip
        return frame.columns
    raise SourceError(f"{file} is empty", "a header and rows")


def frame(blocks: Blocks, block: bytes, columns: list[str], file: str, **kind: Any) -> pl.DataFrame:
    """Read one block of records, as text unless asked otherwise."""
    # A header of our own, so that a block that begins with a short row is as wide as the others.
    own = blocks.sign.join(f"c{number}" for number in range(len(columns))).encode() + b"\n"
    return pl.read_csv(
        own + blocks.separated(block, file), separator=blocks.sign, quote_char=blocks.dialect.quote_char,
        comment_prefix=blocks.dialect.comment_prefix, new_columns=columns,
        truncate_ragged_lines=blocks.dialect.truncate_ragged_lines or None,
        **(kind or {"infer_schema": False}),
    )  # fmt: skip


def reads_without_quotes(blocks: Blocks, files: Sequence[str]) -> bool:
    """Tell whether files have as many values in each row where quotation marks are part of the values.

    A value that is quoted as a whole says that they are not.
    """
    bare = replace(blocks, dialect=replace(blocks.dialect, quote_char=None))
    try:
        for file in files:
            columns = columns_of(bare, file)
            for block in bare.records(file):
                texts = frame(bare, block, columns, file)
                if texts.select(pl.any_horizontal(pl.all().str.contains('^".*"$').any())).item():
                    return False
    except (pl.exceptions.PolarsError, SourceError):
        return False
    return True


def _scan(
    blocks: Blocks, files: list[str], columns: list[str], row: str | None, path: str | None
) -> pl.LazyFrame:
    extra = {row: pl.get_index_type()} if row else {}
    schema = {**extra, **dict.fromkeys(columns, pl.String), **({path: pl.String} if path else {})}

    def read(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        frames = (
            frame(blocks, block, columns, file).with_columns(*([pl.lit(file).alias(path)] if path else []))
            for file in files
            for block in _same_records(blocks, file, columns)
        )
        return delivered(frames, row, with_columns, predicate, n_rows)

    return register_io_source(read, schema=schema)


def delivered(
    frames: Iterator[pl.DataFrame],
    row: str | None,
    with_columns: list[str] | None,
    predicate: pl.Expr | None,
    n_rows: int | None,
) -> Iterator[pl.DataFrame]:
    """Yield frames with their rows numbered through, as Polars asks a source for them."""
    count = 0
    for frame in frames:
        rows = frame if n_rows is None else frame.head(n_rows - count)
        rows = rows.with_row_index(row, count) if row else rows
        count += rows.height
        rows = rows.select(rows[name] for name in with_columns) if with_columns is not None else rows
        yield rows.filter(predicate) if predicate is not None else rows
        if n_rows is not None and count >= n_rows:
            return


def _same_records(blocks: Blocks, file: str, columns: Sequence[str]) -> Iterator[bytes]:
    dialect = blocks.dialect
    if dialect.has_header and not dialect.names and columns_of(blocks, file) != list(columns):
        raise SourceError(
            f"{file} has another header than the first file", "the same header in each of its files"
        )
    return blocks.records(file)


def searched(files: Sequence[str], dialect: Dialect, asked: TextOptions) -> Dialect:
    """Settle how quotation marks are escaped in files of this machine whose first bytes left it open.

    A backslash is looked for in all their bytes, which takes a fraction of the time that parsing them does.
    Of larger files, and of those in S3, it is left open: see ``watched``.

    Raises:
        SourceError: There are some, and they do not tell what they are.
    """
    if sum(os.path.getsize(file) for file in files) > SEARCHED:
        return dialect
    for file in files:
        if not os.path.getsize(file):
            continue
        with open(file, "rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            found = next(evidence(data, dialect), "either")
        if found == "none":
            raise unclear_escape(file, asked)
        if found != "either":
            return replace(dialect, escape="\\" if found == "backslash" else '"', proven=True)
    return replace(dialect, proven=True)


def watched(frame: pl.LazyFrame, blocks: Blocks, files: Sequence[str]) -> pl.LazyFrame:
    """Put a step behind what Polars scans where it would change a value or miscount in silence."""
    if not blocks.dialect.proven:
        return _checked(frame, blocks, files)
    return _counted(frame) if "://" in files[0] else frame


def _counted(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Have rows counted by reading them.

    The count of a CSV elsewhere comes from a cache on this disk that knows the address alone: it is that of
    whatever stood there before (seen with Polars 2.1). A step that Polars cannot look into prevents it.
    """
    return frame.map_batches(
        _same, validate_output_schema=False, streamable=True,
        projection_pushdown=True, predicate_pushdown=True, slice_pushdown=True,
    )  # fmt: skip


def _same(rows: pl.DataFrame) -> pl.DataFrame:
    return rows


def _checked(frame: pl.LazyFrame, blocks: Blocks, files: Sequence[str]) -> pl.LazyFrame:
    """Have the files looked at once a row of a frame that Polars scans holds what may be an escape.

    All columns are read for it: a mark that is escaped in one may hide rows from all others.
    """
    looked = threading.Lock()

    def batch(rows: pl.DataFrame) -> pl.DataFrame:
        texts = rows.select(pl.col(pl.String).str.contains("\\", literal=True).any())
        if texts.width and any(texts.row(0)) and looked.acquire(blocking=False):
            try:
                check_escapes(blocks, files)
            except BaseException:
                looked.release()
                raise
        return rows

    return frame.map_batches(
        batch, validate_output_schema=False, streamable=True,
        projection_pushdown=False, predicate_pushdown=False, slice_pushdown=True,
    )  # fmt: skip


def check_escapes(blocks: Blocks, files: Sequence[str]) -> None:
    """Look for backslashes that escape in files that Polars has read with doubled quotation marks.

    Raises:
        SourceError: There are some: values may have been read wrong.
    """
    if blocks.dialect.plain and not blocks.dialect.proven:
        for file in files:
            for _ in blocks.lines(file):
                pass
