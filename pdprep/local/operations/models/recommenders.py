"""Recommenders of Domain dataset groups: made, stopped, started, changed, deleted."""

from __future__ import annotations

from typing import Any

from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import create
from pdprep.local.operations.models import recipes
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import in_use, invalid


@operation("CreateRecommender")
def create_recommender(call: OperationCall) -> dict[str, Any]:
    """Create a recommender for a use case of the group's domain."""
    given, state = call.given, call.state
    group = state.resources.active(given["datasetGroupArn"], "dataset-group")
    # "-": a custom group has no domain, and recipes without one are no use cases.
    if recipes.find(given["recipeArn"]).domain != (group.body.get("domain") or "-"):
        raise invalid(f"The recipe {given['recipeArn']} is not one of the domain of {group.arn}.")
    made = create(
        call, "recommender", f"recommender/{given['name']}", parent=group.arn, datasetGroupArn=group.arn,
        recipeArn=given["recipeArn"], recommenderConfig=given.get("recommenderConfig"),
        upto=state.layers.latest(),
    )  # fmt: skip
    call.launch(made.arn)
    return {"recommenderArn": made.arn}


@operation("UpdateRecommender")
def update_recommender(call: OperationCall) -> dict[str, Any]:
    """Change a recommender's settings."""
    found = call.state.resources.active(call.given["recommenderArn"], "recommender")
    config = {"recommenderConfig": call.given["recommenderConfig"]}
    before = (found.body.get("recommenderConfig") or {}).get("trainingDataConfig")
    call.state.resources.update(found.arn, "latestRecommenderUpdate", config, **config)
    if config["recommenderConfig"].get("trainingDataConfig") not in (None, before):
        # Other columns train it again at once (maintaining-relevance).
        call.state.resources.change(found.arn, columnsChangedAt=call.state.clock.now())
    return {"recommenderArn": found.arn}


@operation("StopRecommender")
def stop_recommender(call: OperationCall) -> dict[str, Any]:
    """Stop an ACTIVE recommender."""
    return _turn(call, "stop", "ACTIVE")


@operation("StartRecommender")
def start_recommender(call: OperationCall) -> dict[str, Any]:
    """Start an INACTIVE recommender."""
    return _turn(call, "start", "INACTIVE")


def _turn(call: OperationCall, name: str, needed: str) -> dict[str, Any]:
    resources = call.state.resources
    found = resources.get(call.given["recommenderArn"], "recommender")
    if resources.status(found) != needed:
        raise in_use(f"The recommender {found.arn} is {resources.status(found)}, it must be {needed}.")
    resources.change(found.arn, turn={"name": name, "since": call.state.clock.now()})
    return {"recommenderArn": found.arn}
