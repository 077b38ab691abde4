"""Where rows come from: paths, globs, Polars, pandas and Arrow frames, all as one LazyFrame.

Every source gets a ``__row`` column, the 0-based row as read, several files also a ``__file`` column. CSV is
read as text, so that ids keep their leading zeros and nothing is guessed from the first rows.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep.errors import SourceError
from pdprep.preparation.tables import scan_table

ROW: Final = "__row"
FILE: Final = "__file"
HEAD_BYTES: Final = 1 << 16
_SEPARATORS: Final = ",;\t|"


@dataclass(frozen=True, eq=False)
class Source:
    """A LazyFrame of the source's columns with their row numbers, and how to name it."""

    label: str
    frame: pl.LazyFrame
    files: tuple[str, ...] = ()
    separator: str = ""

    @property
    def is_text(self) -> bool:
        """Whether every value is text (CSV), so that numbers have to be read from it."""
        return bool(self.separator)

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The source's own columns and their types."""
        return {name: dtype for name, dtype in self.frame.collect_schema().items() if name not in (ROW, FILE)}

    @property
    def bytes(self) -> int | None:
        """The size of the files, or None for a frame."""
        local = [Path(file) for file in self.files if Path(file).is_file()]
        return sum(path.stat().st_size for path in local) if local else None


def open_source(source: object) -> Source:
    """Open a path, a glob, an ``s3://`` address or a frame of Polars, pandas or Arrow.

    Raises:
        SourceError: It does not exist, is empty, is not UTF-8, or is no such thing.

    >>> open_source(pl.DataFrame({"user": [1]})).frame.collect().columns
    ['__row', 'user']
    """
    if isinstance(source, str | Path):
        return _open_path(str(source))
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


def _open_path(text: str) -> Source:
    table = None if "://" in text else scan_table(Path(text).expanduser())
    if table is not None:
        return Source(text, table.with_row_index(ROW))
    files = _expand(text)
    kind = _kind(files[0])
    if kind == "csv":
        return _open_csv(text, files)
    scan = _SCANS[kind]
    try:
        frame = scan(list(files), row_index_name=ROW, include_file_paths=_file_column(files))
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as {kind} ({first_line(error)})", f"rows in the {kind} format"
        ) from error
    return Source(text, frame, files)


def _file_column(files: tuple[str, ...]) -> str | None:
    """Name the column of file names, where there may be several."""
    return FILE if len(files) > 1 or "://" in files[0] else None


def _expand(text: str) -> tuple[str, ...]:
    if "://" in text:
        return (text,)
    path = Path(text).expanduser()
    if path.is_dir():
        raise SourceError(f"{text} is a folder", "a file or a glob", f'"{text}/*.csv"')
    files = (str(path),) if path.is_file() else tuple(sorted(glob(str(path), recursive=True)))
    if not files:
        raise SourceError(f"no file {text}", "a path or a glob that exists", _neighbours(path))
    return files


def _neighbours(path: Path) -> str:
    near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))[:5] if path.parent.is_dir() else []
    return f"one of {', '.join(near)} in {path.parent}" if near else f"ls {path.parent}"


def _kind(file: str) -> str:
    suffixes = [suffix.lower() for suffix in Path(file).suffixes if suffix.lower() not in (".gz", ".zst")]
    kind = _KINDS.get(suffixes[-1] if suffixes else "")
    if not kind:
        raise SourceError(
            f"{file} has no ending that tells its format",
            f"one of {', '.join(_KINDS)}",
            f'pdprep.prepare(pl.scan_csv("{file}"), ...)',
        )
    return kind


def _open_csv(text: str, files: tuple[str, ...]) -> Source:
    separator = _separator(files[0]) if Path(files[0]).is_file() else ","
    try:
        frame = pl.scan_csv(
            list(files),
            separator=separator,
            infer_schema=False,
            row_index_name=ROW,
            include_file_paths=_file_column(files),
        )
        frame.collect_schema()
    except pl.exceptions.NoDataError as error:
        raise SourceError(f"{text} is empty", "a header and rows") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as CSV ({first_line(error)})",
            "a header and rows" if len(files) == 1 else "the same header in each of its files",
        ) from error
    return Source(text, frame, files, separator)


def _separator(file: str) -> str:
    """Tell the separator from the header line, after seeing that the head is UTF-8."""
    if file.endswith(".zst"):  # the standard library cannot look inside
        return ","
    head = _decode(file, _head(file))
    if not head.strip():
        raise SourceError(f"{file} is empty", "a header and rows")
    bare = re.sub(r'"[^"]*"', "", head.lstrip("\r\n").splitlines()[0])
    return max(_SEPARATORS, key=bare.count)


def _head(file: str) -> bytes:
    opener: Callable[..., Any] = gzip.open if file.endswith(".gz") else open
    try:
        with opener(file, "rb") as handle:
            head: bytes = handle.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{file} cannot be read ({first_line(error)})", "a CSV file, as text or gzip"
        ) from error
    return head


def _decode(file: str, head: bytes) -> str:
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end >= len(head) - 3 and len(head) == HEAD_BYTES:  # a character cut in two by the read
            return head[: error.start].decode("utf-8-sig")
        raise not_utf8(file) from error


def not_utf8(label: str) -> SourceError:
    """Return the error for text that is not UTF-8."""
    return SourceError(
        f"{label} is not UTF-8, likely latin-1 or Windows-1252",
        "UTF-8",
        f'pdprep.prepare(pl.read_csv("{label}", encoding="latin-1", infer_schema=False), ...)',
    )


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return next(iter(str(error).splitlines()), type(error).__name__)


_KINDS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".ndjson": "NDJSON",
    ".jsonl": "NDJSON",
    ".arrow": "Arrow IPC",
    ".ipc": "Arrow IPC",
    ".feather": "Arrow IPC",
}
_SCANS: Final[dict[str, Callable[..., pl.LazyFrame]]] = {
    "Parquet": pl.scan_parquet,
    "NDJSON": pl.scan_ndjson,
    "Arrow IPC": pl.scan_ipc,
}
