"""How large a row becomes as a put record: the length of its ``properties``, and the bytes of an event.

Writing the record of every row only to measure it would cost more than all other rules together. So a bound
that needs the byte lengths of the texts alone is asked first: of the longest texts of a batch, then of each
row. Only rows that it does not clear are written out, all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import polars as pl

from pdprep.contract.payload_texts import properties_texts
from pdprep.contract.payloads import BESIDE, outside
from pdprep.contract.schema import Schema

_ESCAPED: Final = 6  # JSON writes a byte of text in at most six characters, such as \u0001
_NUMBER: Final = 32  # characters of a number, with its comma and quotes
_MEMBERS: Final = 400  # bytes of an event's own members: names, time, event id
Size = TypeVar("Size", int, pl.Expr)


@dataclass(frozen=True, slots=True)
class RecordSize:
    """The size of records: of ``properties`` alone, or with the event around it.

    >>> from pdprep import Contract, Field
    >>> users = RecordSize(Contract.of("users").extend(Field("CITY")), with_event=False)
    >>> users.bound({"CITY": 10}.__getitem__) >= len('{"city":"0123456789"}')
    True
    """

    schema: Schema
    with_event: bool

    @property
    def measured(self) -> tuple[str, ...]:
        """The texts whose lengths the bound depends on."""
        beside = BESIDE if self.with_event else ()
        return tuple(name for name in self.schema.texts if name in beside or name in self._inside)

    def bound(self, length: Callable[[str], Size]) -> Size | int:
        """Return a size that the record never exceeds.

        Args:
            length: The bytes of a text: the longest of a batch, or, as an expression, those of each row.
        """
        fixed = 2 + sum(len(name) + _NUMBER for name in self._inside) + self.with_event * _MEMBERS
        # Beside `properties` a text is no JSON within JSON.
        sizes = (length(name) * (_ESCAPED if name in self._inside else 1) for name in self.measured)
        return sum(sizes, start=fixed)

    def above(self, most: int) -> pl.Expr:
        """Return the rows whose record is larger: the others are cleared by the bound."""

        def check(rows: pl.Series) -> pl.Series:
            frame = rows.struct.unnest()
            unclear = frame.select(self.bound(_bytes) > most).to_series().arg_true()
            large = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
            return large.scatter(unclear, self._exact(frame[unclear]) > most)

        return pl.struct(self.schema.columns).map_batches(check, return_dtype=pl.Boolean)

    @property
    def _inside(self) -> list[str]:
        return [name for name in self.schema.columns if name not in outside(self.schema)]

    def _exact(self, rows: pl.DataFrame) -> pl.Series:
        """Return the size of each row's record, by the text that would be sent."""
        written = properties_texts(self.schema, rows).to_frame("properties")
        if not self.with_event:
            return written.select(pl.col("properties").str.len_chars().cast(pl.Int64)).to_series()
        beside = [name for name in BESIDE if name in self.schema.texts]
        sizes = pl.sum_horizontal(
            pl.lit(_MEMBERS), pl.col("properties").str.len_bytes(), *map(_bytes, beside)
        )
        return rows.select(beside).with_columns(written).select(sizes.alias("size")).to_series()


def _bytes(name: str) -> pl.Expr:
    return pl.col(name).str.len_bytes().cast(pl.Int64).fill_null(0)
