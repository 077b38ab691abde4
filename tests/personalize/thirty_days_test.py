"""A month of daily loads: after every day the ledger and the exports agree."""

from __future__ import annotations

import warnings

import polars as pl
import pytest

import pdprep
from pdprep import Field
from pdprep.errors import RefusedError
from pdprep.group import DatasetGroup
from tests.conftest import DEEP
from tests.personalize.frames import counts, events, exported, items, prepared

DAYS = 30 if DEEP else 12
DAY = 1_000  # events
START_OF_PUTS = 500_000


class Month:
    """The loads of a month, and what the dataset must hold after each."""

    def __init__(self, group: DatasetGroup) -> None:
        self.group = group
        self.bulk, self.put, self.day = 0, 0, 0

    def first(self) -> None:
        """The history: a FULL import."""
        self.group.bulk(prepared(self.group, events(2 * DAY))).wait()
        self.bulk, self.put = 2 * DAY, 0

    def increment(self) -> None:
        """A day's events in an INCREMENTAL import."""
        self.group.bulk(prepared(self.group, events(DAY, first=self.bulk)), mode="INCREMENTAL").wait()
        self.bulk += DAY

    def trickle(self) -> None:
        """A day's events, one by one."""
        assert (
            self.group.put(prepared(self.group, events(20, first=START_OF_PUTS + self.put))).wait().rows == 20
        )
        self.put += 20

    def late(self) -> None:
        """A file of old events that comes late."""
        late = events(20, first=START_OF_PUTS + self.put).with_columns(pl.col("TIMESTAMP") - 900_000)
        self.group.put(prepared(self.group, late)).wait()
        self.put += 20

    def twice(self) -> None:
        """Yesterday's files once more."""
        last = events(DAY, first=self.bulk - DAY)
        again = self.group.bulk(prepared(self.group, last), mode="INCREMENTAL")
        assert "already imported" in again.note

    def backfill(self) -> None:
        """All of history again, with more of it."""
        self.group.bulk(prepared(self.group, events(self.bulk + DAY)), replace=True).wait()
        self.bulk += DAY

    def half_empty(self) -> None:
        """An extract of which half is missing."""
        with pytest.raises(RefusedError, match="is the extract complete"):
            self.group.bulk(prepared(self.group, events(self.bulk // 2)), replace=True)

    def catalog(self) -> None:
        """Items with a column that they did not have before."""
        self.group.bulk(prepared(self.group, items("a", "b")), replace=True, shrink=True).wait()
        wider = self.group.contract("items").extend(Field("BRAND", nullable=True))
        self.group.update_schema(wider)
        more = items("b", "c", genre="Comedy").with_columns(BRAND=pl.lit("x"))
        self.group.put(self.group.prepare(more, "items")).wait()
        assert self.group.verify("items").ok

    def remade(self) -> None:
        """The group is deleted and made again."""
        name = self.group.name
        self.group.delete(confirm=name)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            self.group = pdprep.connect(name)
        assert "was deleted" in str(said[0].message)
        self.first()

    def agrees(self) -> None:
        """Compare the ledger, the exports and what was sent."""
        held = counts(self.group)
        assert (held["bulk"], held["incremental"], held["both"]) == (self.bulk, self.put, 0)
        found = self.group.verify("interactions")
        assert found.ok, str(found)
        assert exported(self.group, "ALL").height == self.bulk + self.put


FIRST = ("first", "increment", "trickle", "late", "twice", "catalog", "backfill", "half_empty", "remade")
THEN = ("increment", "twice", "trickle", "late", "half_empty")


def test_the_ledger_and_the_exports_agree_every_day(group: DatasetGroup) -> None:
    month = Month(group)
    for load in [*FIRST, *THEN * DAYS][:DAYS]:
        getattr(month, load)()
        month.agrees()
