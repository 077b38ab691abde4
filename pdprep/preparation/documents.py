"""JSON, one object a line or one array of objects: every field of the whole file is a column."""

from __future__ import annotations

import codecs
import glob
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Final

import polars as pl
from polars.io.plugins import register_io_source

from pdprep.errors import SourceError
from pdprep.preparation.blocks import BLOCK, MOST
from pdprep.preparation.detection import undecodable
from pdprep.preparation.dialects import TextOptions
from pdprep.preparation.files import Files, first_line
from pdprep.preparation.opening import opened
from pdprep.preparation.scans import delivered

_SPACE: Final = re.compile(r"[\s,]*")


def scan(files: Files, kind: str, row: str, path: str | None, encoding: str | None = None) -> pl.LazyFrame:
    """Return the rows of files of JSON, after a first pass that finds every field and its type.

    Args:
        files: Which, in order.
        kind: NDJSON or JSON; the latter may be one array, or objects one after the other.
        row: The name of the column of row numbers.
        path: The name of the column of file names, if there shall be one.
        encoding: The encoding; by default UTF-8, or UTF-16 where it begins so.

    Raises:
        SourceError: It is no such JSON.
    """
    found: dict[str, pl.DataType] = {}
    for file in files.names:
        for block in _blocks(file, files, kind, encoding):
            found = _wider(found, _inferred(block, file))
    if not found:
        raise SourceError(
            f"{files.names[0]} cannot be read as {kind} (it holds no object)", f"rows in the {kind} format"
        )
    return scan_as(pl.Schema(found), files, kind, row, path, encoding)


def scan_as(
    own: pl.Schema, files: Files, kind: str, row: str, path: str | None, encoding: str | None = None
) -> pl.LazyFrame:
    """Return the rows of files of JSON whose fields and types are known; the other arguments as in ``scan``.

    Args:
        own: The fields and their types, as ``scan`` finds them.
    """
    if kind == "NDJSON" and not encoding and not files.streamed and _is_plain(files):
        # In a path, Polars takes some signs for a pattern; in brackets each stands for itself.
        names = [glob.escape(name) for name in files.names]
        return pl.scan_ndjson(names, schema=own, row_index_name=row, include_file_paths=path, **files.options)
    schema = {row: pl.get_index_type(), **own, **({path: pl.String} if path else {})}

    def read(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        frames = (
            _frame(block, file, own).with_columns(*([pl.lit(file).alias(path)] if path else []))
            for file in files.names
            for block in _blocks(file, files, kind, encoding)
        )
        return delivered(frames, row, with_columns, predicate, n_rows)

    return register_io_source(read, schema=schema)


def _is_plain(files: Files) -> bool:
    """Tell whether Polars reads them by itself: an object a line, under a name that is no pattern."""
    if not files.reachable or (files.storage and any(set(name) & set("[]*?") for name in files.names)):
        return False
    head = files.head()
    line, more, _ = head.data.decode("utf-8", errors="replace").partition("\n")
    return line.startswith("{") and bool(more or head.whole) and _is_whole(line)


def _inferred(block: bytes, file: str) -> dict[str, pl.DataType]:
    with _named(file):
        return dict(pl.scan_ndjson(block, infer_schema_length=None).collect_schema())


def _frame(block: bytes, file: str, schema: pl.Schema) -> pl.DataFrame:
    with _named(file):
        return pl.read_ndjson(block, schema=schema)


@contextmanager
def _named(file: str) -> Iterator[None]:
    try:
        yield
    except pl.exceptions.PolarsError as error:
        raise SourceError(
            f"{file} cannot be read as NDJSON ({first_line(error)})", "rows in the NDJSON format"
        ) from error


def _wider(before: dict[str, pl.DataType], after: dict[str, pl.DataType]) -> dict[str, pl.DataType]:
    """Return the fields of two blocks, each of a type that holds the values of both."""
    shared = {name: _common(dtype, after[name]) for name, dtype in before.items() if name in after}
    return {**before, **after, **shared}


def _common(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    if one == other or isinstance(other, pl.Null):
        return one
    if isinstance(one, pl.Null):
        return other
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        return pl.Struct(_wider(_fields(one), _fields(other)))
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        return pl.List(_common(_inner(one), _inner(other)))
    if one.is_numeric() and other.is_numeric():
        return pl.Float64() if one.is_float() or other.is_float() else pl.Int64()
    return pl.String()


def _fields(dtype: pl.Struct) -> dict[str, pl.DataType]:
    return {field.name: _instance(field.dtype) for field in dtype.fields}


def _inner(dtype: pl.List) -> pl.DataType:
    return _instance(dtype.inner)


def _instance(dtype: object) -> pl.DataType:
    return dtype if isinstance(dtype, pl.DataType) else dtype()  # type: ignore[operator]  # then it is a class


def _blocks(file: str, files: Files, kind: str, encoding: str | None) -> Iterator[bytes]:
    """Yield blocks of whole objects, one a line, whatever the ending of the file says."""
    texts = _texts(file, files, encoding)
    first = next(texts, "")
    head = first.lstrip()
    line, more, _ = head.partition("\n")
    if head.startswith("{") and (_is_whole(line) or not more):
        return _by_line(file, chain([first], texts))
    return _by_object(file, kind, chain([head.removeprefix("[")], texts))


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except json.JSONDecodeError:
        return False
    return True


def _texts(file: str, files: Files, encoding: str | None) -> Iterator[str]:
    decoder: codecs.IncrementalDecoder | None = None
    with opened(file, files.storage) as handle:
        while data := handle.read(BLOCK):
            if decoder is None:
                marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                name = encoding or ("utf-16" if marked else "utf-8-sig")
                decoder = codecs.getincrementaldecoder(name)()
            try:
                yield decoder.decode(data)
            except UnicodeDecodeError as error:
                raise undecodable(file, encoding or "utf-8", TextOptions(), data) from error


def _by_line(file: str, texts: Iterable[str]) -> Iterator[bytes]:
    rest = ""
    for text in texts:
        whole, end, rest = (rest + text).rpartition("\n")
        _check_length(file, rest)
        if end:
            yield whole.encode()
    if rest.strip():
        yield rest.encode()


def _by_object(file: str, kind: str, texts: Iterable[str]) -> Iterator[bytes]:
    """Yield the objects of an array, each on one line: the decoder of Python finds where one ends."""
    rest, decode = "", json.JSONDecoder().raw_decode
    for text in texts:
        rest, place, found = rest + text, 0, []
        while (place := _begin(rest, place)) < len(rest) and rest[place] == "{":
            try:
                _, end = decode(rest, place)
            except json.JSONDecodeError:  # it goes on in the next block
                break
            found.append(rest[place:end].replace("\n", " ").replace("\r", " "))
            place = end
        rest = rest[place:]
        _check_length(file, rest)
        if found:
            yield "\n".join(found).encode()
    if rest.strip() not in ("", "]"):
        raise SourceError(
            f"{file} cannot be read as {kind} (what is in it is no list of objects, or ends within one)",
            f"rows in the {kind} format",
        )


def _begin(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _check_length(file: str, rest: str) -> None:
    if len(rest) > MOST:
        raise SourceError(f"{file} holds an object of more than {MOST >> 20} MB", "objects of a usual length")
