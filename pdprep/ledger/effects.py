"""When a record counts: a pure function of its route, its time, the latest trainings and what is deployed.

Each row of FACTS is one statement of the Amazon Personalize Developer Guide; the first that fits holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import polars as pl

from pdprep.ledger import filters
from pdprep.ledger.recipes import ALL, Feature

State = Literal["none", "trained", "unknown"]
When = Literal["sent", "half an hour", "two hours", "trends", "training", ""]
TIME: Final = pl.Datetime("us", "UTC")
KNOWN: Final = "__known"
ESTIMATE: Final = " (estimate)"
NOT_READ: Final = "not used in training"
NOT_IN_SEGMENTS: Final = "never in user segments"
_PAGE: Final = "how-new-data-influences-recommendations"
_TRENDS: Final = "native-recipe-trending-now, VIDEO_ON_DEMAND-use-cases"
_SEMANTIC: Final = "native-recipe-semantic-similarity"
_MINUTES: Final[dict[When, int]] = {"half an hour": 30, "two hours": 120}


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A solution or recommender: its latest full training, and what its deployment does with newer records.

    Attributes:
        at: When the latest training began that the service tells of.
        reads: The dataset types that its training used.
        features: What it does with records between two trainings.
        segments: Whether it makes user segments.
        trend_minutes: How often it evaluates trends, if it does.
        following: When the next training begins, where that is known or estimated.
        estimate: When it was last trained again by the usual week, which the service tells nowhere.
        estimated: Whether ``following`` is such an estimate too.
    """

    at: datetime
    reads: tuple[str, ...] = ALL
    features: frozenset[Feature] = frozenset()
    segments: bool = False
    trend_minutes: int = 120
    following: datetime | None = None
    estimate: datetime | None = None
    estimated: bool = False

    @property
    def latest(self) -> datetime:
        """When it was last trained, by estimate where nothing else is told."""
        return self.estimate or self.at


@dataclass(frozen=True, slots=True)
class Training:
    """What is trained in a dataset group.

    Attributes:
        state: none (nothing was ever trained), trained, or unknown.
        models: What was trained.
        first: By when the first training of all begins, where that is known, and the dataset types it uses.
    """

    state: State
    models: tuple[TrainedModel, ...] = ()
    first: tuple[datetime, tuple[str, ...]] | None = None

    def readers(self, dataset: str) -> tuple[TrainedModel, ...]:
        """Return the models that a dataset trains."""
        return tuple(model for model in self.models if dataset in model.reads)

    def first_of(self, dataset: str) -> datetime | None:
        """Return when a dataset is trained on for the first time, where that is known."""
        return self.first[0] if self.first and dataset in self.first[1] else None

    def asks_since(self, dataset: str) -> datetime | None:
        """Return the training whose ids have to be known; None where no effect hangs on that."""
        readers = self.readers(dataset)
        # To know those ids costs a look at every record sent, so nobody asks where no statement hangs on it.
        asking = [fact for fact in _facts(dataset, readers) if fact.known is not None]
        asked = {fact.needs for fact in asking}
        models = [model for model in readers if "" in asked or asked & model.features]
        return max((model.latest for model in models), default=None)


@dataclass(frozen=True, slots=True)
class EffectFact:
    """One statement: for which records, under which condition, what the effect is and when, and who says so.

    ``put``: by put call (True), by import job (False) or either (None). ``known``: whether the item (of
    users: the user) was there at the latest training, or either (None). ``needs``: what must be deployed.
    """

    dataset: str
    put: bool | None
    known: bool | None
    needs: Feature | Literal[""]
    effect: str
    when: When
    source: str


# The earliest effect of each dataset first: the first that fits holds, and to count anywhere is to count.
FACTS: Final = (
    EffectFact("interactions", True, True, "realtime", "at once", "sent", _PAGE),
    EffectFact("interactions", None, None, "trends", "", "trends", _TRENDS),
    EffectFact("interactions", True, False, "new items", "within 2 h", "two hours", _PAGE),
    EffectFact("interactions", None, None, "", "next training", "training", _PAGE),
    EffectFact("items", None, None, "fresh items", "within 30 min", "half an hour", _SEMANTIC),
    EffectFact("items", None, False, "new items", "within 2 h", "two hours", _PAGE),
    EffectFact("items", None, None, "", "next training", "training", _PAGE),
    EffectFact("users", None, False, "", "popular items first", "", _PAGE),
    EffectFact("users", None, None, "", "next training", "training", _PAGE),
    EffectFact("actions", None, False, "new actions", "within 2 h", "two hours", _PAGE),
    EffectFact("actions", None, None, "", "next training", "training", _PAGE),
    EffectFact("action_interactions", True, True, "realtime actions", "at once", "sent", _PAGE),
    EffectFact("action_interactions", True, False, "new actions", "within 2 h", "two hours", _PAGE),
    EffectFact("action_interactions", None, None, "", "next training", "training", _PAGE),
)  # fmt: skip
# The id that must have been there at the latest training for a record to be "known".
SUBJECTS: Final = {
    "interactions": "ITEM_ID",
    "items": "ITEM_ID",
    "users": "USER_ID",
    "actions": "ACTION_ID",
    "action_interactions": "ACTION_ID",
}


