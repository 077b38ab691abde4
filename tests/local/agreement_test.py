"""Double entry: the client's EFFECT against what the serving version holds, for random histories.

Bulk events come by INCREMENTAL imports; ``unknown`` and estimates are left out.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from pdprep.ledger.effects import NOT_IN_SEGMENTS, TrainedModel, Training, effects
from pdprep.ledger.recipes import OF_LATEST, recipe
from pdprep.local.memory import traits
from pdprep.local.recommend import ranking, serving
from tests.local.recommend_test import NOW, RECIPES
from tests.local.when_it_counts_test import HOUR, PERSONAL, Timed, timed  # noqa: F401 - a fixture

AGREED = (
    PERSONAL, "aws-user-personalization-v2", "aws-personalized-ranking", "aws-similar-items", "aws-sims",
    "aws-popularity-count", "aws-trending-now", "aws-item-affinity",
)  # fmt: skip
HEADER = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n"


@pytest.mark.parametrize("name", AGREED)
def test_effect_and_the_serving_version_agree_on_every_record(timed: Timed, name: str) -> None:  # noqa: F811
    chance = random.Random(f"history {name}")
    solution = timed.solution(name)
    version = timed.train(solution)
    segments = recipe(RECIPES + name).segments
    campaign = "" if segments else timed.deploy(version)
    sent: list[dict[str, Any]] = []
    for number in range(24):
        timed.pass_by(chance.choice((0.5, 60, 1800, HOUR, 3 * HOUR)))
        kind = chance.choice(("event", "event", "item", "item", "bulk"))
        item = chance.choice(("i1", "j2", f"new{number}"))
        send(timed, kind, item, number)
        at = timed.server.state.clock.now()
        sent.append({"KIND": kind, "ITEM_ID": item, "USER_ID": f"reader{number}", "AT": at})
        if number == 12 and chance.random() < 0.5:
            timed.pass_by(5)
            version = timed.train(solution)
            if campaign:
                timed.lab.personalize.update_campaign(campaignArn=campaign, solutionVersionArn=version)
                timed.pass_by(5)
    timed.pass_by(chance.choice((60, HOUR)))
    check(timed, name, version, campaign, sent)


def send(timed: Timed, kind: str, item: str, number: int) -> None:  # noqa: F811
    if kind == "item":
        timed.put_item(item, price=1)
    elif kind == "event":
        timed.put(f"reader{number}", item, NOW + 20_000 + number)
    else:
        rows = (f"reader{number},{item},click,{NOW + 20_000 + 1000 * number + n}\n" for n in range(1000))
        timed.load("Interactions", HEADER + "".join(rows), "INCREMENTAL")


def check(timed: Timed, name: str, version: str, campaign: str, sent: list[dict[str, Any]]) -> None:  # noqa: F811
    state, now = timed.server.state, timed.server.state.clock.now()
    of = recipe(RECIPES + name)
    found = state.resources.get(version)
    model = TrainedModel(
        datetime.fromtimestamp(found.created, UTC), of.reads, frozenset(of.features), of.segments
    )
    assert set(OF_LATEST) <= {"new items", "new actions"}
    served = serving.find(state, campaign) if campaign else serving.of_version(state, found)
    trained = set(served.model.items["ID"])
    considered = set(ranking.items(state, served)["ID"])
    for dataset, kinds in (("interactions", ("event", "bulk")), ("items", ("item",))):
        rows = [row for row in sent if row["KIND"] in kinds]
        if dataset not in of.reads or not rows:
            continue
        bulk = pl.col("KIND") == "bulk"
        frame = pl.DataFrame(rows).select(
            "ITEM_ID", "USER_ID", "KIND", ORIGIN=pl.when(bulk).then(pl.lit("bulk")).otherwise(pl.lit("put")),
            IMPORT=pl.when(bulk).then(pl.lit("added")).otherwise(pl.lit("")),
            SENT_AT=(pl.col("AT") * 1_000_000).cast(pl.Int64).cast(pl.Datetime("us", "UTC")),
            __known=pl.col("ITEM_ID").is_in(sorted(trained)),
        )  # fmt: skip
        effect, moment, _ = effects(dataset, Training("trained", (model,)), ["added"])
        for row in frame.with_columns(effect, moment).iter_rows(named=True):
            holds = counts(state, served, row, trained, considered)
            passed = row["EFFECT_AT"] is not None and row["EFFECT_AT"] <= datetime.fromtimestamp(now, UTC)
            if row["EFFECT"] == "counted" or (row["EFFECT"].startswith(("at once", "within")) and passed):
                assert holds, (name, row)
            if row["EFFECT"].startswith("next training") or row["EFFECT"] == NOT_IN_SEGMENTS:
                assert not holds, (name, row)


def counts(state: Any, served: Any, row: dict[str, Any], trained: set[str], considered: set[str]) -> bool:
    """Say whether a record moves what is served: an event its user's history, an item what is considered."""
    item, kind = row["ITEM_ID"], served.traits.kind
    trained_on = bool(row["SENT_AT"].timestamp() <= served.version.created)
    if row["KIND"] == "item":  # what is new of an item that was known is metadata, and waits for a training
        return trained_on if item in trained else item in considered
    if kind == traits.TRENDING:
        evaluated = serving.horizon(state, served) or 0.0
        return item in considered and row["SENT_AT"].timestamp() <= evaluated
    if kind in (traits.PERSONAL, traits.RANKING, traits.SEGMENTS):
        place = served.model.place(item)
        if place is None:
            # By bulk too the item may be explored, but of the event nothing is learnt (the same page).
            return item in considered and row["KIND"] == "event"
        if kind == traits.SEGMENTS:
            return place in served.model.history(row["USER_ID"])
        return place in ranking.history(state, served, row["USER_ID"])
    return trained_on
