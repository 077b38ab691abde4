"""Users who come back: filters forget a user of whom no event was imported for three months.

Source: developer guide, filter-expressions.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from pdprep.ledger import layers
from pdprep.ledger.filters import FILTERS
from pdprep.ledger.ledger import Ledger

USER = "USER_ID"


def returning(ledger: Ledger, dataset: str, frame: pl.LazyFrame, now: datetime) -> int:
    """Count the users of a frame whose latest event went so long ago that filters have forgotten them.

    Args:
        ledger: What was sent; events that others sent are unknown here.
        dataset: The dataset type.
        frame: Records that are about to be sent.
        now: When.
    """
    months = FILTERS[dataset].months
    if months is None:
        return 0
    limit = pl.Series([now]).dt.offset_by(f"-{months}mo").item()
    journal = ledger.journal
    imports = [*journal.layer(dataset), *journal.pending(dataset)]
    older = [row for row in imports if layers.moment(row.ended or row.created) <= limit]
    plans = journal.plans(dataset)
    # Most ledgers are young: then nothing is read.
    if not older and not any(layers.moment(plan.created) <= limit for plan in plans):
        return 0
    put = [layers.scan_plan(ledger, plan) for plan in plans]
    early = pl.col("SENT_AT") <= pl.lit(limit)
    before = [layers.scan_import(ledger, row) for row in older] + [each.filter(early) for each in put]
    since = [layers.scan_import(ledger, row) for row in imports if row not in older]
    since += [each.filter(~early) for each in put]
    users = frame.select(USER).drop_nulls().unique()
    back = users.join(_users(before), on=USER, how="semi").join(_users(since), on=USER, how="anti")
    return int(back.select(pl.len()).collect(engine="streaming").item())


def _users(frames: list[pl.LazyFrame]) -> pl.LazyFrame:
    return pl.concat([pl.LazyFrame(schema={USER: pl.String}), *(each.select(USER) for each in frames)])
