"""A source in pieces that tasks read by themselves: files, rows of a Parquet file, bytes of a CSV."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple, cast

import polars as pl
from polars.io.plugins import register_io_source

from pdprep.engine.executors.recipe import Recipe
from pdprep.errors import SourceError
from pdprep.preparation import documents, scans
from pdprep.preparation.blocks import BLOCK, Blocks
from pdprep.preparation.files import Files
from pdprep.preparation.opening import opened
from pdprep.preparation.sources import FILE, ROW, Source, inner
from pdprep.preparation.storage import Storage
from pdprep.progress import Listener

BYTES: Final = 48_000_000  # of text in one task
Scan = Callable[..., pl.LazyFrame]


class Rows(NamedTuple):
    """Some rows of a file of a format that knows where they are."""

    file: str
    first: int
    height: int


class Bytes(NamedTuple):
    """Whole records of a CSV by their place in it; ``end`` is None at the end of the file."""

    file: str
    begin: int
    end: int | None


class Marks(NamedTuple):
    """What some bytes of a CSV tell of where records end.

    Attributes:
        quotes: How many quotation marks there are.
        ends: Where the first line end is that has an even number of them before it among these bytes, and
            the first that has an odd number; None where there is none.
    """

    quotes: int
    ends: tuple[int | None, int | None]


@dataclass(frozen=True)
class Piece:
    """What one task reads, in order: whole files, or rows of files, or bytes of one file."""

    files: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()
    bytes: Bytes | None = None


def by_rows(groups: Sequence[tuple[str, Sequence[int]]], most: int) -> list[Piece]:
    """Return pieces of whole row groups, of ``most`` rows where groups are smaller.

    Args:
        groups: Each file with the rows of its row groups.
        most: Rows of a piece.

    >>> [[rows[:] for rows in piece.rows] for piece in by_rows([("a", [5, 5]), ("b", [2])], 7)]
    [[('a', 0, 5)], [('a', 5, 5), ('b', 0, 2)]]
    """
    found: list[Piece] = []
    waiting: list[Rows] = []
    for file, counts in groups:
        first = 0
        for count in counts:
            if waiting and sum(each.height for each in waiting) + count > most:
                found.append(Piece(rows=tuple(waiting)))
                waiting = []
            if waiting and waiting[-1].file == file:
                waiting[-1] = waiting[-1]._replace(height=waiting[-1].height + count)
            elif count:
                waiting.append(Rows(file, first, count))
            first += count
    return [*found, Piece(rows=tuple(waiting))] if waiting else found


def by_size(files: Sequence[tuple[str, int]], most: int) -> list[Piece]:
    """Return pieces of whole files, of ``most`` bytes together where files are smaller."""
    found: list[list[str]] = []
    size = 0
    for file, more in files:
        if not found or size + more > most:
            found.append([])
            size = 0
        found[-1].append(file)
        size += more
    return [Piece(tuple(names)) for names in found]


def sizes(files: Sequence[str], storage: Storage | None) -> list[tuple[str, int]]:
    """Return each file with its size in bytes."""
    if storage is None:
        return [(file, os.path.getsize(file)) for file in files]
    below = os.path.commonprefix(list(files))  # noqa: RUF071 - of letters: S3 has no folders
    listed = {each.url: each.size for each in storage.below(below)}
    return [(file, listed.get(file, 0)) for file in files]


def row_groups(recipe: Recipe, files: Sequence[str], tell: Listener) -> list[tuple[str, list[int]]]:
    """Return each file with the rows of its row groups: Parquet's footer tells them."""
    from pyarrow import parquet

    storage = _storage(recipe)
    found = []
    for file in files:
        source: Any = storage.tail(file) if storage else file
        data = parquet.read_metadata(source)
        found.append((file, [data.row_group(number).num_rows for number in range(data.num_row_groups)]))
    return found


def splits(recipe: Recipe) -> bool:
    """Say whether the bytes of a text file tell where records end, so that it can be cut."""
    dialect = recipe.dialect
    return bool(dialect and dialect.plain and not dialect.skip_lines and not dialect.comment_prefix)


def marks(recipe: Recipe, file: str, begin: int, end: int, tell: Listener) -> Marks:
    """Look for quotation marks, and for the first line ends, in some bytes of a file."""
    quote = ((recipe.dialect and recipe.dialect.quote_char) or "").encode()
    left, quotes = end - begin, 0
    # Looked for in the first block alone: where no record ends in it, the file is not cut there.
    ends: tuple[int | None, int | None] | None = None
    with opened(file, _storage(recipe), begin) as handle:
        while left and (data := handle.read(min(BLOCK, left))):
            ends = ends or _ends(data, quote)
            quotes += data.count(quote) if quote else 0
            left -= len(data)
    return Marks(quotes, ends or (None, None))


def _ends(data: bytes, quote: bytes) -> tuple[int | None, int | None]:
    found: dict[int, int] = {}
    place = counted = odd = 0
    while len(found) < 2 and (place := data.find(b"\n", place)) >= 0:
        odd ^= data.count(quote, counted, place) % 2 if quote else 0
        found.setdefault(odd, place)
        counted = place
        # Without a quotation mark in between, the next line ends are of the same kind.
        place = data.find(quote, place) if quote else -1
        if place < 0:
            break
    return found.get(0), found.get(1)


