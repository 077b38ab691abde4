"""What a campaign or recommender serves at a moment: which version, which new items, which events since.

Sources: developer guide, use-case-recipe-features (automatic updates), campaigns, maintaining-relevance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.memory import traits
from pdprep.local.memory.models import PreviewModel
from pdprep.local.memory.traits import Traits
from pdprep.local.refusals import Refusal, invalid, missing
from pdprep.local.rows.layers import ALL, AT, SEQ, scan
from pdprep.local.state import ServerState
from pdprep.local.training import subjects, versions, words

LATEST = "/$LATEST"
NOTHING_NEW = pl.DataFrame(schema={"ID": pl.String})


@dataclass(frozen=True)
class Served:
    """What answers a call: the model of a version, its recipe, the settings it is deployed with."""

    arn: str
    version: Resource
    traits: Traits
    model: PreviewModel
    config: dict[str, Any]
    datasets: dict[str, Resource]
    current: bool
    batch: bool = False

    @property
    def upto(self) -> int:
        """The sequence number of the last record that was trained on."""
        return int(self.version.body["upto"])


def find(state: ServerState, arn: str) -> Served:
    """Return what an ACTIVE campaign or recommender serves, or refuse."""
    found = state.resources.get(arn, "campaign", "recommender")
    status = state.resources.status(found)
    if status != "ACTIVE":
        raise invalid(f"The resource {arn} is {status}, it must be ACTIVE.")
    body, of = state.resources.body(found), version(state, found)
    if found.kind == "recommender":
        return _served(state, arn, of, body.get("recommenderConfig") or {}, current=True)
    return _updated(state, _served(state, arn, of, body.get("campaignConfig") or {}, _newest(state, of)))


def of_version(state: ServerState, version: Resource, config: dict[str, Any] | None = None) -> Served:
    """Return what a batch job of a version works with; its configuration is that of the job."""
    return replace(_served(state, version.arn, version, config or {}, _newest(state, version)), batch=True)


def _newest(state: ServerState, version: Resource) -> bool:
    """Say whether a version is the latest full training of its solution: no other updates itself."""
    newest = next(iter(versions.full(state.resources, version.parent)), None)
    return newest is not None and newest.arn == version.arn


def version(state: ServerState, found: Resource) -> Resource:
    """Return the version that a campaign deploys; a recommender is its own."""
    return found if found.kind == "recommender" else state.resources.get(deployed(state, found))


def deployed(state: ServerState, campaign: Resource) -> str:
    """Return the version that a campaign deploys now: the latest, where it follows its solution."""
    body = state.resources.body(campaign)
    follows = (body.get("campaignConfig") or {}).get("syncWithLatestSolutionVersion")
    # Until a newer one is trained, the version that it was made with.
    newest = next(iter(versions.full(state.resources, campaign.parent)), None) if follows else None
    return newest.arn if newest else str(body["solutionVersionArn"])


def horizon(state: ServerState, served: Served) -> float | None:
    """Return until when records of new items are considered (s since 1970); None where they are not.

    Updates of the latest full training alone come every two hours, or as often as the recipe says.
    """
    recipe = served.traits
    if not recipe.updates or not served.current:
        return None
    if recipe.asked and not served.version.body.get("performIncrementalUpdate"):
        return None
    if served.batch:
        # A job of the latest version brings it up to date by itself (how-new-data-influences-batch-...).
        return state.clock.now() if recipe.kind == traits.PERSONAL else None
    # Updates come at fixed times after the training; between two of them nothing new is seen.
    every = state.clock.lasting(_every(served))
    now, trained = state.clock.now(), served.version.body.get("trainedAt", served.version.created)
    return now if not every else trained + math.floor((now - trained) / every) * every


def fresh(state: ServerState, served: Served) -> pl.DataFrame:
    """Return the ids of new items or actions that are considered now, latest first.

    It is the same frame until others are considered.
    """
    moment, last = horizon(state, served), None
    if served.version.body.get("trainingMode") == "UPDATE":
        last = int(served.version.body["itemsUpTo"])
    if moment is None and last is None:
        return NOTHING_NEW
    sources = [served.datasets[kind] for kind in _brings_new(served) if kind in served.datasets]
    seen = tuple(
        (each.arn, state.layers.signature(each.arn), state.layers.latest_at(each.arn, moment or math.inf))
        for each in sources
    )
    made: pl.DataFrame = state.memory.once(
        f"new items of {served.arn}", (served.model.name, last, seen),
        lambda: _fresh(state, served, sources, moment, last),
    )  # fmt: skip
    return made


def _served(state: ServerState, arn: str, version: Resource, config: dict[str, Any], current: bool) -> Served:
    recipe = traits.of(version.body["recipeArn"])
    if "model" not in version.body:
        raise Refusal(
            "InvalidInputException", f"{version.arn} was trained by an older pdprep: train it again."
        )
    model = state.models.get(version.body["model"])
    return Served(arn, version, recipe, model, config, state.datasets(version.family), current)


def _updated(state: ServerState, served: Served) -> Served:
    """Return what is served after an update of Semantic-Similarity: with new items, and changed ones too."""
    moment = horizon(state, served)
    if not served.traits.asked or moment is None:
        return served
    dataset = served.datasets["ITEMS"]
    latest = state.layers.latest_at(dataset.arn, moment)
    if latest <= served.upto:
        return served
    key = (served.model.name, state.layers.signature(dataset.arn), latest)

    def learn() -> PreviewModel:
        with state.layers.kept():
            alike = words.alike(state, dataset, subjects.came(moment))
        return PreviewModel(f"{served.model.name} until {moment}", *alike, served.model.users)

    return replace(served, model=state.memory.once(f"update of {served.arn}", key, learn))


def _every(served: Served) -> float:
    if served.traits.kind != traits.TRENDING:
        return served.traits.updates
    given = (served.version.body.get("solutionConfig") or {}).get("featureTransformationParameters") or {}
    return traits.TRENDS.get(given.get("trend_discovery_frequency", ""), served.traits.updates)


def _brings_new(served: Served) -> tuple[str, ...]:
    if served.traits.kind == traits.ACTIONS:
        return ("ACTIONS", "ACTION_INTERACTIONS")
    return ("ITEMS",) if served.traits.asked else ("ITEMS", "INTERACTIONS")


def _fresh(
    state: ServerState, served: Served, sources: list[Resource], moment: float | None, last: int | None
) -> pl.DataFrame:
    key = "ACTION_ID" if served.traits.kind == traits.ACTIONS else "ITEM_ID"
    found = []
    for dataset in sources:
        with state.layers.reading(dataset.arn, ALL) as snapshot:
            rows = scan(snapshot, state.schema(dataset)).filter(pl.col(SEQ) > served.upto)
            if moment is not None:
                rows = rows.filter(pl.col(AT).fill_null(0.0) <= moment)
            if last is not None:
                rows = rows.filter(pl.col(SEQ) <= last)
            found.append(
                rows.select(ID=key, SEQ=SEQ).drop_nulls().group_by("ID").agg(pl.col("SEQ").max()).collect()
            )
    new = pl.concat(found).group_by("ID").agg(pl.col("SEQ").max())
    # A newer record of an item that was trained makes no new item.
    unknown = new.join(served.model.items.select("ID"), on="ID", how="anti")
    return unknown.sort(["SEQ", "ID"], descending=[True, False]).select("ID")


def resolve(state: ServerState, given: dict[str, Any]) -> Served:
    """Return what the ARN of a runtime request names."""
    arns = [given[name] for name in ("campaignArn", "recommenderArn") if given.get(name)]
    if len(arns) != 1:
        raise invalid("Exactly one of campaignArn and recommenderArn must be given.")
    if state.resources.find(arns[0]) is None:
        raise missing(arns[0])
    return find(state, arns[0])
