"""How large a row becomes as a put record: the length of its ``properties``, and the bytes of an event.

Writing the record of every row only to measure it would cost more than all other rules together. So a bound
that needs the byte lengths of the texts alone is asked first: of the longest texts of a batch, then of each
row. Only rows that it does not clear are written out, all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from pdprep.contract import payload_rules
from pdprep.contract.contract import Contract
from pdprep.contract.payload_texts import properties_texts
from pdprep.contract.payloads import outside

_ESCAPED: Final = 6  # JSON writes a byte of text in at most six characters, such as \u0001
_NUMBER: Final = 32  # characters of a number, with its comma and quotes
_MEMBERS: Final = 400  # bytes of an event's own members: names, time, event id


@dataclass(frozen=True)
class _Limit:
    """What one rule measures: ``properties`` alone or with the event around it, and how large it may be."""

    contract: Contract
    most: int
    with_event: bool

    def bound(self, length: Callable[[str], pl.Expr]) -> pl.Expr:
        """Return a size that the record never exceeds.

        Args:
            length: The bytes of a text column: the longest of a batch, or those of each row.
        """
        inside = [name for name in self.contract.columns if name not in outside(self.contract)]
        texts = set(self.contract.texts)
        fixed = 2 + sum(len(name) + _NUMBER for name in inside)
        sizes = [length(name) * _ESCAPED for name in inside if name in texts]
        if self.with_event:
            fixed += _MEMBERS
            sizes += [length(name) for name in payload_rules.BESIDE if name in texts]
        return pl.sum_horizontal(pl.lit(fixed), *sizes)

    def exact(self, rows: pl.DataFrame) -> pl.Series:
        """Return the size of each row's record, by the text that would be sent."""
        written = properties_texts(self.contract, rows).to_frame("properties")
        if not self.with_event:
            return written.select(pl.col("properties").str.len_chars().cast(pl.Int64)).to_series()
        beside = [name for name in payload_rules.BESIDE if name in self.contract.texts]
        sizes = pl.sum_horizontal(
            pl.lit(_MEMBERS), pl.col("properties").str.len_bytes(), *map(_bytes, beside)
        )
        return rows.select(beside).with_columns(written).select(sizes.alias("size")).to_series()


def properties_fit(contract: Contract) -> pl.Expr:
    """Hold where `properties` is as short as the dataset type's put operation asks."""
    return _fits(_properties_limit(contract))


def event_fits(contract: Contract) -> pl.Expr:
    """Hold where an event is not larger than the service takes."""
    return _fits(_event_limit(contract))


def properties_doubt(contract: Contract) -> pl.Expr:
    """Tell whether the longest texts of a batch might make `properties` too long."""
    return _may_exceed(_properties_limit(contract))


def event_doubt(contract: Contract) -> pl.Expr:
    """Tell whether the longest texts of a batch might make an event too large."""
    return _may_exceed(_event_limit(contract))


def _properties_limit(contract: Contract) -> _Limit:
    return _Limit(contract, payload_rules.PROPERTIES_LENGTH[contract.dataset], with_event=False)


def _event_limit(contract: Contract) -> _Limit:
    return _Limit(contract, payload_rules.EVENT_BYTES, with_event=True)


def _bytes(name: str) -> pl.Expr:
    return pl.col(name).str.len_bytes().cast(pl.Int64).fill_null(0)


def _may_exceed(limit: _Limit) -> pl.Expr:
    return limit.bound(lambda name: _bytes(name).max().fill_null(0)) > limit.most


def _fits(limit: _Limit) -> pl.Expr:
    def check(rows: pl.Series) -> pl.Series:
        frame = rows.struct.unnest()
        unclear = frame.with_columns((limit.bound(_bytes) > limit.most).alias("unclear"))["unclear"]
        fits = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
        return fits.scatter(unclear.arg_true(), limit.exact(frame.filter(unclear)) <= limit.most)

    return pl.struct(limit.contract.columns).map_batches(check, return_dtype=pl.Boolean)
