"""The minima of training, counted over what went in bulk and what was put.

Source: Amazon Personalize Developer Guide, limits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from pdprep.contract import limits
from pdprep.contract.contract import Contract
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import DatasetRule
from pdprep.engine.reporting import breach
from pdprep.ledger import record_files
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.jobs.job import Job
from pdprep.validation.breaches import training
from pdprep.validation.report import Report
from pdprep.validation.report_frames import COUNTS
from pdprep.validation.summary import Summary

DATASET: Final = "interactions"


def judge(job: Job, ledger: Ledger) -> None:
    """Count the minima of training over the whole dataset in the report of a finished job.

    A frame of a hundred events may be all that a dataset holds, or the last hundred of a million.
    """
    if job.report is None or job.dataset != DATASET:
        return
    contract, frames = record_files.scan(ledger, DATASET)
    if contract is not None:
        job.report = _together(job.report, contract, _summary(contract, frames))


def _together(report: Report, contract: Contract, summary: Summary) -> Report:
    rows = [breach(DATASET, rule, "", figure) for rule, figure in training(contract, summary)]
    judged = [rule.name for rule in registry.of_kind(DatasetRule) if rule.training]
    others = report.counts.filter(~pl.col("rule").is_in(judged))
    return replace(report, counts=pl.concat([others, pl.DataFrame(rows, schema=COUNTS)]))


def _summary(contract: Contract, frames: list[pl.LazyFrame]) -> Summary:
    """Count events and users; a large dataset is not searched for events that went both ways."""
    events = pl.concat([frame.select(contract.columns) for frame in frames], how="diagonal_relaxed")
    total = int(events.select(pl.len()).collect().item())
    # So many events are above the largest minimum of them even if each was counted twice.
    if total <= 2 * limits.BETTER_INTERACTIONS:
        events = events.unique()
    per_user = events.drop_nulls(contract.key).group_by(contract.key).len()
    counts = per_user.select(
        pl.col("len").sum(), pl.len().alias("ids"), (pl.col("len") > 1).sum().alias("two")
    )
    rows, ids, with_two = counts.collect().row(0)
    return Summary(rows=rows, ids=ids, ids_with_two=with_two)
