"""How large a row becomes as a put record. Rows that are short beyond doubt are not written out for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from pdprep.contract import payload_rules
from pdprep.contract.contract import Contract
from pdprep.contract.payloads import properties

_ESCAPED: Final = 6  # characters that one byte of text becomes at most
_NUMBER: Final = 32  # characters of a number, with its comma and quotes
_FRAME: Final = 400  # bytes of an event's own members: names, time, event id

Row = dict[str, Any]


def properties_fit(contract: Contract) -> pl.Expr:
    """Hold where `properties` is as short as the dataset type's put operation asks."""
    most = payload_rules.PROPERTIES_LENGTH[contract.dataset]
    return _fits(contract, most, lambda row: len(properties(contract, row)))


def event_fits(contract: Contract) -> pl.Expr:
    """Hold where an event is not larger than the service takes."""
    return _fits(contract, payload_rules.EVENT_BYTES, lambda row: _event_bytes(contract, row))


def properties_doubt(contract: Contract) -> pl.Expr:
    """Tell whether the longest texts of a batch might make `properties` too long."""
    return _doubt(contract, payload_rules.PROPERTIES_LENGTH[contract.dataset])


def event_doubt(contract: Contract) -> pl.Expr:
    """Tell whether the longest texts of a batch might make an event too large."""
    return _doubt(contract, payload_rules.EVENT_BYTES)


def _doubt(contract: Contract, most: int) -> pl.Expr:
    longest = [pl.col(name).str.len_bytes().max().cast(pl.Int64).fill_null(0) for name in contract.texts]
    return pl.sum_horizontal(longest) * _ESCAPED > _room(contract, most)


def _fits(contract: Contract, most: int, size: Callable[[Row], int]) -> pl.Expr:
    def check(rows: pl.Series) -> pl.Series:
        frame = rows.struct.unnest()
        texts = [length.fill_null(0) for length in _lengths(contract)]
        doubtful = frame.select((pl.sum_horizontal(texts) * _ESCAPED > room).alias("long")).to_series()
        fits = pl.Series("fits", [True] * frame.height, pl.Boolean)
        long = frame.filter(doubtful)
        return fits.scatter(doubtful.arg_true(), [size(row) <= most for row in long.iter_rows(named=True)])

    room = _room(contract, most)
    return pl.struct(contract.columns).map_batches(check, return_dtype=pl.Boolean)


def _lengths(contract: Contract) -> list[pl.Expr]:
    return [pl.col(name).str.len_bytes().cast(pl.Int64) for name in contract.texts]


def _room(contract: Contract, most: int) -> int:
    return most - _FRAME - sum(len(name) + _NUMBER for name in contract.columns)


def _event_bytes(contract: Contract, row: Row) -> int:
    others = [value for name, value in row.items() if name in payload_rules.BESIDE and value is not None]
    return (
        _FRAME + len(properties(contract, row).encode()) + sum(len(str(value).encode()) for value in others)
    )
