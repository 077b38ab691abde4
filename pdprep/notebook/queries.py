"""A cell's body: Polars SQL over the notebook's frames."""

from __future__ import annotations

import difflib
import re

import polars as pl

from pdprep.errors import InputError, UnknownFrameError
from pdprep.notebook import frames
from pdprep.notebook.frames import Namespace
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import open_source


def run(sql: str, namespace: Namespace) -> pl.LazyFrame:
    """Return the lazy result of a query over the frames it names.

    Raises:
        UnknownFrameError: It names a frame that the notebook does not have.
        InputError: It is empty, or Polars cannot read it.
    """
    if not sql.strip():
        raise InputError("an empty cell", "Polars SQL that makes the frame", "SELECT * FROM events")
    used = {name: lazy(namespace[name]) for name in frames.names(namespace) if _mentions(sql, name)}
    try:
        found = pl.SQLContext(frames=used).execute(sql.strip().rstrip(";"), eager=False)
        found.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise _mistake(error, namespace) from error
    return found


def lazy(frame: object) -> pl.LazyFrame:
    """Return any frame of the notebook as a LazyFrame of its own columns."""
    if isinstance(frame, Prepared):
        return frame.frame
    source = open_source(frame)
    return source.frame.select(list(source.schema))


def _mentions(sql: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", sql) is not None


def _mistake(error: pl.exceptions.PolarsError, namespace: Namespace) -> InputError:
    text = str(error).splitlines()[0]
    relation = re.search(r"relation '([^']+)' was not found", text)
    if relation is None:
        return InputError(f"Polars cannot run this SQL ({text})", "Polars SQL", "SELECT * FROM events")
    name, known = relation[1], frames.names(namespace)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    expected = f"one of {', '.join(known)}" if known else "this notebook has no frames yet"
    return UnknownFrameError(f"no frame {name!r}", expected, f"FROM {close[0]}" if close else "")
