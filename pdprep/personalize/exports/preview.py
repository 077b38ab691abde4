"""What the local Personalize recommends now, beside why that may change: a preview, and no model of AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl
from botocore.exceptions import ClientError

from pdprep.errors import GroupError, InputError
from pdprep.ledger import effects
from pdprep.ledger.effects import Training
from pdprep.ledger.recipes import ALL
from pdprep.personalize.aws.client import pages
from pdprep.personalize.resources import trainings
from pdprep.personalize.resources.polling import describe
from pdprep.personalize.resources.target import Target

_ITEMS: Final = {"SOURCE": pl.String, "RECIPE": pl.String, "RANK": pl.Int64, "ITEM_ID": pl.String,
                 "SCORE": pl.Float64, "REASON": pl.String}  # fmt: skip
_CHANGES: Final = {"DATASET": pl.String, "EFFECT": pl.String}


@dataclass(frozen=True)
class Preview:
    """Recommendations of the local Personalize.

    Attributes:
        items: SOURCE (the campaign or recommender), RECIPE, RANK from 1, ITEM_ID, SCORE where there is one,
            REASON where one is given.
        changes: When records that are sent now would change them: DATASET and EFFECT, in the words of
            ``group.records``.
    """

    items: pl.DataFrame
    changes: pl.DataFrame

    def __repr__(self) -> str:
        sources = self.items.group_by("SOURCE", maintain_order=True).agg("ITEM_ID")
        shown = (f"  {source}: {', '.join(ids)}" for source, ids in sources.iter_rows())
        later = (f"  {row['DATASET']}: {row['EFFECT']}" for row in self.changes.iter_rows(named=True))
        said = "a preview of the local Personalize, not what AWS would recommend"
        return "\n".join([said, *shown, "what is sent now counts:", *later])


def preview(target: Target, user: str | None, item: str | None, count: int, now: datetime) -> Preview:
    """Ask every campaign and recommender of a group that can answer for a user, for an item, or for both.

    Raises:
        GroupError: The group lives in AWS, or has nothing that recommends.
        InputError: Neither a user nor an item was given.
    """
    if not target.environment.local:
        raise GroupError(
            f"{target.name} lives in AWS, where a recommendation is yours to ask for and costs",
            "a group of the local Personalize",
            'group.client("personalize-runtime").get_recommendations(campaignArn=..., userId=...)',
        )
    given = {name: str(value) for name, value in (("userId", user), ("itemId", item)) if value is not None}
    if not given:
        raise InputError("neither a user nor an item", "one of them, or both", 'group.preview(user="1")')
    group = target.group()
    sources = list(_sources(target, group.arn)) if group else []
    if not sources:
        raise GroupError(
            f"{target.name} has no campaign and no recommender that is ACTIVE",
            "one to ask",
            "group.client().create_solution(...), create_solution_version(...), create_campaign(...)",
        )
    rows = [row for source in sources for row in _asked(target, source, given, count)]
    training = trainings.training(target.environment, group, now, target.ledger)
    return Preview(pl.DataFrame(rows, schema=_ITEMS), pl.DataFrame(_changes(training), schema=_CHANGES))


def _sources(target: Target, group: str) -> Iterator[dict[str, str]]:
    environment = target.environment
    for row in pages(environment, "list_recommenders", "recommenders", datasetGroupArn=group):
        if row["status"] == "ACTIVE":
            yield {"name": row["name"], "recipe": row["recipeArn"], "recommenderArn": row["recommenderArn"]}
    for solution in pages(environment, "list_solutions", "solutions", datasetGroupArn=group):
        of = describe(environment, "solution", solution["solutionArn"]).get("recipeArn", "")
        for row in pages(environment, "list_campaigns", "campaigns", solutionArn=solution["solutionArn"]):
            if row["status"] == "ACTIVE":
                yield {"name": row["name"], "recipe": of, "campaignArn": row["campaignArn"]}


def _asked(
    target: Target, source: dict[str, str], given: dict[str, str], count: int
) -> Iterator[dict[str, Any]]:
    """Yield what one source recommends; nothing where its recipe asks for something else."""
    arns = {name: arn for name, arn in source.items() if name.endswith("Arn")}
    try:
        answer = target.environment.client("personalize-runtime").get_recommendations(
            **arns, **given, numResults=count
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidInputException":
            return
        raise
    for rank, found in enumerate(answer["itemList"], 1):
        yield {
            "SOURCE": source["name"], "RECIPE": source["recipe"].rpartition("/")[2], "RANK": rank,
            "ITEM_ID": found["itemId"], "SCORE": found.get("score"),
            "REASON": ", ".join(found.get("reason", [])) or None,
        }  # fmt: skip


def _changes(training: Training) -> Iterator[dict[str, str]]:
    for dataset in ALL:
        if training.readers(dataset):
            said = [word for word in effects.words(dataset, training) if not word.startswith("counted")]
            yield {"DATASET": dataset, "EFFECT": ", or ".join(said)}
