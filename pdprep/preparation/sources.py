"""Where rows come from: paths, globs, Polars, pandas and Arrow frames, all as one LazyFrame.

Every source gets a ``__row`` column, the 0-based row as read, several files also a ``__file`` column. CSV is
read as text, so that ids keep their leading zeros and nothing is guessed from the first rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep.errors import SourceError
from pdprep.preparation.files import Files, expand, first_line
from pdprep.preparation.storage import Storage
from pdprep.preparation.tables import scan_table

ROW: Final = "__row"
FILE: Final = "__file"


@dataclass(frozen=True, eq=False)
class Source:
    """A LazyFrame of the source's columns with their row numbers, and how to name it.

    Attributes:
        files: The files it is read from, in order.
        separator: The separator of a CSV.
        bytes: The size of the files; None for a frame or a table.
        head: The first text of a CSV, where we can look inside.
        scan: Reads files of a CSV as this source does.
    """

    label: str
    frame: pl.LazyFrame
    files: tuple[str, ...] = ()
    separator: str = ""
    bytes: int | None = None
    head: str = field(default="", repr=False)
    scan: Callable[..., pl.LazyFrame] = field(default=pl.scan_csv, repr=False)

    @property
    def is_text(self) -> bool:
        """Whether every value is text (CSV), so that numbers have to be read from it."""
        return bool(self.separator)

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The source's own columns and their types."""
        return {name: dtype for name, dtype in self.frame.collect_schema().items() if name not in (ROW, FILE)}


def open_source(source: object, storage: Storage | None = None) -> Source:
    """Open a path, a glob, an ``s3://`` address or a frame of Polars, pandas or Arrow.

    Args:
        source: What the user gave; one that is open already is returned.
        storage: The way into S3; by default the one that boto3 finds in the environment.

    Raises:
        SourceError: It does not exist, is empty, is not UTF-8, or is no such thing.

    >>> open_source(pl.DataFrame({"user": [1]})).frame.collect().columns
    ['__row', 'user']
    """
    if isinstance(source, Source):
        return source
    if isinstance(source, str | Path):
        return _open_path(str(source), storage)
    label = f"a {_maker(source)} {type(source).__name__}"
    frame = _as_lazy(source)
    try:
        taken = {ROW, FILE} & set(frame.collect_schema().names())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(f"{label} cannot be read ({first_line(error)})", "a frame that collects") from error
    if taken:
        name = min(taken)
        raise SourceError(
            f"a column named {name}",
            "a name without two leading underscores",
            f'frame.rename({{"{name}": "{name.strip("_")}"}})',
        )
    return Source(label, frame.with_row_index(ROW))


def _as_lazy(source: object) -> pl.LazyFrame:
    if isinstance(source, pl.LazyFrame):
        return source
    if isinstance(source, pl.DataFrame):
        return source.lazy()
    if _maker(source) == "pandas" and type(source).__name__ == "DataFrame":
        return _from_pandas(source)
    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pl.Series):
        with suppress(pl.exceptions.PolarsError):  # one column without a name is no frame
            return pl.DataFrame(source).lazy()
    raise SourceError(
        f"a {type(source).__name__}",
        "a path, a glob, or a frame of Polars, pandas or Arrow",
        'pdprep.prepare(pl.DataFrame(...), "interactions")',
    )


def _maker(source: object) -> str:
    return type(source).__module__.split(".")[0]


def _from_pandas(source: Any) -> pl.LazyFrame:
    try:
        return pl.from_pandas(source).lazy()
    except ImportError as error:
        raise SourceError(
            f"a pandas DataFrame, and {error.name} is missing",
            "pyarrow to read it",
            'pip install "pdprep[pandas]"',
        ) from error
    except (TypeError, ValueError) as error:
        raise SourceError(
            f"a pandas DataFrame that Polars does not take ({first_line(error)})",
            "unique column names and values of one type in a column",
            _mended(source),
        ) from error


def _mended(source: Any) -> str:
    if not source.columns.is_unique:
        return "frame.loc[:, ~frame.columns.duplicated()]"
    column = next((name for name in source.columns if not _readable(source, name)), "...")
    return f'frame.astype({{"{column}": "string"}})'


def _readable(source: Any, name: str) -> bool:
    try:
        pl.from_pandas(source[[name]])
    except (TypeError, ValueError):
        return False
    return True


def _open_path(text: str, storage: Storage | None) -> Source:
    table = scan_table(text, storage)
    if table is not None:
        return Source(text, table.with_row_index(ROW))
    files = expand(text, storage)
    kind = files.kind
    if kind == "csv":
        return _open_csv(text, files)
    scan = _SCANS[kind]
    named = {"row_index_name": ROW, "include_file_paths": _file_column(files)}
    try:
        frame = scan(list(files.names), **named, **files.options)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as {kind} ({first_line(error)})", f"rows in the {kind} format"
        ) from error
    return Source(text, frame, files.names, bytes=files.bytes)


def _file_column(files: Files) -> str | None:
    """Name the column of file names, where there may be several."""
    return FILE if len(files.names) > 1 or "://" in files.names[0] else None


def _open_csv(text: str, files: Files) -> Source:
    separator = files.separator()
    scan: Callable[..., pl.LazyFrame] = pl.scan_csv
    scan = partial(scan, separator=separator, **files.options)
    try:
        frame = scan(
            list(files.names), infer_schema=False, row_index_name=ROW, include_file_paths=_file_column(files)
        )
        frame.collect_schema()
    except pl.exceptions.NoDataError as error:
        raise SourceError(f"{text} is empty", "a header and rows") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as CSV ({first_line(error)})",
            "a header and rows" if len(files.names) == 1 else "the same header in each of its files",
        ) from error
    kept = _counted(frame) if "://" in files.names[0] else frame
    return Source(text, kept, files.names, separator, files.bytes, files.head, scan)


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


_SCANS: Final[dict[str, Callable[..., pl.LazyFrame]]] = {
    "Parquet": pl.scan_parquet,
    "NDJSON": pl.scan_ndjson,
    "Arrow IPC": pl.scan_ipc,
}
