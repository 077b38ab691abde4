"""Where rows come from: paths, globs, Polars, pandas and Arrow frames, all as one LazyFrame.

Every source gets a ``__row`` column, the 0-based row as read, several files also a ``__file`` column. CSV is
read as text, so that ids keep their leading zeros and nothing is guessed from the first rows.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.errors import InputError, SourceError
from pdprep.preparation import documents, forks, objects, scans, spreadsheets
from pdprep.preparation.blocks import Blocks
from pdprep.preparation.detection import assumed, detect
from pdprep.preparation.dialects import TextOptions
from pdprep.preparation.files import KINDS, Files, expand, first_line
from pdprep.preparation.opening import ZIP
from pdprep.preparation.storage import Storage
from pdprep.preparation.tables import scan_table
from pdprep.spelling import noun

ROW: Final = "__row"
FILE: Final = "__file"
_NAMED: Final = "__named_"
NOTHING_SAID: Final = TextOptions()


@dataclass(frozen=True, eq=False)
class Source:
    """A LazyFrame of the source's columns with their row numbers, and how to name it.

    Attributes:
        files: The files it is read from, in order.
        separator: The separator of a CSV.
        bytes: The size of the files; None for a frame or a table.
        head: The first text of a CSV, where we can look inside.
        scan: Reads files of a CSV as this source does.
        asked: What the user said of its text; ``like=`` uses it again.
        blocks: How the bytes of text files become records.
        types: The types of a CSV's columns in expressions, as far as they were asked for.
        gaps: Gets the last of the columns that are read once a row lacks it, as a row that ends early does.
        index: The names that the index of a pandas frame would have as columns; it is not read.
        given: Finds the frame that the user gave, as long as it is held: views name it by its variable.
        kind: The format of its files: one of ``files.KINDS``; empty for a frame or a table.
        storage: The way into S3, where its files are there.
    """

    label: str
    frame: pl.LazyFrame
    files: tuple[str, ...] = ()
    separator: str = ""
    bytes: int | None = None
    head: str = field(default="", repr=False)
    scan: Callable[..., pl.LazyFrame] = field(default=pl.scan_csv, repr=False)
    asked: TextOptions = field(default=TextOptions(), repr=False)
    blocks: Blocks | None = field(default=None, repr=False)
    types: dict[str, pl.DataType] = field(default_factory=dict, repr=False)
    index: tuple[str, ...] = ()
    gaps: set[str] = field(default_factory=set, repr=False)
    given: Callable[[], object] = field(default=lambda: None, repr=False)
    kind: str = ""
    storage: Storage | None = field(default=None, repr=False)

    @property
    def is_text(self) -> bool:
        """Whether every value is text (CSV), so that numbers have to be read from it."""
        return bool(self.separator)

    @property
    def code(self) -> str:
        """What the user writes to have it as a LazyFrame."""
        frames = {
            "a pandas DataFrame": "pl.from_pandas(frame).lazy()",
            "a pyarrow Table": "pl.DataFrame(frame).lazy()",
        }
        if self.label.startswith("a polars "):
            return "frame.lazy()"
        return frames.get(self.label) or self.asked.code(self.label)

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The source's own columns and their types."""
        own = (item for item in self.frame.collect_schema().items() if item[0] not in (ROW, FILE))
        return {name.removeprefix(_NAMED): dtype for name, dtype in own}


def open_source(
    source: object,
    storage: Storage | None = None,
    asked: TextOptions = NOTHING_SAID,
    before: TextOptions = NOTHING_SAID,
) -> Source:
    """Open a path, a glob, an ``s3://`` address or a frame of Polars, pandas or Arrow.

    Args:
        source: What the user gave; one that is open already is returned.
        storage: The way into S3; by default the one that boto3 finds in the environment.
        asked: What the user says of a text file.
        before: What was said of an earlier file, and holds where nothing is said of this one.

    Raises:
        SourceError: It does not exist, is empty, does not tell how to read it, or is no such thing.

    >>> open_source(pl.DataFrame({"user": [1]})).frame.collect().columns
    ['__row', 'user']
    """
    forks.check()
    if isinstance(source, Source):
        return source
    if isinstance(source, str | Path):
        return _renamed(_open_path(str(source), storage, asked.over(before)))
    label = f"a {_maker(source)} {type(source).__name__}"
    if asked.given:
        raise InputError(
            f"{', '.join(f'{name}=' for name in asked.given)} for {label}",
            "these for a text file; a frame has been read",
        )
    frame = _as_lazy(source)
    try:
        taken = {ROW, FILE} & set(frame.collect_schema().names())
        frame = objects.lazily_text(frame) if isinstance(source, pl.LazyFrame) else frame
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(f"{label} cannot be read ({first_line(error)})", "a frame that collects") from error
    if taken:
        name = min(taken)
        raise SourceError(
            f"a column named {name}",
            "a name without two leading underscores",
            f'frame.rename({{"{name}": "{name.strip("_")}"}})',
        )
    index = objects.index_names(source) if label == "a pandas DataFrame" else ()
    return _renamed(Source(label, frame.with_row_index(ROW), index=index, given=_held(source)))


def _held(source: object) -> Callable[[], object]:
    try:
        return weakref.ref(source)
    except TypeError:  # a frame of a library whose objects cannot be referred to so
        return lambda: None


