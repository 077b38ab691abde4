"""Ids of events that a catalogue has in another form: the change that makes them match, tried on some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import polars as pl

from pdprep.preparation.calls import text
from pdprep.validation.known import Group, Known
from pdprep.validation.touched import Touched

BETTER: Final = 5.0  # percentage points that a change brings at least
_GROUPS: Final = r"^\{?(.{8})-?(.{4})-?(.{4})-?(.{4})-?(.{12})\}?$"  # of a UUID


class Change(NamedTuple):
    """What is done to ids: on an expression, and as it is written behind one."""

    do: Callable[[pl.Expr], pl.Expr]
    code: str

    def then(self, other: Change) -> Change:
        """Return this change and another one after it."""
        return Change(lambda ids: other.do(self.do(ids)), self.code + other.code)


class Match(NamedTuple):
    """The share of ids in percent that match as they are and after a change, and the change as code."""

    now: float
    then: float
    code: str


def matches(known: Known, group: Group) -> Iterator[tuple[str, Match]]:
    """Yield the ids of events that catalogues have in another form, by field."""
    for name, other in (("ITEM_ID", "items"), ("USER_ID", "users"), ("ACTION_ID", "actions")):
        if known.contract.event_like and other in group and name in known.profile.touched:
            theirs = group[other].profile.touched.get(name)
            found = theirs and match(known.profile.touched[name], theirs, known.columns.get(name, name))
            if found:
                yield name, found


def match(mine: Touched, theirs: Touched, column: str) -> Match | None:
    """Return the change of my ids after which the most are among theirs, if one brings more than a few.

    Args:
        mine: The ids of events.
        theirs: Those of the catalogue.
        column: The column that mine are read from.

    >>> match(Touched.of(pl.Series(["7", "8"])), Touched.of(pl.Series(["00007", "00009"])), "sku")
    Match(now=0.0, then=50.0, code='pl.col("sku").cast(pl.String).str.strip_chars().str.zfill(5)')
    """
    ids, known = mine.some.to_frame("id"), theirs.ids.implode()
    if ids.is_empty() or theirs.some.is_empty():
        return None

    def share(change: Change) -> float:
        return 100.0 * float(ids.select(change.do(pl.col("id")).hash().is_in(known).mean()).item())

    # A thousand ids of events are tried, since each change is a pass over them; the catalogue is asked whole.
    now = share(_AS_IS)
    shares = [(share(change), change) for change in _changes(theirs.some)] if now + BETTER <= 100 else []
    # Of equals the first wins, which is the plainest.
    best, change = max(shares, key=lambda each: each[0], default=(now, _AS_IS))
    if best < now + BETTER:
        return None
    return Match(now, best, f"pl.col({text(column)}).cast(pl.String).str.strip_chars(){change.code}")


_AS_IS: Final = Change(lambda ids: ids, "")
_LOWER: Final = Change(lambda ids: ids.str.to_lowercase(), ".str.to_lowercase()")
_UPPER: Final = Change(lambda ids: ids.str.to_uppercase(), ".str.to_uppercase()")
_NO_ZEROS: Final = Change(lambda ids: ids.str.replace(r"^0+(.)", "${1}"), '.str.replace(r"^0+(.)", "${1}")')
_NO_FRACTION: Final = Change(lambda ids: ids.str.replace(r"\.0+$", ""), r'.str.replace(r"\.0+$", "")')


def _grouped(into: str) -> Change:
    return Change(lambda ids: ids.str.replace(_GROUPS, into), f'.str.replace(r"{_GROUPS}", "{into}")')


def _changes(theirs: pl.Series) -> Iterator[Change]:
    """Yield the changes to try, given some of the ids that are to be met: the plainest first."""
    yield from (_LOWER, _UPPER, _NO_ZEROS, _NO_FRACTION)
    widths = theirs.str.len_chars().unique()
    if widths.len() == 1 and theirs.str.contains(r"^\d+$").all():
        width = int(widths.item())
        filled = Change(lambda ids: ids.str.zfill(width), f".str.zfill({width})")
        yield from (filled, _NO_FRACTION.then(filled))
    for into in ("${1}${2}${3}${4}${5}", "${1}-${2}-${3}-${4}-${5}", "{${1}-${2}-${3}-${4}-${5}}"):
        yield from (_grouped(into), _grouped(into).then(_LOWER), _grouped(into).then(_UPPER))
