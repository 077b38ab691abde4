"""When a record counts: the statements of the guide, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pdprep import assumptions
from pdprep.contract import catalogue
from pdprep.ledger import filters
from pdprep.ledger.effects import FACTS, KNOWN, SUBJECTS, TrainedModel, Training, effects, words
from pdprep.ledger.recipes import RECIPES, recipe

TRAINED = datetime(2026, 1, 10, tzinfo=UTC)
LATER = TRAINED + timedelta(hours=1)
WEEK = timedelta(days=7)


def model(name: str, **more: object) -> TrainedModel:
    """Return a model of a recipe, deployed, as its row says."""
    of = recipe(name)
    made = TrainedModel(TRAINED, of.reads, frozenset(of.features), of.segments)
    return replace(made, **more)  # type: ignore[arg-type]  # names are checked by replace itself


def trained(*models: TrainedModel) -> Training:
    return Training("trained", models)


REALTIME = trained(model("aws-user-personalization-v2", following=TRAINED + WEEK))
PLAIN = trained(TrainedModel(TRAINED))
TRENDS = trained(model("aws-trending-now"))
ACTIONS = trained(model("aws-next-best-action"))
SEMANTIC = trained(model("aws-semantic-similarity"))
SEGMENTS = trained(model("aws-item-affinity"))


def effect(
    dataset: str, training: Training, origin: str, known: bool = True, sent: datetime = LATER
) -> tuple[str, datetime | None]:
    """Return EFFECT and EFFECT_AT of one record."""
    row = {"ORIGIN": [origin], "SENT_AT": [sent], KNOWN: [known], "IMPORT": ["added"]}
    found = pl.DataFrame(row).select(effects(dataset, training, ["added"])[:2]).row(0)
    assert found[0] in words(dataset, training)
    return found[0], found[1]


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
    training = ACTIONS if "action" in dataset else REALTIME
    assert effect(dataset, training, origin, True, TRAINED - WEEK) == ("counted", TRAINED)


@pytest.mark.parametrize(
    ("training", "expected"), [(Training("none"), "not trained yet"), (Training("unknown"), "unknown")]
)
def test_without_a_training(training: Training, expected: str) -> None:
    assert effect("items", training, "bulk") == (expected, None)


@pytest.mark.parametrize("dataset", SUBJECTS)
@pytest.mark.parametrize("origin", ["bulk", "incremental"])
def test_facts_6_filters_see_put_events_within_seconds_and_the_rest_within_20_minutes(
    dataset: str, origin: str
) -> None:
    frame = pl.DataFrame({"ORIGIN": [origin], "SENT_AT": [LATER]})
    shown = frame.select(effects(dataset, Training("none"))[2])["FILTERS_AT"].item()
    events = dataset in ("interactions", "action_interactions") and origin == "incremental"
    assert shown == LATER + timedelta(minutes=0 if events else 20)


def test_facts_6_that_two_pages_differ_is_an_assumption_and_both_are_shown() -> None:
    row = next(row for row in assumptions.ROWS if row.name == "filter_minutes")
    assert (row.value, "seconds" in row.says) == (20, True)
    assert "incremental-data-updates" in row.source
    assert "seconds, at most 20 minutes" in filters.seen("interactions")


@pytest.mark.parametrize(
    ("dataset", "latest", "months"), [("interactions", 100, 3), ("action_interactions", 300, None)]
)
def test_facts_missing_1_filters_look_at_the_latest_events_of_a_user(
    dataset: str, latest: int, months: int | None
) -> None:
    found, said = filters.FILTERS[dataset], filters.seen(dataset)
    assert (found.latest, found.months) == (latest, months)
    assert f"the latest {latest}" in said
    assert ("3 months after" in said) == bool(months)


def test_facts_7_a_week_that_the_service_tells_nowhere_is_called_an_estimate() -> None:
    weekly = trained(
        model("aws-vod-top-picks", estimate=TRAINED + WEEK, following=TRAINED + 2 * WEEK, estimated=True)
    )
    assert effect("items", weekly, "bulk", sent=TRAINED) == ("counted", TRAINED)
    assert effect("items", weekly, "bulk") == ("counted (estimate)", TRAINED + WEEK)
    late = TRAINED + WEEK + timedelta(hours=1)
    assert effect("items", weekly, "bulk", sent=late) == ("next training (estimate)", TRAINED + 2 * WEEK)


@pytest.mark.parametrize("name", ["aws-trending-now", "aws-vod-trending-now"])
@pytest.mark.parametrize("minutes", [30, 60, 120])
@pytest.mark.parametrize("origin", ["bulk", "incremental"])
@pytest.mark.parametrize("known", [True, False])
def test_facts_8_trends_are_of_interactions_by_either_route(
    name: str, minutes: int, origin: str, known: bool
) -> None:
    training = trained(model(name, trend_minutes=minutes))
    said = {30: "within 30 min", 60: "within 1 h", 120: "within 2 h"}[minutes]
    assert effect("interactions", training, origin, known) == (said, LATER + timedelta(minutes=minutes))


@pytest.mark.parametrize("known", [True, False])
def test_facts_8_items_never_count_for_trends(known: bool) -> None:
    assert effect("items", TRENDS, "bulk", known, TRAINED - WEEK) == ("not used in training", None)
    assert effect("items", TRENDS, "incremental", known) == ("not used in training", None)


@pytest.mark.parametrize("dataset", ["actions", "action_interactions"])
def test_facts_9_actions_count_by_next_best_action_only(dataset: str) -> None:
    for row in RECIPES:
        said = {effect(dataset, trained(model(row.name)), "incremental", known)[0] for known in (True, False)}
        assert (said == {"not used in training"}) == (row.name != "aws-next-best-action"), row.name
    assert effect(dataset, ACTIONS, "incremental", False)[0] == "within 2 h"


def test_facts_9_new_items_are_taken_up_by_item_recipes_only() -> None:
    assert effect("items", ACTIONS, "incremental", False) == ("next training", None)
    both = trained(*ACTIONS.models, *REALTIME.models)
    assert effect("items", both, "incremental", False)[0] == "within 2 h"


@pytest.mark.parametrize("known", [True, False])
def test_facts_10_items_of_semantic_similarity_count_in_half_an_hour(known: bool) -> None:
    assert effect("items", SEMANTIC, "bulk", known) == ("within 30 min", LATER + timedelta(minutes=30))


@pytest.mark.parametrize("dataset", ["interactions", "items", "users"])
def test_facts_11_incremental_imports_never_count_in_user_segments(dataset: str) -> None:
    for sent in (TRAINED - WEEK, LATER):
        assert effect(dataset, SEGMENTS, "bulk", sent=sent) == ("never in user segments", None)
    assert effect(dataset, SEGMENTS, "incremental", sent=TRAINED - WEEK) == ("counted", TRAINED)


def test_facts_11_another_recipe_counts_them() -> None:
    both = trained(*SEGMENTS.models, model("aws-similar-items", at=TRAINED - 2 * WEEK))
    assert effect("items", both, "bulk", sent=TRAINED - WEEK) == ("next training", None)
    assert effect("items", both, "bulk", sent=TRAINED - 3 * WEEK)[0] == "counted"


def test_every_condition_of_a_fact_is_of_some_recipe() -> None:
    offered = {feature for row in RECIPES for feature in row.features}
    assert {fact.needs for fact in FACTS} - {""} == offered
    assert all(row.source and set(row.reads) <= set(catalogue.DATASETS) for row in RECIPES)


def test_every_dataset_ends_in_a_fact_without_conditions() -> None:
    last = {fact.dataset: fact for fact in FACTS}
    assert {(fact.put, fact.known, fact.needs) for fact in last.values()} == {(None, None, "")}
    assert all(fact.source for fact in FACTS)
