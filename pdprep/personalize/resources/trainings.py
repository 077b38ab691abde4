"""What is trained in a dataset group and what is deployed of it, as the service tells it.

The versions that ListSolutionVersions names are the trainings of a solution; none is guessed. Recommenders
are trained again every week, which the service shows nowhere: there the week is an estimate and called one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from pdprep.errors import ServiceError
from pdprep.ledger.effects import TrainedModel, Training
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.recipes import OF_LATEST, TREND_MINUTES, RecipeFacts, recipe
from pdprep.personalize.aws.client import Environment, pages
from pdprep.personalize.resources.ensuring import Group
from pdprep.personalize.resources.polling import describe

WEEK: Final = timedelta(days=7)  # a recommender's; a solution's where it names none. maintaining-relevance
# By then after its creation a solution that trains by itself has begun. solution-config-auto-training
FIRST: Final = timedelta(hours=1)
# A solution trains by itself only if events came since: of items, or of actions where its recipe reads them.
# Source: developer guide, solution-config-auto-training.
FEEDING: Final = ("interactions", "action_interactions")


def training(environment: Environment, group: Group | None, now: datetime, ledger: Ledger) -> Training:
    """Return what is trained in a dataset group.

    A group without any is ``none``; where the service does not say, ``unknown``.
    """
    if group is None:
        return Training("none")
    try:
        found = (*_recommenders(environment, group, now), *_solutions(environment, group, now, ledger))
        first = None if found else _first(environment, group, now, ledger)
    except (ServiceError, KeyError):
        return Training("unknown")
    return Training("trained" if found else "none", found, first)


def _first(
    environment: Environment, group: Group, now: datetime, ledger: Ledger
) -> tuple[datetime, tuple[str, ...]] | None:
    """Return by when the first of a group's solutions trains by itself, and what it reads."""
    coming = []
    for row in pages(environment, "list_solutions", "solutions", datasetGroupArn=group.arn):
        of, at = recipe(row["recipeArn"]), row["creationDateTime"] + FIRST
        found = describe(environment, "solution", row["solutionArn"])
        begun = found.get("latestSolutionVersion")
        if found.get("performAutoTraining") and not begun and at > now and _fed(of, 0.0, ledger):
            coming.append((at, of.reads))
    return min(coming, default=None)


def _recommenders(environment: Environment, group: Group, now: datetime) -> Iterator[TrainedModel]:
    for row in pages(environment, "list_recommenders", "recommenders", datasetGroupArn=group.arn):
        if row["status"] == "ACTIVE":
            of, trained = recipe(row["recipeArn"]), _retrained(environment, row)
            weeks = max(0, (now - trained) // WEEK)
            yield replace(
                _model(trained, of, frozenset(of.features)),
                estimate=trained + weeks * WEEK if weeks else None,
                following=trained + (weeks + 1) * WEEK, estimated=True,
            )  # fmt: skip


def _retrained(environment: Environment, row: dict[str, Any]) -> datetime:
    """Return when a recommender was trained: a change of its columns trains it at once.

    Source: developer guide, maintaining-relevance.
    """
    created: datetime = row["creationDateTime"]
    latest = describe(environment, "recommender", row["recommenderArn"]).get("latestRecommenderUpdate") or {}
    changed = "trainingDataConfig" in latest.get("recommenderConfig", {}) and latest.get("status") == "ACTIVE"
    return max(created, latest["creationDateTime"]) if changed else created


def _solutions(
    environment: Environment, group: Group, now: datetime, ledger: Ledger
) -> Iterator[TrainedModel]:
    for row in pages(environment, "list_solutions", "solutions", datasetGroupArn=group.arn):
        arn = row["solutionArn"]
        versions = pages(environment, "list_solution_versions", "solutionVersions", solutionArn=arn)
        # An update takes new items in; only a full training reads everything again.
        full = [
            each for each in versions if each["status"] == "ACTIVE" and each.get("trainingMode") != "UPDATE"
        ]
        if full:
            latest = max(full, key=lambda each: each["creationDateTime"])
            yield _trained(environment, describe(environment, "solution", arn), latest, now, ledger)


def _trained(
    environment: Environment, solution: dict[str, Any], latest: dict[str, Any], now: datetime, ledger: Ledger
) -> TrainedModel:
    """Return the latest full training of a solution, and what its campaigns do with newer records."""
    of, at = recipe(solution.get("recipeArn", "")), latest["creationDateTime"]
    deployed = {
        str(describe(environment, "campaign", row["campaignArn"])["solutionVersionArn"])
        for row in pages(environment, "list_campaigns", "campaigns", solutionArn=solution["solutionArn"])
        if row["status"] == "ACTIVE"
    }
    newest = bool(deployed & {latest["solutionVersionArn"], f"{solution['solutionArn']}/$LATEST"})
    features = {each for each in of.features if (newest if each in OF_LATEST else deployed)}
    if not solution.get("performIncrementalUpdate"):
        features.discard("fresh items")
    given = solution.get("solutionConfig", {}).get("featureTransformationParameters", {})
    frequency = TREND_MINUTES.get(given.get("trend_discovery_frequency", ""), 120)
    # It trains by itself only where events came since, as far as this ledger knows.
    automatic = solution.get("performAutoTraining") and _fed(of, at.timestamp(), ledger)
    following = at + _every(solution) if automatic else None
    return replace(
        _model(at, of, frozenset(features)), trend_minutes=frequency,
        following=following if following and following > now else None,
    )  # fmt: skip


def _model(at: datetime, of: RecipeFacts, features: frozenset[Any]) -> TrainedModel:
    return TrainedModel(at, of.reads, features, of.segments)


def _fed(of: RecipeFacts, since: float, ledger: Ledger) -> bool:
    return any(ledger.journal.received_since(name, since) for name in FEEDING if name in of.reads)


def _every(solution: dict[str, Any]) -> timedelta:
    """Return how often a solution trains by itself. Source: model, AutoTrainingConfig: rate(n days)."""
    automatic = (solution.get("solutionConfig") or {}).get("autoTrainingConfig") or {}
    number = "".join(filter(str.isdigit, automatic.get("schedulingExpression", "")))
    return timedelta(days=int(number)) if number else WEEK
