"""When a dataset group was last trained and what is deployed, as the service tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pdprep import assumptions
from pdprep.errors import ServiceError
from pdprep.ledger.effects import Training
from pdprep.personalize.clients import World, pages
from pdprep.personalize.polling import describe
from pdprep.personalize.resources import Group


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a recipe or use case does with records that come between two trainings."""

    name: str
    realtime: bool
    updating: bool
    source: str


_PAGE: Final = "how-new-data-influences-recommendations"
RECIPES: Final = (
    Recipe("aws-user-personalization", True, True, _PAGE),
    Recipe("aws-user-personalization-v2", True, True, _PAGE),
    Recipe("aws-personalized-ranking", True, False, _PAGE),
    Recipe("aws-personalized-ranking-v2", True, False, _PAGE),
    Recipe("aws-next-best-action", True, True, _PAGE),
    Recipe("aws-trending-now", False, True, _PAGE),
    Recipe("aws-ecomm-recommended-for-you", True, True, _PAGE),
    Recipe("aws-vod-top-picks", True, True, _PAGE),
    Recipe("aws-vod-trending-now", False, True, _PAGE),
)
_BY_NAME: Final = {recipe.name: recipe for recipe in RECIPES}


def training(world: World, group: Group | None, now: datetime) -> Training:
    """Return the latest full training of a dataset group and what is deployed.

    A group without any is ``none``; where the service does not say, ``unknown``.
    """
    if group is None:
        return Training("none")
    try:
        found = [*_recommenders(world, group), *_solutions(world, group)]
    except (ServiceError, KeyError):
        return Training("unknown")
    if not found:
        return Training("none")
    latest = max((each for each in found if each.at), key=lambda each: each.at or now)
    merged = Training(
        "trained", latest.at, any(each.realtime for each in found), any(each.updating for each in found),
        latest.every,
    )  # fmt: skip
    return merged.as_of(now)


def _recommenders(world: World, group: Group) -> Iterator[Training]:
    every = timedelta(days=assumptions.number("domain_retrain_days"))
    for row in pages(world, "list_recommenders", "recommenders", datasetGroupArn=group.arn):
        if row["status"] == "ACTIVE":
            recipe = _recipe(row["recipeArn"])
            yield Training("trained", row["creationDateTime"], recipe.realtime, recipe.updating, every)


def _solutions(world: World, group: Group) -> Iterator[Training]:
    for row in pages(world, "list_solutions", "solutions", datasetGroupArn=group.arn):
        arn = row["solutionArn"]
        versions = pages(world, "list_solution_versions", "solutionVersions", solutionArn=arn)
        full = [each for each in versions if _fully_trained(each)]
        if full:
            yield _trained(world, arn, max(full, key=lambda each: each["creationDateTime"]))


def _fully_trained(version: dict[str, Any]) -> bool:
    return version["status"] == "ACTIVE" and version.get("trainingMode") != "UPDATE"


def _trained(world: World, arn: str, latest: dict[str, Any]) -> Training:
    """Return the latest full training of a solution, and what its campaigns do with newer records."""
    solution = describe(world, "solution", arn)
    recipe = _recipe(solution.get("recipeArn", ""))
    deployed = set(_deployed(world, arn))
    # Only the latest fully trained version takes new items up every two hours.
    updating = recipe.updating and latest["solutionVersionArn"] in deployed
    realtime = recipe.realtime and bool(deployed)
    return Training("trained", latest["creationDateTime"], realtime, updating, _every(solution))


def _deployed(world: World, solution: str) -> Iterator[str]:
    for row in pages(world, "list_campaigns", "campaigns", solutionArn=solution):
        if row["status"] == "ACTIVE":
            yield str(describe(world, "campaign", row["campaignArn"])["solutionVersionArn"])


def _every(solution: dict[str, Any]) -> timedelta | None:
    """Return how often a solution trains by itself. Source: model, AutoTrainingConfig: rate(n day)."""
    automatic = solution.get("solutionConfig", {}).get("autoTrainingConfig", {})
    number = "".join(filter(str.isdigit, automatic.get("schedulingExpression", "")))
    return timedelta(days=int(number)) if solution.get("performAutoTraining") and number else None


_PLAIN: Final = Recipe("", False, False, _PAGE)


def _recipe(arn: str) -> Recipe:
    return _BY_NAME.get(arn.rpartition("/")[2], _PLAIN)