def effects(
    dataset: str, training: Training, added: Collection[str] = ()
) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return EFFECT, EFFECT_AT and FILTERS_AT of a dataset's records.

    The expressions read ORIGIN, SENT_AT, for user segments IMPORT, and the boolean ``__known`` where
    ``training.asks_since`` is a time.

    Args:
        dataset: The dataset type.
        training: What is trained.
        added: The names of INCREMENTAL imports, which user segments leave out.
    """
    effect, at = _effect(dataset, training, added)
    return effect.alias("EFFECT"), at.alias("EFFECT_AT"), filters.seen_at(dataset)


def words(dataset: str, training: Training) -> list[str]:
    """Return every EFFECT that records of a dataset can have now."""
    # In step with what ``effects`` can say: a view offers these words as a filter, without reading a record.
    readers = training.readers(dataset)
    if not readers:
        return [_untrained(training)]
    counted = ["counted", f"counted{ESTIMATE}"] if _estimate(readers) else ["counted"]
    said = [_words(fact, readers) for fact in _facts(dataset, readers)]
    segments = [NOT_IN_SEGMENTS] if all(model.segments for model in readers) else []
    return list(dict.fromkeys([*counted, *said, *segments]))


def asks_of_bulk(dataset: str, training: Training) -> bool:
    """Say whether the effect of a bulk record hangs on what a training knew."""
    facts = [fact for fact in _facts(dataset, training.readers(dataset)) if not fact.put]
    return any(fact.known is not None for fact in facts)


def _effect(dataset: str, training: Training, added: Collection[str]) -> tuple[pl.Expr, pl.Expr]:
    readers = training.readers(dataset)
    if not readers:
        return pl.lit(_untrained(training)), pl.lit(training.first_of(dataset), TIME)
    effect, at = _of_models(dataset, readers)
    # Only user segments tell imports apart by their mode; without them no row is asked for its import.
    if not added or not any(model.segments for model in readers):
        return effect, at
    others = tuple(model for model in readers if not model.segments)
    # Records of INCREMENTAL imports are invisible to segments, but other models read them.
    left_out = (pl.col("ORIGIN") == "bulk") & pl.col("IMPORT").is_in(list(added))
    rest, then = _of_models(dataset, others) if others else (pl.lit(NOT_IN_SEGMENTS), pl.lit(None, TIME))
    return pl.when(left_out).then(rest).otherwise(effect), pl.when(left_out).then(then).otherwise(at)


def _untrained(training: Training) -> str:
    return {"none": "not trained yet", "unknown": "unknown", "trained": NOT_READ}[training.state]


def _of_models(dataset: str, readers: tuple[TrainedModel, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Return effect and time by what some models do with a record."""
    facts = _facts(dataset, readers)
    effect = _choose(facts, lambda fact: pl.lit(_words(fact, readers)))
    at = _choose(facts, lambda fact: _moment(fact.when, readers))
    # The estimate first: what was there at a training that the service tells of is counted for certain.
    for said, moment in ((f"counted{ESTIMATE}", _estimate(readers)), ("counted", _told(readers))):
        if moment is not None:
            time = pl.lit(moment).cast(TIME)
            counted = pl.col("SENT_AT") <= time
            effect = pl.when(counted).then(pl.lit(said)).otherwise(effect)
            at = pl.when(counted).then(time).otherwise(at)
    return effect, at


def _facts(dataset: str, readers: Iterable[TrainedModel]) -> list[EffectFact]:
    """Return the statements about a dataset whose condition some model fulfils."""
    # One model that has the feature is enough: a record counts as soon as it counts anywhere.
    deployed = {"", *(feature for model in readers for feature in model.features)}
    return [fact for fact in FACTS if fact.dataset == dataset and fact.needs in deployed]


def _told(readers: Iterable[TrainedModel]) -> datetime:
    return max(model.at for model in readers)


def _estimate(readers: Iterable[TrainedModel]) -> datetime | None:
    """Return the latest training that is estimated, where none that is told of is later."""
    latest = max(model.latest for model in readers)
    return latest if latest > _told(readers) else None


def _following(readers: Iterable[TrainedModel]) -> TrainedModel | None:
    # The first to be trained, as of what is deployed the first to count.
    scheduled = [model for model in readers if model.following]
    return min(scheduled, key=lambda model: model.following or model.at, default=None)


def _trend_minutes(readers: Iterable[TrainedModel]) -> int:
    return min(model.trend_minutes for model in readers if "trends" in model.features)


def _words(fact: EffectFact, readers: Iterable[TrainedModel]) -> str:
    if fact.when == "trends":
        minutes = _trend_minutes(readers)
        return f"within {minutes // 60} h" if minutes % 60 == 0 else f"within {minutes} min"
    following = _following(readers) if fact.when == "training" else None
    return f"{fact.effect}{ESTIMATE}" if following and following.estimated else fact.effect


def _moment(when: When, readers: Iterable[TrainedModel]) -> pl.Expr:
    if when == "training":
        following = _following(readers)
        return pl.lit(following.following if following else None, TIME)
    if when == "":
        return pl.lit(None, TIME)
    minutes = _trend_minutes(readers) if when == "trends" else _MINUTES.get(when, 0)
    return pl.col("SENT_AT") + timedelta(minutes=minutes)


def _choose(facts: list[EffectFact], value: Callable[[EffectFact], pl.Expr]) -> pl.Expr:
    # From the last to the first, each around the others: then the first that fits is asked first.
    chosen: pl.Expr = pl.lit(None)
    for fact in reversed(facts):
        chosen = pl.when(_fits(fact)).then(value(fact)).otherwise(chosen)
    return chosen


def _fits(fact: EffectFact) -> pl.Expr:
    fits = pl.lit(True)
    if fact.put is not None:
        fits &= (pl.col("ORIGIN") != "bulk") == fact.put
    if fact.known is not None:
        fits &= pl.col(KNOWN) == fact.known
    return fits
