"""When a record counts: a pure function of its route, its time, the latest training and what is deployed.

Each row of FACTS is one statement of the Amazon Personalize Developer Guide; the first that fits holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Final, Literal

import polars as pl

from pdprep import assumptions

State = Literal["none", "trained", "unknown"]
When = Literal["sent", "hours", "training", ""]
Needs = Literal["", "realtime", "updating"]
TIME: Final = pl.Datetime("us", "UTC")
KNOWN: Final = "__known"
_PAGE = "how-new-data-influences-recommendations"


@dataclass(frozen=True, slots=True)
class Training:
    """The latest full training of a dataset group and what is deployed.

    Attributes:
        state: none (nothing was ever trained), trained, or unknown.
        at: When the training began.
        realtime: Whether a campaign or recommender of a real-time recipe or use case is deployed.
        updating: Whether one that takes new items up every two hours is deployed.
        every: How often it trains again, where the service says so.
    """

    state: State
    at: datetime | None = None
    realtime: bool = False
    updating: bool = False
    every: timedelta | None = None

    @property
    def following(self) -> datetime | None:
        """When the next training begins, where that is known."""
        return self.at + self.every if self.at and self.every else None

    def as_of(self, now: datetime) -> Training:
        """Move on to the latest training before ``now`` where trainings follow by themselves.

        >>> from datetime import UTC
        >>> first = Training("trained", datetime(2026, 1, 1, tzinfo=UTC), every=timedelta(days=7))
        >>> first.as_of(datetime(2026, 1, 20, tzinfo=UTC)).at.day
        15
        """
        if not self.at or not self.every or now < self.at:
            return self
        return replace(self, at=self.at + self.every * ((now - self.at) // self.every))


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: for which records, under which condition, what the effect is and when, and who says so.

    ``put``: by put call (True), by import job (False) or either (None). ``known``: whether the item (of
    users: the user) was there at the latest training, or either (None).
    """

    dataset: str
    put: bool | None
    known: bool | None
    needs: Needs
    effect: str
    when: When
    source: str


FACTS: Final = (
    Fact("interactions", True, True, "realtime", "at once", "sent", _PAGE),
    Fact("interactions", True, False, "updating", "within 2 h", "hours", _PAGE),
    Fact("interactions", None, None, "", "next training", "training", _PAGE),
    Fact("items", None, False, "updating", "within 2 h", "hours", _PAGE),
    Fact("items", None, None, "", "next training", "training", _PAGE),
    Fact("users", None, False, "", "popular items first", "", _PAGE),
    Fact("users", None, None, "", "next training", "training", _PAGE),
    Fact("actions", None, False, "updating", "within 2 h", "hours", _PAGE),
    Fact("actions", None, None, "", "next training", "training", _PAGE),
    Fact("action_interactions", True, True, "realtime", "at once", "sent", _PAGE),
    Fact("action_interactions", None, None, "", "next training", "training", _PAGE),
)
# The id that must have been there at the latest training for a record to be "known".
SUBJECTS: Final = {
    "interactions": "ITEM_ID",
    "items": "ITEM_ID",
    "users": "USER_ID",
    "actions": "ACTION_ID",
    "action_interactions": "ACTION_ID",
}


def effects(dataset: str, training: Training) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return EFFECT, EFFECT_AT and FILTERS_AT of a dataset's records.

    The expressions read ORIGIN, SENT_AT and, where a model is trained, the boolean ``__known``.
    """
    filters = (pl.col("SENT_AT") + pl.duration(minutes=assumptions.number("filter_minutes"))).alias(
        "FILTERS_AT"
    )
    if training.state != "trained" or training.at is None:
        words = "not trained yet" if training.state == "none" else "unknown"
        return pl.lit(words).alias("EFFECT"), pl.lit(None, TIME).alias("EFFECT_AT"), filters
    facts = [fact for fact in FACTS if fact.dataset == dataset and _deployed(fact.needs, training)]
    counted = pl.col("SENT_AT") <= pl.lit(training.at).cast(TIME)
    effect = _choose(facts, [pl.lit(fact.effect) for fact in facts])
    at = _choose(facts, [_moment(fact.when, training) for fact in facts])
    return (
        pl.when(counted).then(pl.lit("counted")).otherwise(effect).alias("EFFECT"),
        pl.when(counted).then(pl.lit(training.at).cast(TIME)).otherwise(at).alias("EFFECT_AT"),
        filters,
    )


def words(dataset: str, training: Training) -> list[str]:
    """Return every EFFECT that records of a dataset can have now."""
    if training.state != "trained":
        return ["not trained yet" if training.state == "none" else "unknown"]
    facts = [fact for fact in FACTS if fact.dataset == dataset and _deployed(fact.needs, training)]
    return ["counted", *dict.fromkeys(fact.effect for fact in facts)]


def asks_of_bulk(dataset: str) -> bool:
    """Say whether the effect of a bulk record hangs on what a training knew."""
    facts = [fact for fact in FACTS if fact.dataset == dataset and not fact.put]
    return any(fact.known is not None for fact in facts)


def _choose(facts: list[Fact], values: list[pl.Expr]) -> pl.Expr:
    rows = list(zip(facts, values, strict=True))
    return reduce(
        lambda rest, row: pl.when(_fits(row[0])).then(row[1]).otherwise(rest), reversed(rows), pl.lit(None)
    )


def _fits(fact: Fact) -> pl.Expr:
    fits = pl.lit(True)
    if fact.put is not None:
        fits &= (pl.col("ORIGIN") != "bulk") == fact.put
    if fact.known is not None:
        fits &= pl.col(KNOWN) == fact.known
    return fits


def _deployed(needs: Needs, training: Training) -> bool:
    return {"": True, "realtime": training.realtime, "updating": training.updating}[needs]


def _moment(when: When, training: Training) -> pl.Expr:
    if when == "sent":
        return pl.col("SENT_AT")
    if when == "hours":
        return pl.col("SENT_AT") + pl.duration(hours=assumptions.number("item_update_hours"))
    return pl.lit(training.following if when == "training" else None, TIME)
