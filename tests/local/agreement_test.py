"""Double entry: the client's EFFECT against what the serving version holds, for random histories.

EFFECT is what the client makes of its ledger and of what the service tells of its trainings; ``unknown`` and
estimates are left out. So are item interactions of Next-Best-Action, of which the preview learns nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pdprep.ledger.effects import NOT_IN_SEGMENTS
from pdprep.ledger.recipes import recipe
from pdprep.local.memory import traits
from pdprep.local.recommend import ranking, serving
from tests.local.recommend_test import RECIPES
from tests.local.sent_history import History
from tests.local.when_it_counts_test import HOUR, PERSONAL, Timed, timed  # noqa: F401 - a fixture

SEMANTIC, ATTRIBUTES, BEST_ACTION = (
    "aws-semantic-similarity", "aws-item-attribute-affinity", "aws-next-best-action",
)  # fmt: skip
AGREED = (
    PERSONAL, "aws-user-personalization-v2", "aws-personalized-ranking", "aws-similar-items", "aws-sims",
    "aws-popularity-count", "aws-trending-now", "aws-item-affinity", ATTRIBUTES, SEMANTIC, BEST_ACTION,
)  # fmt: skip
STEPS = 24
OF_ITEMS = ("event", "event", "item", "item", "events added", "events full", "items added", "items full")
OF_ACTIONS = (
    "action", "action", "taken", "taken", "actions added", "actions full", "taken added", "taken full",
)  # fmt: skip


@pytest.mark.parametrize("name", AGREED)
def test_effect_and_the_serving_version_agree_on_every_record(
    timed: Timed, tmp_path: Path, name: str,  # noqa: F811
) -> None:  # fmt: skip
    chance = random.Random(f"history {name}")
    history = History(timed, tmp_path / "ledger", actions=name == BEST_ACTION)
    more = {"performIncrementalUpdate": True} if name == SEMANTIC else {}
    solution = timed.solution(name, **more)
    version = timed.train(solution)
    campaign = "" if recipe(RECIPES + name).segments else timed.deploy(version)
    seen = set[str]()
    for number in range(STEPS):
        timed.pass_by(chance.choice((0.5, 60, 1800, HOUR, 3 * HOUR)))
        history.send(chance.choice(OF_ACTIONS if name == BEST_ACTION else OF_ITEMS), number, chance)
        if number == STEPS // 2:
            timed.pass_by(5)
            version = timed.train(solution)
            if campaign:
                timed.lab.personalize.update_campaign(campaignArn=campaign, solutionVersionArn=version)
                timed.pass_by(5)
        if number % 4 == 3:
            seen |= set(agree(history, version, campaign))
    assert len(seen) > 1


def test_both_name_the_hour_of_the_first_automatic_training(timed: Timed, tmp_path: Path) -> None:  # noqa: F811
    history = History(timed, tmp_path / "ledger", actions=False)
    solution = timed.solution(PERSONAL, performAutoTraining=True)
    at = history.training().first_of("interactions")
    assert at
    timed.pass_by(at.timestamp() - history.now - 10)
    assert timed.versions(solution) == 0
    timed.pass_by(20)
    assert timed.versions(solution) == 1
    assert history.training().first_of("interactions") is None


def agree(history: History, version: str, campaign: str) -> Iterator[str]:
    """Hold each EFFECT against what is served, and yield it."""
    state, now = history.state, datetime.fromtimestamp(history.now, UTC)
    served = (
        serving.find(state, campaign) if campaign else serving.of_version(state, state.resources.get(version))
    )
    name = served.traits.name
    kinds = ("actions", "action_interactions") if name == BEST_ACTION else ("interactions", "items")
    for kind in set(kinds) & set(recipe(RECIPES + name).reads):
        for row in history.effects(kind):
            effect, passed = row["EFFECT"], row["EFFECT_AT"] is not None and row["EFFECT_AT"] <= now
            holds = HOLDS[kind](history, served, row)
            if effect == "counted" or (effect.startswith(("at once", "within")) and passed):
                assert holds, row
            elif effect in ("next training", NOT_IN_SEGMENTS):
                assert not holds, row
            yield effect


def trained_on(history: History, served: serving.Served, row: dict[str, Any]) -> bool:
    return history.seq(row) <= served.upto


def event_counts(history: History, served: serving.Served, row: dict[str, Any]) -> bool:
    """Say whether an event moves what is served: its user's history, or what is considered."""
    state, item, kind = history.state, row["ITEM_ID"], served.traits.kind
    considered = item in set(ranking.items(served, serving.fresh(state, served))["ID"])
    if kind == traits.TRENDING:
        return considered and row["SENT_AT"].timestamp() <= (serving.horizon(state, served) or 0.0)
    if kind not in (traits.PERSONAL, traits.RANKING, traits.SEGMENTS):
        return trained_on(history, served, row)
    place = served.model.place(item)
    if (
        place is None
    ):  # by bulk too the item may be explored, but of the event nothing is learnt (the same page)
        return considered and row["ORIGIN"] != "bulk"
    if kind == traits.SEGMENTS:
        return place in served.model.history(row["USER_ID"])
    return place in ranking.history(state, served, row["USER_ID"])


def item_counts(history: History, served: serving.Served, row: dict[str, Any]) -> bool:
    """Say whether an item's newest record moves what is served."""
    item, place = row["ITEM_ID"], served.model.place(row["ITEM_ID"])
    if served.traits.name == SEMANTIC:
        twin = served.model.place(row["GENRES"].replace("mark", "twin"))
        return place is not None and twin in dict(served.model.beside(place))
    if served.traits.name == ATTRIBUTES:
        return (
            place is not None and (served.model.items["RECORD"][place] or {}).get("GENRES") == row["GENRES"]
        )
    if place is None:
        return item in set(ranking.items(served, serving.fresh(history.state, served))["ID"])
    # What is new of an item that was known is metadata, and waits for a training.
    return trained_on(history, served, row)


def action_counts(history: History, served: serving.Served, row: dict[str, Any]) -> bool:
    """Say whether an action is shown with the worth of its newest record."""
    shown = ranking.actions(history.state, served, "nobody", history.now)
    return (row["ACTION_ID"], row["VALUE"]) in {
        (each["ID"], each["WORTH"]) for each in shown.iter_rows(named=True)
    }


def taken_counts(history: History, served: serving.Served, row: dict[str, Any]) -> bool:
    """Say whether an event of an action moves its user's scores, or what is considered."""
    action, user = row["ACTION_ID"], row["USER_ID"]
    if served.model.place(action) is None:
        return row["ORIGIN"] != "bulk" and action in set(
            ranking.items(served, serving.fresh(history.state, served))["ID"]
        )
    mine = {event.item for event in ranking.taken(history.state, served, user)}
    return action in mine or trained_on(history, served, row)


HOLDS = {
    "interactions": event_counts, "items": item_counts, "actions": action_counts,
    "action_interactions": taken_counts,
}  # fmt: skip
