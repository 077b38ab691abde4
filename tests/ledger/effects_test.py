"""When a record counts: the statements S8 to S12 of the guide, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pdprep.ledger.effects import FACTS, KNOWN, SUBJECTS, Training, effects

TRAINED = datetime(2026, 1, 10, tzinfo=UTC)
LATER = TRAINED + timedelta(hours=1)
WEEK = timedelta(days=7)
REALTIME = Training("trained", TRAINED, realtime=True, updating=True, every=WEEK)
PLAIN = Training("trained", TRAINED)


def effect(
    dataset: str, training: Training, origin: str, known: bool, sent: datetime = LATER
) -> tuple[str, datetime | None]:
    """Return EFFECT and EFFECT_AT of one record."""
    frame = pl.DataFrame({"ORIGIN": [origin], "SENT_AT": [sent], KNOWN: [known]})
    row = frame.select(effects(dataset, training)[:2]).row(0)
    return row[0], row[1]


@pytest.mark.parametrize(
    ("dataset", "training", "origin", "known", "expected", "at"),
    [
        ("interactions", REALTIME, "incremental", True, "at once", LATER),
        ("interactions", REALTIME, "both", True, "at once", LATER),
        ("interactions", REALTIME, "incremental", False, "within 2 h", LATER + timedelta(hours=2)),
        ("interactions", REALTIME, "bulk", True, "next training", TRAINED + WEEK),
        ("interactions", PLAIN, "incremental", True, "next training", None),
        ("items", REALTIME, "bulk", False, "within 2 h", LATER + timedelta(hours=2)),
        ("items", REALTIME, "incremental", True, "next training", TRAINED + WEEK),
        ("items", PLAIN, "incremental", False, "next training", None),
        ("users", REALTIME, "incremental", False, "popular items first", None),
        ("users", REALTIME, "bulk", True, "next training", TRAINED + WEEK),
    ],
)
def test_after_a_training(
    dataset: str, training: Training, origin: str, known: bool, expected: str, at: datetime | None
) -> None:
    assert effect(dataset, training, origin, known) == (expected, at)


@pytest.mark.parametrize("origin", ["bulk", "incremental", "both"])
@pytest.mark.parametrize("dataset", SUBJECTS)
def test_what_was_sent_before_the_training_is_counted(dataset: str, origin: str) -> None:
    assert effect(dataset, REALTIME, origin, True, TRAINED - WEEK) == ("counted", TRAINED)


@pytest.mark.parametrize(
    ("training", "expected"), [(Training("none"), "not trained yet"), (Training("unknown"), "unknown")]
)
def test_without_a_training(training: Training, expected: str) -> None:
    assert effect("items", training, "bulk", False) == (expected, None)


def test_filters_see_a_record_twenty_minutes_later() -> None:
    frame = pl.DataFrame({"ORIGIN": ["bulk"], "SENT_AT": [LATER]})
    shown = frame.select(effects("items", Training("none"))[2])
    assert shown["FILTERS_AT"].to_list() == [LATER + timedelta(minutes=20)]


def test_trainings_that_follow_by_themselves_move_on() -> None:
    assert REALTIME.as_of(TRAINED + 3 * WEEK + timedelta(days=1)).at == TRAINED + 3 * WEEK
    assert PLAIN.as_of(TRAINED + WEEK) == PLAIN


def test_every_dataset_ends_in_a_fact_without_conditions() -> None:
    last = {fact.dataset: fact for fact in FACTS}
    assert {(fact.put, fact.known, fact.needs) for fact in last.values()} == {(None, None, "")}
    assert all(fact.source for fact in FACTS)
