"""A cell's body: Polars SQL over the notebook's frames."""

from __future__ import annotations

import difflib
import re
from typing import Final

import polars as pl

from pdprep.errors import InputError, UnknownFrameError
from pdprep.notebook import frames
from pdprep.notebook.frames import Namespace
from pdprep.preparation import sources
from pdprep.preparation.prepare import Prepared

# What other tools fill in: {x}, {x + 1}, $x, ${x}, %(x)s; and where Polars stumbled, also :x.
_FILLED: Final = re.compile(
    r"\{\s*(?P<braces>[^{}]+?)\s*\}|\$(?P<dollar>[A-Za-z_]\w*)|%\((?P<percent>\w+)\)s"
)
_COLON: Final = re.compile(r"(?<![:\w]):(?P<colon>[A-Za-z_]\w*)")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")


def run(sql: str, namespace: Namespace) -> pl.LazyFrame:
    """Return the lazy result of a query over the frames it names.

    Raises:
        UnknownFrameError: It names a frame that the notebook does not have.
        InputError: It is empty, or Polars cannot read it.
    """
    if not sql.strip():
        raise InputError("an empty cell", "Polars SQL that makes the frame", "SELECT * FROM events")
    meant = _to_fill_in(sql, namespace)
    if meant:
        raise meant
    # Frames that the text does not name stay closed: opening one may read a file.
    named = [name for name in frames.names(namespace) if re.search(rf"\b{re.escape(name)}\b", sql)]
    used = {name: lazy(namespace[name]) for name in named}
    try:
        found = pl.SQLContext(frames=used).execute(sql.strip().rstrip(";"), eager=False)
        found.collect_schema()  # a column that is not there is an error of this cell, not of a later one
    except pl.exceptions.PolarsError as error:
        raise _to_fill_in(sql, namespace, failed=True) or _mistake(error, namespace) from error
    return found


def lazy(frame: object) -> pl.LazyFrame:
    """Return any frame of the notebook as a LazyFrame of its own columns."""
    if isinstance(frame, Prepared):
        return frame.frame
    source = sources.open_source(frame)
    return source.frame.select(sources.named(name).alias(name) for name in source.schema)


def _to_fill_in(sql: str, namespace: Namespace, *, failed: bool = False) -> InputError | None:
    """Return the error for a value that is to be filled in, with the frame that brings it in its place.

    Between quotes Polars takes ``{x}`` for text and finds no row, so a variable's name is enough; of other
    text in braces only a query that has ``failed`` tells.
    """
    for found in (*_FILLED.finditer(sql), *(_COLON.finditer(sql) if failed else ())):
        value = next(text for text in found.groups() if text)
        first = _NAME.match(value)
        if not first or not (failed or first[0] in namespace):
            continue
        if frames.is_frame(namespace.get(value)):
            expected, hint = "frames are named as they are, nothing is filled in", f"FROM {value}"
        else:
            column = value if _NAME.fullmatch(value) else "value"
            name = _free(f"{column}_frame", namespace)
            expected = (
                f"frames and their columns, since nothing is filled in: make a frame of the value, and write "
                f"(SELECT {column} FROM {name}) in place of {found[0]}"
            )
            many = isinstance(namespace.get(value), list | tuple | set | pl.Series)
            hint = f'{name} = pl.DataFrame({{"{column}": {f"list({value})" if many else f"[{value}]"}}})'
        return InputError(f"{found[0]} in the SQL", expected, hint)
    return None


def _free(name: str, namespace: Namespace) -> str:
    """Return a name that no variable of the notebook has yet."""
    return next(each for each in (name, *(f"{name}_{n}" for n in range(2, 999))) if each not in namespace)


def _mistake(error: pl.exceptions.PolarsError, namespace: Namespace) -> InputError:
    text = str(error).splitlines()[0]
    relation = re.search(r"relation '([^']+)' was not found", text)
    if relation is None:
        return InputError(f"Polars cannot run this SQL ({text})", "Polars SQL", "SELECT * FROM events")
    name, known = relation[1], frames.names(namespace)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    expected = f"one of {', '.join(known)}" if known else "this notebook has no frames yet"
    return UnknownFrameError(f"no frame {name!r}", expected, f"FROM {close[0]}" if close else "")
