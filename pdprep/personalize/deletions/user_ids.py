"""Ids of users as people hold them, read as ``prepare`` reads them: ``" 16 "`` and the float 16.0 are 16."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import polars as pl

from pdprep.errors import InputError
from pdprep.html import shortened
from pdprep.preparation import ids, naming
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import open_source
from pdprep.spelling import noun

COLUMN: Final = "USER_ID"
_KNOWN: Final = 'group.records("users").frame.select("USER_ID").unique()  # the ids, as they were sent'
_WANTED: Final = "a list of ids, a Series, or a frame with a column of them"


def read(users: object) -> pl.Series:
    """Return the distinct ids, in the form in which ``prepare`` leaves them; missing ones are left out.

    Args:
        users: Any iterable of texts or whole numbers, a Series of Polars, pandas or Arrow, an array, the path
            of a file (a ``Path``), or a frame: its USER_ID, or its only column.

    Raises:
        InputError: It is one text or number, or holds what cannot be an id; or there is none in it.

    >>> read([" 16 ", 16, "007"]).sort().to_list()
    ['007', '16']
    """
    given = _column(users) if _is_frame(users) else _values(users)
    if given.null_count() == given.len():
        raise InputError("no user ids", "one or more", _KNOWN)
    return given.drop_nulls().unique(maintain_order=True)


def _is_frame(users: object) -> bool:
    return (
        isinstance(users, Prepared | Path | pl.DataFrame | pl.LazyFrame)
        or type(users).__name__ in ("DataFrame", "Table", "RecordBatch")
    )  # fmt: skip


def _column(frame: Any) -> pl.Series:
    if isinstance(frame, Prepared) and COLUMN in frame.contract.names:
        return frame.rows.select(pl.col(COLUMN).unique()).collect(engine="streaming").to_series()
    source = open_source(frame.rows.select(frame.contract.names) if isinstance(frame, Prepared) else frame)
    names = list(source.schema)
    if COLUMN not in names and len(names) != 1:
        best = naming.usual([COLUMN], names, "users").get(COLUMN) or (names[0] if names else COLUMN)
        way = f'.select("{best}")' if isinstance(frame, pl.LazyFrame) else f'["{best}"]'
        call = f'pl.scan_csv("{frame}").select("{best}")' if isinstance(frame, Path) else f"frame{way}"
        raise InputError(
            f"a frame of the columns {', '.join(names)}",
            f"one column, or one that is named {COLUMN}",
            f"group.delete_users({call})",
        )
    name = COLUMN if COLUMN in names else names[0]
    found = source.frame.select(name).collect(engine="streaming").to_series()
    return _converted(found)


def _values(users: object) -> pl.Series:
    if isinstance(users, str | bytes | Mapping) or not isinstance(users, Iterable):
        raise _no_list(users)
    if isinstance(users, pl.Series):
        return _converted(users)
    objects = str(getattr(users, "dtype", "")) == "object"  # of any kind: each is asked for its own, below
    if not objects and (hasattr(users, "__array__") or hasattr(users, "__arrow_c_stream__")):
        return _converted(pl.Series(users))  # pandas, NumPy, Arrow
    values = [str(each) if isinstance(each, UUID) else each for each in users]
    # Of each kind by itself: beside a text, Polars would write the number 16.0 as the text "16.0".
    kinds = dict.fromkeys(
        type(each) for each in values if each is not None and type(each).__name__ != "NAType"
    )
    parts = [_of_one_kind([each for each in values if type(each) is kind]) for kind in kinds]
    return pl.concat([pl.Series(COLUMN, [], pl.String), *parts])


def _of_one_kind(values: list[Any]) -> pl.Series:
    whole = isinstance(values[0], int) and not isinstance(values[0], bool)  # of any length
    return _converted(pl.Series([str(each) for each in values] if whole else values, strict=False))


def _converted(given: pl.Series) -> pl.Series:
    """Read ids as ``prepare`` reads them, text to the letter."""
    dtype = given.dtype
    given = given.fill_nan(None) if dtype.is_float() else given
    if not (dtype.is_numeric() or isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null)):
        raise InputError(f"user ids of type {dtype}", "texts or whole numbers", _KNOWN)
    found = ids.normalise(given, ids.TEXT).alias(COLUMN)
    lost = (found.is_null() & given.is_not_null()).arg_true()
    if dtype.is_numeric() and len(lost):
        raise InputError(
            f"{len(lost):,} of {given.len():,} user ids have a fraction, the first in place {lost[0]}",
            "ids as they were prepared: texts or whole numbers",
            _KNOWN,
        )
    return found


def undone(given: pl.Series, known: pl.Series) -> pl.Series:
    """Take the ``.0`` off ids that a float may have written, but for those that are known to the letter.

    >>> undone(pl.Series(["1.0", "2.0", "1.10"]), pl.Series(["2.0"])).to_list()
    ['1', '2.0', '1.10']
    """
    kept = given.is_in(known.implode())
    return given.zip_with(kept, ids.normalise(given, ids.UNDONE)).unique(maintain_order=True)


def _no_list(users: object) -> InputError:
    one = isinstance(users, str | int | float)
    what = f"the {'text' if isinstance(users, str) else 'number'} {shortened(users)!r}" if one else ""
    value = users.strip() if isinstance(users, str) else users
    hint = f"group.delete_users([{value!r}])" if len(str(users)) <= 40 and one else _KNOWN
    return InputError(f"{what or noun(users)} in place of user ids", _WANTED, hint)
