"""EFFECT as the service's trainings and deployments make it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep.contract.choices import DatasetType
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from tests.personalize.frames import events, items, prepared

RECIPE = "arn:aws:personalize:::recipe/aws-"
LATER = events(20, first=5000)
NOVEL = LATER.with_columns(ITEM_ID=pl.lit("novel"))


@pytest.fixture
def filled(group: DatasetGroup) -> DatasetGroup:
    group.bulk(prepared(group, events(1200))).wait()
    return group


def train(group: DatasetGroup, recipe: str, deploy: bool = True, **more: Any) -> None:
    """Train a solution and deploy it."""
    client = group.client()
    arn = client.create_solution(
        name=recipe, datasetGroupArn=group.arn, recipeArn=RECIPE + recipe, performAutoTraining=False, **more
    )["solutionArn"]
    version = client.create_solution_version(solutionArn=arn)["solutionVersionArn"]
    if deploy:
        client.create_campaign(name=recipe, solutionVersionArn=version)


def solution(group: DatasetGroup, recipe: str, automatic: str) -> None:
    """Create a solution that trains by itself, at once for the first time."""
    config = {"autoTrainingConfig": {"schedulingExpression": automatic}} if automatic else {}
    group.client().create_solution(
        name=recipe, datasetGroupArn=group.arn, recipeArn=RECIPE + recipe, solutionConfig=config
    )


def in_days(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Let it be so many days later for the client."""
    monkeypatch.setenv("PDPREP_CLOCK", f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}")


def effects(group: DatasetGroup, dataset: DatasetType = "interactions") -> dict[str, str]:
    """Return the effect of the records of each origin."""
    shown = group.records(dataset).frame.select("ORIGIN", "EFFECT").unique().collect()
    return dict(shown.iter_rows())


def test_nothing_was_trained(filled: DatasetGroup) -> None:
    filled.put(prepared(filled, LATER)).wait()
    assert effects(filled) == {"bulk": "not trained yet", "incremental": "not trained yet"}


@pytest.mark.parametrize(
    ("recipe", "deploy", "known", "novel"),
    [
        ("user-personalization-v2", True, "at once", "within 2 h"),
        ("user-personalization-v2", False, "next training", "next training"),
        ("personalized-ranking-v2", True, "at once", "next training"),
        ("sims", True, "next training", "next training"),
    ],
)
def test_events_after_a_training(
    filled: DatasetGroup, recipe: str, deploy: bool, known: str, novel: str
) -> None:
    train(filled, recipe, deploy)
    filled.put(prepared(filled, LATER)).wait()
    assert effects(filled) == {"bulk": "counted", "incremental": known}
    filled.put(prepared(filled, NOVEL)).wait()
    page = filled.records("interactions").page(where=pl.col("ITEM_ID") == "novel")
    assert set(page["EFFECT"]) == {novel}


def test_what_a_training_knew_is_known_after_a_full_import_too(filled: DatasetGroup) -> None:
    train(filled, "user-personalization-v2")
    for rows in (1300, 1400):
        filled.bulk(prepared(filled, events(rows)), replace=True).wait()
    filled.put(prepared(filled, LATER)).wait()
    filled.put(prepared(filled, items("i1", "novel"))).wait()
    assert effects(filled) == {"bulk": "next training", "incremental": "at once"}
    page = filled.records("items").page().select("ITEM_ID", "EFFECT").rows()
    assert page == [("i1", "next training"), ("novel", "within 2 h")]


def test_items_after_a_training(filled: DatasetGroup) -> None:
    train(filled, "user-personalization-v2")
    filled.put(prepared(filled, items("i1", "novel"))).wait()
    page = filled.records("items").page().select("ITEM_ID", "EFFECT").rows()
    assert page == [("i1", "next training"), ("novel", "within 2 h")]