def by_records(file: str, begins: Sequence[int], found: Sequence[Marks]) -> list[Piece]:
    """Return pieces of whole records from what neighbouring ranges of bytes of a file have told.

    Args:
        file: The file.
        begins: Where each range begins.
        found: What its bytes tell.

    >>> some = [Marks(1, (2, None)), Marks(1, (3, 1))]  # a quotation mark is open where the second begins
    >>> [piece.bytes for piece in by_records("a", [0, 10], some)]
    [Bytes(file='a', begin=0, end=12), Bytes(file='a', begin=12, end=None)]
    """
    cuts, quotes = [0], found[0].quotes
    for begin, each in zip(begins[1:], found[1:], strict=True):
        # An odd number of marks before a range: it begins within a value, and the other line end is the one.
        end = each.ends[quotes % 2]
        cuts += [] if end is None else [begin + end + 1]
        quotes += each.quotes
    return [Piece(bytes=Bytes(file, begin, end)) for begin, end in zip(cuts, [*cuts[1:], None], strict=True)]


def check_escapes(recipe: Recipe, files: Sequence[str], tell: Listener) -> None:
    """Look for backslashes that escape; see ``scans.check_escapes``."""
    if recipe.dialect:
        scans.check_escapes(Blocks(recipe.label, recipe.dialect, recipe.asked, _storage(recipe)), files)


class Height:
    """Counts the rows of a text as they are read, blank lines too, which a frame is then without."""

    def __init__(self) -> None:
        self.rows = 0

    def on(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Return the frame with the counter at its end."""
        return frame.map_batches(
            self._batch, validate_output_schema=False, streamable=True, projection_pushdown=True,
            slice_pushdown=True,
        )  # fmt: skip

    def _batch(self, rows: pl.DataFrame) -> pl.DataFrame:
        if ROW in rows.columns and rows.height:
            self.rows = max(self.rows, int(rows[ROW][-1]) + 1)
        return rows


def source(recipe: Recipe, piece: Piece, height: Height) -> Source:
    """Open a piece of a source: the same columns, with rows counted from 0."""
    storage = _storage(recipe)
    blocks = Blocks(recipe.label, recipe.dialect, recipe.asked, storage) if recipe.dialect else None
    names = piece.files or tuple(each.file for each in piece.rows) or (cast(Bytes, piece.bytes).file,)
    files = Files(names, None, storage)
    scan: Scan = pl.scan_csv
    if blocks is not None:
        by_block = files.streamed or not blocks.dialect.plain
        plain = partial(pl.scan_csv, glob=False, **blocks.dialect.scanning, **files.options)
        scan = partial(scans.scan, blocks) if by_block else plain
    frame = height.on(_frame(recipe, piece, files, blocks, scan))
    renamed = {name: inner(name) for name in recipe.schema if inner(name) != name}
    frame = frame.rename(renamed) if renamed else frame
    return Source(
        recipe.label, frame, names, recipe.separator, 0, "", scan, recipe.asked,
        blocks, recipe.types, kind=recipe.kind, storage=storage,
    )  # fmt: skip


def _frame(recipe: Recipe, piece: Piece, files: Files, blocks: Blocks | None, scan: Scan) -> pl.LazyFrame:
    schema = pl.Schema(recipe.schema)
    if piece.bytes and blocks:
        return _of_bytes(blocks, piece.bytes, list(schema), recipe)
    if blocks:
        frame = scan(
            list(files.names), infer_schema=False, row_index_name=ROW, include_file_paths=recipe.path
        )
        names = [name for name in frame.collect_schema() if name not in (ROW, FILE)]
        if names != list(schema):
            raise SourceError(
                f"{files.names[0]} has another header than the first file",
                "the same header in each of its files",
            )
        return frame
    if recipe.kind in ("NDJSON", "JSON"):
        return documents.scan_as(schema, files, recipe.kind, ROW, recipe.path, recipe.asked.encoding)
    given: dict[str, Any] = {"glob": False, "include_file_paths": recipe.path, **files.options}
    if recipe.kind == "Parquet":
        read: Scan = partial(pl.scan_parquet, schema=schema, **given)
    else:
        read = partial(pl.scan_ipc, **given)
    slices = [read([each.file]).slice(each.first, each.height) for each in piece.rows]
    return pl.concat(slices).with_row_index(ROW)


def _of_bytes(blocks: Blocks, piece: Bytes, columns: list[str], recipe: Recipe) -> pl.LazyFrame:
    extra = {recipe.path: pl.String()} if recipe.path else {}
    schema = {ROW: pl.get_index_type(), **dict.fromkeys(columns, pl.String()), **extra}

    def read(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        frames = (
            scans.frame(blocks, block, columns, piece.file).with_columns(
                pl.lit(piece.file).alias(name) for name in extra
            )
            for block in _records(blocks, piece)
        )
        return scans.delivered(frames, ROW, with_columns, predicate, n_rows)

    return register_io_source(read, schema=schema)


def _records(blocks: Blocks, piece: Bytes) -> Iterator[bytes]:
    """Yield the whole records of a piece, some megabytes at a time; the header stands in the first."""
    window = Window(blocks.label, blocks.dialect, blocks.asked, blocks.storage, piece)
    return window.whole(piece.file) if piece.begin else window.records(piece.file)


_NOTHING: Final = Bytes("", 0, None)


@dataclass(frozen=True, eq=False)
class Window(Blocks):
    """Some of the bytes of a text file, as blocks."""

    piece: Bytes = _NOTHING

    def lines(self, file: str) -> Iterator[bytes]:
        """Yield these bytes; where they are cut does not matter to whoever looks for records in them."""
        left = math.inf if self.piece.end is None else self.piece.end - self.piece.begin
        with opened(file, self.storage, self.piece.begin) as handle:
            while left and (data := handle.read(int(min(BLOCK, left)))):
                left -= len(data)
                yield data


def _storage(recipe: Recipe) -> Storage | None:
    return recipe.reach.storage if recipe.reach else None
