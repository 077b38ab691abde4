"""The journey of a data scientist, start to end, on a dataset group of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from pdprep.group import DatasetGroup

ROWS: Final = 1200
MORE: Final = 20


def travel(group: DatasetGroup) -> Iterator[str]:
    """Yield what happened at each station; the last ones compare the ledger with the service."""
    check = group.check()
    yield f"check: {'nothing stands in the way' if check.ok else check}"
    history, today = (
        group.prepare(events(first, count), "interactions") for first, count in ((0, ROWS), (ROWS, MORE))
    )
    yield f"plan: {group.plan(history).route} for {ROWS:,} events"
    job = group.bulk(history).wait()
    yield f"bulk: {job.status}, {job.rows:,} records"
    job = group.put(today).wait()
    yield f"put: {job.status}, {job.rows:,} records"
    same = group.bulk(history)
    yield f"the same file again: {'nothing was sent' if same.arn else same.status}"
    found = dict(group.records("interactions").counts().select("origin", "records").iter_rows())
    yield f"records: {found['bulk']:,} bulk, {found['incremental']:,} incremental"
    verified = group.verify("interactions")
    yield f"verify: {'the ledger and the exports agree' if verified.ok else verified}"


def events(first: int, count: int) -> pl.DataFrame:
    """Return events of some users."""
    number = pl.int_range(first, first + count, eager=True)
    user, item = "u" + (number % 60).cast(pl.String), "i" + (number % 40).cast(pl.String)
    return pl.DataFrame(
        {"USER_ID": user, "ITEM_ID": item, "TIMESTAMP": 1_700_000_000 + number, "EVENT_TYPE": "watch"}
    )
