"""JSON, one object a line or one array of objects: every field of the whole file is a column."""

from __future__ import annotations

import codecs
import glob
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Final, NamedTuple

import polars as pl
from polars.io.plugins import register_io_source

from pdprep import platforms
from pdprep.errors import SourceError
from pdprep.preparation import json_types
from pdprep.preparation.blocks import BLOCK, MOST
from pdprep.preparation.detection import undecodable
from pdprep.preparation.dialects import TextOptions
from pdprep.preparation.files import Files, first_line
from pdprep.preparation.opening import opened
from pdprep.preparation.scans import delivered

_SPACE: Final = re.compile(r"[\s,]*")
_CUT: Final = 16  # characters at the end of a block that may be part of a number, a word or an escape


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
            with _named(file, kind, files, block):
                found = json_types.wider(found, json_types.types(block.data))
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
            _frame(block, file, files, kind, own).with_columns(*([pl.lit(file).alias(path)] if path else []))
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


def _frame(block: Block, file: str, files: Files, kind: str, schema: pl.Schema) -> pl.DataFrame:
    with _named(file, kind, files, block):
        return pl.read_ndjson(block.data, schema=schema)


@contextmanager
def _named(file: str, kind: str, files: Files, block: Block) -> Iterator[None]:
    try:
        yield
    except pl.exceptions.PolarsError as error:
        wrong = json_types.fault(block.data) if block.by_line else None
        if wrong:
            raise _at_line(file, kind, files, block.before + wrong[0] + 1, wrong[1]) from error
        raise SourceError(
            f"{file} cannot be read as {kind} ({first_line(error)})", f"rows in the {kind} format"
        ) from error


def _at_line(file: str, kind: str, files: Files, line: int, wrong: str) -> SourceError:
    """Return the error for a line that is no JSON, with a command that shows it."""
    plain = files.storage is None and not files.streamed and "://" not in file
    return SourceError(
        f"{file} cannot be read as {kind}: line {line:,}: {wrong}",
        "an object of JSON on each line" if kind == "NDJSON" else "an array of objects of JSON",
        platforms.shell(["sed", "-n", f"{line}p", file]) if plain else "",
    )


class Block(NamedTuple):
    """Whole objects, one a line.

    Attributes:
        data: Their text.
        before: The lines of the file before them.
        by_line: Whether the file has each on a line of its own too.
    """

    data: bytes
    before: int
    by_line: bool


def _blocks(file: str, files: Files, kind: str, encoding: str | None) -> Iterator[Block]:
    """Yield blocks of whole objects, whatever the ending of the file says."""
    texts = _texts(file, files, encoding)
    first = next(texts, "")
    head = first.lstrip()
    line, more, _ = head.partition("\n")
    if head.startswith("{") and (_is_whole(line) or not more):
        return _by_line(file, chain([first], texts))
    before = first[: len(first) - len(head)].count("\n")
    return _by_object(file, kind, files, before, chain([head.removeprefix("[")], texts))


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


def _by_line(file: str, texts: Iterable[str]) -> Iterator[Block]:
    rest, before = "", 0
    for text in texts:
        whole, end, rest = (rest + text).rpartition("\n")
        _check_length(file, rest)
        if end:
            yield Block(whole.encode(), before, by_line=True)
            before += whole.count("\n") + 1
    if rest.strip():
        yield Block(rest.encode(), before, by_line=True)


def _by_object(file: str, kind: str, files: Files, before: int, texts: Iterable[str]) -> Iterator[Block]:
    """Yield the objects of an array, each on one line: the decoder of Python finds where one ends."""
    rest, decode, wrong = "", json.JSONDecoder().raw_decode, None
    line = 0
    for text in texts:
        rest, place, found, wrong = rest + text, 0, [], None
        while (place := _begin(rest, place)) < len(rest) and rest[place] == "{":
            try:
                _, end = decode(rest, place)
            except json.JSONDecodeError as error:
                wrong, line = error, before + error.lineno
                break
            found.append(rest[place:end].replace("\n", " ").replace("\r", " "))
            place = end
        if wrong and wrong.pos + _CUT < len(rest) and not wrong.msg.startswith("Unterminated"):
            break  # else it may go on in the next block
        if found:
            yield Block("\n".join(found).encode(), before, by_line=False)
        before += rest.count("\n", 0, place)
        rest = rest[place:]
        _check_length(file, rest)
    if wrong:
        raise _at_line(file, kind, files, line, json_types.said(wrong))
    if rest.strip() not in ("", "]"):
        raise _at_line(file, kind, files, before + 1, "what stands there is no object")


def _begin(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _check_length(file: str, rest: str) -> None:
    if len(rest) > MOST:
        raise SourceError(f"{file} holds an object of more than {MOST >> 20} MB", "objects of a usual length")