def _as_lazy(source: object) -> pl.LazyFrame:
    if isinstance(source, pl.LazyFrame):
        return source
    if isinstance(source, pl.DataFrame):
        return objects.lazily_text(source.lazy(), source)
    if _maker(source) == "pandas" and type(source).__name__ == "DataFrame":
        return objects.from_pandas(source)
    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pl.Series):
        with suppress(pl.exceptions.PolarsError):  # one column without a name is no frame
            return objects.uuid_text(pl.DataFrame(source).lazy(), source)
    what = "frame.to_frame()" if hasattr(source, "to_frame") else "pl.DataFrame(frame)"
    raise SourceError(
        f"got {noun(source)}",
        "expected a path, a glob, or a frame of Polars, pandas or Arrow",
        what if hasattr(source, "to_frame") or isinstance(source, list | dict) else "",
    )


def _maker(source: object) -> str:
    return type(source).__module__.split(".")[0]


def _open_path(text: str, storage: Storage | None, asked: TextOptions) -> Source:
    table = scan_table(text, storage)
    if table is not None:
        return Source(text, table.with_row_index(ROW))
    files = expand(text, storage)
    kind = files.kind or ("csv" if asked.given else "")
    _check_packed(files, kind)
    path = FILE if len(files.names) > 1 or "://" in files.names[0] else None
    if kind == "csv":
        return _open_text(text, files, asked, path)
    if not kind:
        head = files.head()
        told = detect(head.data, asked, text, whole=head.whole) if head.data else assumed(asked)
        raise SourceError(
            f"{text} has no ending that tells its format",
            f"one of {', '.join(KINDS)}; or, for text, its separator",
            asked.code(text, separator=told.separator),
        )
    try:
        if kind in ("NDJSON", "JSON"):
            frame = documents.scan(files, kind, ROW, path, asked.encoding)
        elif kind == "Excel":
            frame = spreadsheets.read(files, asked).with_row_index(ROW)
        else:
            scan = _SCANS[kind]
            named = {"row_index_name": ROW, "include_file_paths": path}
            frame = scan(list(files.names), glob=False, **named, **files.options)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as {kind} ({first_line(error)})", f"rows in the {kind} format"
        ) from error
    return Source(text, frame, files.names, bytes=files.bytes, asked=asked, kind=kind, storage=files.storage)


def _check_packed(files: Files, kind: str) -> None:
    """Refuse what is packed in a way that its format is not read through."""
    name = files.names[0]
    zstd = name.lower().endswith(".zst")
    if kind in _SCANS and (files.streamed or zstd):
        raise SourceError(
            f"{name} is {kind} in another packing", f"the {kind} file itself, which is compressed"
        )
    if kind not in ("csv", "") and zstd:
        raise SourceError(f"{name} is {kind} compressed by zstd", "the file unpacked, or compressed by gzip")
    if name.lower().endswith(ZIP):
        raise SourceError(f"{name} is a zip within a zip", "the inner one, unpacked")


def _open_text(text: str, files: Files, asked: TextOptions, path: str | None) -> Source:
    head, whole = files.head()
    if files.bytes and not head and files.names[0].lower().endswith(".zst"):
        raise SourceError(
            f"{text} is compressed by zstd, and what is in it is no UTF-8",
            "the file unpacked, or compressed by gzip",
        )
    dialect = detect(head, asked, files.names[0], whole=whole) if head or files.reachable else assumed(asked)
    if not dialect.proven and files.storage is None and not files.streamed:
        dialect = scans.searched(files.names, dialect, asked)
    blocks = Blocks(text, dialect, asked, files.storage)
    by_block = files.streamed or not dialect.plain
    scan: Callable[..., pl.LazyFrame] = partial(scans.scan, blocks)
    if not by_block:
        scan = partial(pl.scan_csv, glob=False, **dialect.scanning, **files.options)
    elif not files.reachable:
        raise SourceError(
            f"{text} is compressed by zstd, or elsewhere than in S3, and no plain CSV",
            "a file that lies here, unpacked or compressed by gzip",
        )
    try:
        frame = scan(list(files.names), infer_schema=False, row_index_name=ROW, include_file_paths=path)
        frame.collect_schema()
    except pl.exceptions.NoDataError as error:
        raise SourceError(f"{text} is empty", "a header and rows") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{text} cannot be read as CSV ({first_line(error)})",
            "a header and rows" if len(files.names) == 1 else "the same header in each of its files",
        ) from error
    if not by_block:
        frame = scans.watched(frame, blocks, files.names)
    said = head.decode(dialect.encoding, errors="replace")
    return Source(
        text, frame, files.names, dialect.separator, files.bytes, said, scan, asked, blocks,
        kind="csv", storage=files.storage,
    )  # fmt: skip


def inner(name: str) -> str:
    """Return the name that a column of the source bears in its frame.

    Polars takes ``*`` and ``^...$`` for patterns, in places that we do not see too: such names get another.
    """
    return _NAMED + name if name == "*" or (name.startswith("^") and name.endswith("$")) else name


def named(name: str) -> pl.Expr:
    """Return the source's column of this very name.

    >>> open_source(pl.DataFrame({"*": [1], "a": [2]})).frame.select(named("*").alias("*")).collect().item()
    1
    """
    return pl.col(inner(name))


def _renamed(source: Source) -> Source:
    renamed = {name: inner(name) for name in source.frame.collect_schema() if inner(name) != name}
    return replace(source, frame=source.frame.rename(renamed)) if renamed else source


_SCANS: Final[dict[str, Callable[..., pl.LazyFrame]]] = {
    "Parquet": pl.scan_parquet,
    "Arrow IPC": pl.scan_ipc,
}
