"""Which records of a put go: filled in where somebody asked for it, without those that are there already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import layers
from pdprep.ledger.beside import Beside
from pdprep.ledger.layers import BULK, DIGEST, ORDER
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.puts import batches, filling
from pdprep.personalize.puts.draft import Portion


class Wanted:
    """Chooses a portion of the records at a time, beside what the ledger has of the same ids.

    Attributes:
        left: How many records are left out, as they are there already.
        filled: The fields filled in, and in how many records.
        unknown: The ids of which the ledger knows no record.
        nulled: The fields that become null, and of how many ids.
    """

    def __init__(
        self, ledger: Ledger, contract: Contract, absent: Sequence[str], folder: Path, *,
        fill: bool, new_only: bool, resend: bool,
    ) -> None:  # fmt: skip
        self.left, self.filled, self.nulled = 0, Counter[str](dict.fromkeys(absent, 0)), Counter[str]()
        self._ledger, self._contract, self._absent = ledger, contract, absent
        self._fill, self._new_only, self._resend = fill, new_only, resend
        self._unknown = [pl.Series(contract.key, [], pl.String)]
        _, self._held = layers.scan(ledger, contract.dataset)
        self._sent = self._taken = None
        if not contract.event_like:
            compared = self._held if new_only or not resend else []
            if compared:
                rows = [layers.like(each, contract, batches.digest(each)) for each in compared]
                names = contract.columns if new_only and fill else [contract.key]
                narrow = [each.select(*names, BULK, ORDER, DIGEST) for each in rows]
                self._sent = Beside(narrow, contract.key, folder / "sent")
            if fill or absent:
                needed = filling.needed(ledger, contract, absent)
                self._taken = Beside(needed, contract.key, folder / "taken")

    @property
    def unknown(self) -> pl.Series:
        """The ids of which the ledger knows no record, where it was asked to fill in."""
        return pl.concat(self._unknown).sort()

    def of(self, portion: Portion) -> pl.DataFrame:
        """Return the records of the next portion that go, each with its digest."""
        rows = portion.rows
        taken = [self._taken.upto(portion.bucket, portion.whole).lazy()] if self._taken else []
        if self._fill:
            done = filling.fill(self._ledger, self._contract, rows, self._absent, taken)
            rows = done.frame
            self.filled.update(done.fields)
            self._unknown.append(done.unknown)
        frame = batches.identified(self._contract, rows)
        left = self._without(frame, portion)
        self.left += frame.height - left.height
        if self._absent and not self._fill:
            self.nulled.update(filling.lost(taken, self._contract, left.lazy(), self._absent))
        return left

    def _without(self, frame: pl.DataFrame, portion: Portion) -> pl.DataFrame:
        """Leave out what is there already."""
        if self._contract.event_like:
            held = [_near(each, frame) for each in self._held]
        else:
            held = [self._sent.upto(portion.bucket, portion.whole).lazy()] if self._sent else []
        left = frame if self._resend else batches.without_acknowledged(self._contract, frame, held)
        if self._new_only:
            # What is filled in is known by its id: there the whole record tells whether it is new.
            without = filling.without_same if self._fill else batches.without_known
            left = without(self._contract, left, held)
        return left


def _near(layer: pl.LazyFrame, frame: pl.DataFrame) -> pl.LazyFrame:
    """Return the events of a layer from the first user of a portion to the last: files are sorted by user."""
    users = frame["USER_ID"]
    if users.null_count() or users.is_empty():
        return layer
    return layer.filter(pl.col("USER_ID").is_between(pl.lit(users.min()), pl.lit(users.max())))