def test_facts_7_an_item_is_counted_by_a_training_that_the_service_names_only(
    filled: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    solution(filled, "user-personalization-v2", automatic="rate(2 days)")
    in_days(monkeypatch, 1)
    filled.put(prepared(filled, items("novel"))).wait()
    in_days(monkeypatch, 30)  # by the schedule it was trained since, but no interactions came
    assert filled.records("items").page().select("EFFECT", "EFFECT_AT").row(0) == ("next training", None)


@pytest.mark.parametrize(("rate", "days"), [("rate(2 days)", 2), ("", 7)])
def test_facts_7_a_solution_trains_by_its_schedule_once_interactions_came(
    filled: DatasetGroup, monkeypatch: pytest.MonkeyPatch, rate: str, days: int
) -> None:
    solution(filled, "similar-items", automatic=rate)
    (version,) = filled.client().list_solution_versions()["solutionVersions"]
    in_days(monkeypatch, 1)
    filled.put(prepared(filled, LATER)).wait()
    page = filled.records("interactions").page(where=pl.col("ORIGIN") == "incremental")
    assert set(page["EFFECT"]) == {"next training"}
    assert set(page["EFFECT_AT"]) == {version["creationDateTime"] + timedelta(days=days)}
    in_days(monkeypatch, 20)  # the day has passed, and no version of that day is listed
    assert set(filled.records("interactions").page(where=pl.col("ORIGIN") != "bulk")["EFFECT_AT"]) == {None}


def test_facts_7_the_week_of_a_recommender_is_an_estimate_until_its_columns_change(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = pdprep.connect("films", "VIDEO_ON_DEMAND")
    watched = events(1200).with_columns(EVENT_TYPE=pl.lit("Watch"))
    shop.bulk(prepared(shop, watched)).wait()
    client, recipe = shop.client(), RECIPE + "vod-most-popular"
    arn = client.create_recommender(name="r", datasetGroupArn=shop.arn, recipeArn=recipe)["recommenderArn"]
    shop.put(prepared(shop, LATER)).wait()
    assert effects(shop) == {"bulk": "counted", "incremental": "next training (estimate)"}
    in_days(monkeypatch, 11)
    assert effects(shop) == {"bulk": "counted", "incremental": "counted (estimate)"}
    client.update_recommender(recommenderArn=arn, recommenderConfig={"minRecommendationRequestsPerSecond": 2})
    assert effects(shop)["incremental"] == "counted (estimate)"
    columns = {"excludedDatasetColumns": {"INTERACTIONS": ["EVENT_VALUE"]}}
    client.update_recommender(recommenderArn=arn, recommenderConfig={"trainingDataConfig": columns})
    assert effects(shop) == {"bulk": "counted", "incremental": "counted"}


@pytest.mark.parametrize(
    ("frequency", "minutes"), [("30 minutes", 30), ("1 hour", 60), ("3 hours", 120), ("", 120)]
)
def test_facts_8_trends_are_evaluated_as_often_as_the_solution_says(
    filled: DatasetGroup, frequency: str, minutes: int
) -> None:
    given = {"trend_discovery_frequency": frequency} if frequency else {}
    train(filled, "trending-now", solutionConfig={"featureTransformationParameters": given})
    filled.put(prepared(filled, NOVEL)).wait()
    filled.bulk(prepared(filled, items("novel"))).wait()
    assert effects(filled, "items") == {"bulk": "not used in training"}
    page = filled.records("interactions").page(where=pl.col("ITEM_ID") == "novel")
    lasting = set((page["EFFECT_AT"] - page["SENT_AT"]).dt.total_minutes())
    assert (lasting, len(set(page["EFFECT"]))) == ({minutes}, 1)


def test_facts_9_next_best_action_takes_up_no_items(filled: DatasetGroup) -> None:
    actions = pl.DataFrame({"ACTION_ID": ["join", "renew"], "COST": [1, 2]})
    filled.bulk(filled.prepare(actions, "actions", metadata={"COST": "COST"})).wait()
    taken = (
        events(1200)
        .rename({"ITEM_ID": "ACTION_ID"})
        .with_columns(ACTION_ID=pl.lit("join"), EVENT_TYPE=pl.lit("Taken"))
    )
    filled.bulk(filled.prepare(taken, "action_interactions")).wait()
    train(filled, "next-best-action")
    filled.put(prepared(filled, items("novel"))).wait()
    assert effects(filled, "items") == {"incremental": "next training"}


@pytest.mark.parametrize(("update", "expected"), [(True, "within 30 min"), (False, "next training")])
def test_facts_10_items_of_semantic_similarity_need_incremental_updates(
    filled: DatasetGroup, update: bool, expected: str
) -> None:
    filled.bulk(prepared(filled, items("i1"))).wait()
    train(filled, "semantic-similarity", performIncrementalUpdate=update)
    filled.put(prepared(filled, items("i1", "novel", genre="Comedy"))).wait()
    assert set(filled.records("items").page()["EFFECT"]) == {expected}


def test_facts_11_what_incremental_imports_brought_never_counts_in_segments(filled: DatasetGroup) -> None:
    filled.bulk(prepared(filled, events(1200, first=5000)), mode="INCREMENTAL").wait()
    train(filled, "item-affinity", deploy=False)
    records = filled.records("interactions")
    counts = {word: records.total(pl.col("EFFECT") == word) for word in ("counted", "never in user segments")}
    assert counts == {"counted": 1200, "never in user segments": 1200}


def test_what_the_service_does_not_tell_is_unknown(filled: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="ListSolutions", code="AccessDeniedException")
    assert effects(filled) == {"bulk": "unknown"}
