"""Rows that equal an earlier one are left out: compared in full, but only where their hashes meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from pdprep.preparation.prepare import Prepared

_PLACE: Final = "__place"


class Key(NamedTuple):
    """The fields in which a duplicate equals an earlier row.

    Attributes:
        fields: All of them.
        apart: Those that tell most rows apart. The others are read where these are equal: for items and
            users, of which each comes once, nowhere.
    """

    fields: Sequence[str]
    apart: Sequence[str]

    @staticmethod
    def of(prepared: Prepared) -> Key:
        """Return the key of a prepared frame: its id, and the time of an event, tell most rows apart."""
        fields = prepared.dedupe_on
        return Key(fields, [name for name in (prepared.contract.key, "TIMESTAMP") if name in fields])


def distinct(rows: pl.DataFrame, key: Key, order: str) -> pl.DataFrame:
    """Return the rows without those that equal an earlier row in every field of the key, in a new order.

    The rows given are used up, column by column, so that few bytes are held twice.

    Args:
        rows: A batch in the source's order.
        key: The fields in which a duplicate equals an earlier row.
        order: A column to order by; where it is equal, rows stay as they come.

    >>> rows = pl.DataFrame({"a": [2, 1, 2], "b": [0, 0, 0]})
    >>> distinct(rows, Key(["a", "b"], ["a"]), order="a")["a"].to_list()
    [1, 2]
    """
    # On one thread: few values, so a sort of one pass, which two threads would only make longer.
    sorted_by = pl.arg_sort_by(order, maintain_order=True, multithreaded=False)
    places = rows.select(sorted_by).to_series()
    lost = _lost(rows, key)
    # Duplicates leave the list of places, so each column is gathered once: put in order and thinned together.
    kept = places if lost is None else places.filter(~lost.gather(places))
    return pl.DataFrame([rows.drop_in_place(name).gather(kept) for name in rows.columns])


def key_hash(key: Sequence[str]) -> pl.Expr:
    """Return a hash that is equal for equal rows.

    It is Polars' own and may change between versions, so nothing that outlives this process depends on it.
    """
    # A seed for each column: else two columns that swap their values would come to the same sum.
    return pl.sum_horizontal([pl.col(name).hash(seed) for seed, name in enumerate(key)])


def _lost(rows: pl.DataFrame, key: Key) -> pl.Series | None:
    """Tell which rows equal an earlier one; None where none does."""
    # Few fields first: most rows differ in id and time already, and hashing long texts of all is dear.
    meets = _meets(rows, key.apart)
    if meets is None:
        return None
    place = pl.int_range(pl.len(), dtype=pl.UInt32).alias(_PLACE)
    suspects = rows.select(*key.fields, place).filter(meets)
    meets = _meets(suspects, key.fields)
    if meets is None:
        return None
    suspects = suspects.filter(meets)
    # Equal hashes prove nothing: rows that are dropped have been compared in full.
    firsts = suspects.unique(key.fields, keep="first")[_PLACE]
    none = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    return none.scatter(suspects[_PLACE], True).scatter(firsts, False)


def _meets(rows: pl.DataFrame, fields: Sequence[str]) -> pl.Series | None:
    """Tell which rows have the hash of another one; None where no row has."""
    hashes = rows.select(key_hash(fields)).to_series()
    first = hashes.is_first_distinct()
    # The hashes that came again are few, and the first row of each is asked for too: it is what stays.
    return None if first.all() else hashes.is_in(hashes.filter(~first).implode())
