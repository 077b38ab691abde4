"""Where rows come from: paths, globs, Polars, pandas and Arrow frames, all as one LazyFrame.

Every source gets a ``__row`` column, the 0-based row as read, and files also a ``__file`` column. CSV is
read as text, so that ids keep their leading zeros and nothing is guessed from the first rows.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep.errors import SourceError

ROW: Final = "__row"
FILE: Final = "__file"
HEAD_BYTES: Final = 1 << 16
_SEPARATORS: Final = ",;\t|"


@dataclass(frozen=True)
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


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """Turn Polars' errors while a source is read into one that names the source.

    Raises:
        SourceError: It cannot be read to its end.
    """
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        if "utf-8" in str(error).lower():
            raise not_utf8(source.label) from error
        raise SourceError(
            f"{source.label} cannot be read ({_first_line(error)})",
            "rows that fit their columns (an expression's CSV columns are typed by the first rows)",
            'pdprep.prepare(pl.scan_csv("file.csv", schema_overrides={...}), ...)' if source.is_text else "",
        ) from error


def open_source(source: object) -> Source:
    """Open a path, a glob, an ``s3://`` address or a frame of Polars, pandas or Arrow.

    Raises:
        SourceError: It does not exist, is empty, is not UTF-8, or is no such thing.

    >>> open_source(pl.DataFrame({"user": [1]})).frame.collect().columns
    ['__row', 'user']
    """
    if isinstance(source, str | Path):
        return _open_path(str(source))
    frame = _as_lazy(source)
    if ROW in frame.collect_schema().names():
        raise SourceError(
            f"a column named {ROW}", "a name without two leading underscores", "frame.rename(...)"
        )
    return Source(
        f"a {type(source).__module__.split('.')[0]} {type(source).__name__}", frame.with_row_index(ROW)
    )


def _as_lazy(source: object) -> pl.LazyFrame:
    if isinstance(source, pl.LazyFrame):
        return source
    if isinstance(source, pl.DataFrame):
        return source.lazy()
    if type(source).__module__.split(".")[0] == "pandas":
        return pl.from_pandas(source).lazy()
    if hasattr(source, "__arrow_c_stream__"):
        return pl.DataFrame(source).lazy()
    raise SourceError(
        f"a {type(source).__name__}",
        "a path, a glob, or a frame of Polars, pandas or Arrow",
        'pdprep.prepare(pl.DataFrame(...), "interactions")',
    )


def _open_path(text: str) -> Source:
    files = _expand(text)
    kind = _kind(files[0])
    if kind == "csv":
        return _open_csv(text, files)
    scan = _SCANS[kind]
    try:
        frame = scan(list(files), row_index_name=ROW, include_file_paths=FILE)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as {kind} ({_first_line(error)})", f"a {kind} file with rows"
        ) from error
    return Source(text, frame, files)


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
            include_file_paths=FILE,
        )
        frame.collect_schema()
    except pl.exceptions.NoDataError as error:
        raise SourceError(f"{text} is empty", "a header and rows") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as CSV ({_first_line(error)})", "a header and rows"
        ) from error
    return Source(text, frame, files, separator)


def _separator(file: str) -> str:
    """Tell the separator from the header line, after seeing that the head is UTF-8."""
    opener: Callable[..., Any] = gzip.open if file.endswith(".gz") else open
    with opener(file, "rb") as handle:
        head: bytes = handle.read(HEAD_BYTES)
    if not head.strip():
        raise SourceError(f"{file} is empty", "a header and rows")
    header = _decode(file, head).splitlines()[0]
    try:
        return csv.Sniffer().sniff(header, _SEPARATORS).delimiter
    except csv.Error:
        return ","


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


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


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
