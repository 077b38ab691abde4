"""The minima of training are counted over bulk and put, whichever way the last records went."""

from __future__ import annotations

from pdprep.group import DatasetGroup
from pdprep.personalize.jobs.job import Job
from tests.personalize.frames import events, prepared

FEW_ROWS, FEW_USERS = "training_interactions", "training_users"


def warned(job: Job) -> dict[str, int]:
    """Return the broken rules of a finished job with their figures."""
    report = job.wait().report
    assert report is not None
    return dict(report.counts.select("rule", "rows").iter_rows())


def test_a_few_events_put_after_a_bulk_import_are_enough(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1_200))).wait()
    found = warned(group.put(prepared(group, events(3, first=5_000))))
    assert FEW_ROWS not in found
    assert FEW_USERS not in found


def test_a_dataset_that_only_puts_fill_is_warned_until_it_holds_enough(group: DatasetGroup) -> None:
    first = warned(group.put(prepared(group, events(60, users=10))))
    assert (first[FEW_ROWS], first[FEW_USERS]) == (60, 10)
    second = warned(group.put(prepared(group, events(960, first=60, users=30))))
    assert FEW_ROWS not in second
    assert FEW_USERS not in second


def test_an_event_sent_both_ways_counts_once(group: DatasetGroup) -> None:
    group.put(prepared(group, events(900))).wait()
    found = warned(group.bulk(prepared(group, events(1_100))))
    assert found["better_interactions"] == 1_100
