"""EFFECT as the service's trainings and deployments make it."""

from __future__ import annotations

import polars as pl
import pytest

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


def train(group: DatasetGroup, recipe: str, deploy: bool = True) -> None:
    """Train a solution and deploy it."""
    client = group.client()
    arn = client.create_solution(
        name=recipe, datasetGroupArn=group.arn, recipeArn=RECIPE + recipe, performAutoTraining=False
    )["solutionArn"]
    version = client.create_solution_version(solutionArn=arn)["solutionVersionArn"]
    if deploy:
        client.create_campaign(name=recipe, solutionVersionArn=version)


def effects(group: DatasetGroup, dataset: str = "interactions") -> dict[str, str]:
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


def test_items_after_a_training(filled: DatasetGroup) -> None:
    train(filled, "user-personalization-v2")
    filled.put(prepared(filled, items("i1", "novel"))).wait()
    page = filled.records("items").page().select("ITEM_ID", "EFFECT").rows()
    assert page == [("i1", "next training"), ("novel", "within 2 h")]


def test_what_the_service_does_not_tell_is_unknown(filled: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="ListSolutions", code="AccessDeniedException")
    assert effects(filled) == {"bulk": "unknown"}
