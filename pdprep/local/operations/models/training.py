"""Solutions, solution versions and campaigns: their life and times."""

from __future__ import annotations

import re
from typing import Any

from pdprep.local.life.ids import Ids
from pdprep.local.life.kinds import KINDS
from pdprep.local.life.resources import WAITING, Resource
from pdprep.local.memory import traits
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import check_finished, create, listing
from pdprep.local.operations.models import recipes
from pdprep.local.operations.registry import operation
from pdprep.local.recommend import quality, serving
from pdprep.local.refusals import in_use, invalid, missing

LATEST = "/$LATEST"
RATE = re.compile(r"rate\((\d+) days?\)")
MOST_DAYS = 30  # solution-config-auto-training
DEFAULT_RATE = "rate(7 days)"
# API_CreateSolutionVersion, API_CreateSolution
UPDATING = ("aws-user-personalization", "aws-hrnn-coldstart")
INCREMENTAL = ("aws-semantic-similarity",)


@operation("CreateSolution")
def create_solution(call: OperationCall) -> dict[str, Any]:
    """Create a solution; with automatic training, the default, a first version follows within an hour."""
    given, state = call.given, call.state
    group = state.resources.active(given["datasetGroupArn"], "dataset-group")
    if not given.get("recipeArn"):
        raise invalid("A recipeArn is needed; the local Personalize provides no AutoML.")
    recipe = recipes.find(given["recipeArn"])
    _check_incremental(recipe.name, given)
    automatic = given.get("performAutoTraining", True)
    names = ("recipeArn", "eventType", "performIncrementalUpdate")
    body: dict[str, Any] = {name: given.get(name) for name in names}
    body["solutionConfig"] = _scheduled(given.get("solutionConfig", {}), automatic)
    solution = create(
        call, "solution", f"solution/{given['name']}", parent=group.arn, datasetGroupArn=group.arn,
        performHPO=given.get("performHPO", False), performAutoML=False, performAutoTraining=automatic, **body,
    )  # fmt: skip
    if automatic and not state.clock.lasting(traits.FIRST_TRAINING):  # an instant clock waits no hour
        train(call, solution, "AUTOMATIC", given.get("name", ""))
    return {"solutionArn": solution.arn}


@operation("CreateSolutionVersion")
def create_version(call: OperationCall) -> dict[str, Any]:
    """Train a version by hand.

    The guide asks to wait until the solution is ACTIVE; AWS's samples do not.
    """
    resources = call.state.resources
    ready = resources.active if call.state.settings.strict else resources.begun
    solution = ready(call.given["solutionArn"], "solution")
    if call.given.get("trainingMode") == "UPDATE":
        _check_update(call, solution)
    return {"solutionVersionArn": train(call, solution, "MANUAL", call.given.get("name", "")).arn}


@operation("StopSolutionVersionCreation")
def stop_version(call: OperationCall) -> dict[str, Any]:
    """Stop a training that is pending or in progress."""
    resources = call.state.resources
    version = resources.get(call.given["solutionVersionArn"], "solution-version")
    if version.work != WAITING or version.body.get("turn"):
        raise in_use(f"The solution version {version.arn} is {resources.status(version)}.")
    resources.change(version.arn, turn={"name": "halt", "since": call.state.clock.now()})
    return {}


@operation("DescribeSolution")
def describe_solution(call: OperationCall) -> dict[str, Any]:
    """Describe a solution with its latest version."""
    resources = call.state.resources
    solution = resources.get(call.given["solutionArn"], "solution")
    versions = resources.list("solution-version", parent=solution.arn)
    latest = resources.view(versions[0]) if versions else None
    return {"solution": {**resources.view(solution), "latestSolutionVersion": latest}}


@operation("ListSolutionVersions")
def list_versions(call: OperationCall) -> dict[str, Any]:
    """List versions; a solution that is not there is an error of this list only."""
    if arn := call.given.get("solutionArn"):
        call.state.resources.get(arn, "solution")
    return listing(KINDS["solution-version"])(call)


@operation("UpdateSolution")
def update_solution(call: OperationCall) -> dict[str, Any]:
    """Change how a solution trains: the parts of its configuration that are given replace those it has."""
    given = call.given
    solution = call.state.resources.active(given["solutionArn"], "solution")
    _check_incremental(solution.body["recipeArn"].rpartition("/")[2], given)
    names = ("performAutoTraining", "performIncrementalUpdate")
    body = {name: given[name] for name in names if name in given}
    summary = {**body, "solutionUpdateConfig": given.get("solutionUpdateConfig")}
    config = {**(solution.body.get("solutionConfig") or {}), **given.get("solutionUpdateConfig", {})}
    was = solution.body["performAutoTraining"]
    automatic = body.get("performAutoTraining", was)
    if automatic and not was:  # the schedule counts from here, not from the creation
        body["automaticSince"] = call.state.clock.now()
    body["solutionConfig"] = _scheduled(config, automatic)
    call.state.resources.update(solution.arn, "latestSolutionUpdate", summary, **body)
    return {"solutionArn": solution.arn}


@operation("DeleteSolution")
def delete_solution(call: OperationCall) -> dict[str, Any]:
    """Delete a solution with its versions; campaigns must be gone."""
    resources = call.state.resources
    solution = resources.get(call.given["solutionArn"], "solution")
    check_finished(call, solution)
    for campaign in resources.list("campaign", parent=solution.arn):
        raise in_use(f"The solution {solution.arn} is used by the campaign {campaign.arn}.")
    if any(version.work == WAITING for version in resources.list("solution-version", parent=solution.arn)):
        raise in_use(f"A version of the solution {solution.arn} is being trained.")
    resources.delete(solution.arn)
    return {}


@operation("GetSolutionMetrics")
def metrics(call: OperationCall) -> dict[str, Any]:
    """Return the metrics of the preview."""
    version = call.state.resources.active(call.given["solutionVersionArn"], "solution-version")
    served = serving.of_version(call.state, version)
    return {"solutionVersionArn": version.arn, "metrics": quality.metrics(call.state, served)}


@operation("CreateCampaign")
def create_campaign(call: OperationCall) -> dict[str, Any]:
    """Deploy a solution version."""
    given = call.given
    version = _version(call, given["solutionVersionArn"])
    if traits.of(version.body["recipeArn"]).kind == traits.SEGMENTS:
        raise invalid("Solutions for user segments are not deployed; create a batch segment job.")
    body = {name: given.get(name) for name in ("minProvisionedTPS", "campaignConfig")}
    made = create(
        call, "campaign", f"campaign/{given['name']}", parent=version.parent, family=version.family,
        solutionVersionArn=version.arn, **body,
    )  # fmt: skip
    return {"campaignArn": made.arn}


@operation("UpdateCampaign")
def update_campaign(call: OperationCall) -> dict[str, Any]:
    """Deploy another version, or change a campaign's settings."""
    given = call.given
    campaign = call.state.resources.active(given["campaignArn"], "campaign")
    names = ("solutionVersionArn", "minProvisionedTPS", "campaignConfig")
    body = {name: given[name] for name in names if name in given}
    if "solutionVersionArn" in body:
        body["solutionVersionArn"] = _version(call, body["solutionVersionArn"]).arn
    call.state.resources.update(campaign.arn, "latestCampaignUpdate", body, **body)
    return {"campaignArn": campaign.arn}


def _scheduled(config: dict[str, Any], automatic: bool) -> dict[str, Any] | None:
    """Return a configuration with its training frequency, seven days where none was asked for."""
    wanted = config.get("autoTrainingConfig", {}).get("schedulingExpression")
    if wanted:
        match = RATE.fullmatch(wanted)
        if match is None or not 1 <= int(match[1]) <= MOST_DAYS:
            raise invalid(f"The scheduling expression must be rate(n days) with n from 1 to {MOST_DAYS}.")
    elif automatic:
        config = {**config, "autoTrainingConfig": {"schedulingExpression": DEFAULT_RATE}}
    return config or None


def _check_incremental(recipe: str, given: dict[str, Any]) -> None:
    if given.get("performIncrementalUpdate") and recipe not in INCREMENTAL:
        raise invalid(f"performIncrementalUpdate is for solutions of {', '.join(INCREMENTAL)} alone.")


def _check_update(call: OperationCall, solution: Resource) -> None:
    resources = call.state.resources
    if solution.body["recipeArn"].rpartition("/")[2] not in UPDATING:
        raise invalid(f"The training mode UPDATE is for solutions of {' and '.join(UPDATING)} alone.")
    versions = resources.list("solution-version", parent=solution.arn)
    full = (each for each in versions if each.body["trainingMode"] == "FULL")
    if not any(resources.status(each) == "ACTIVE" for each in full):
        raise invalid("The training mode UPDATE needs an ACTIVE version that was trained with FULL.")


def train(call: OperationCall, solution: Resource, kind: str, name: str, at: float = 0.0) -> Resource:
    """Create a version of a solution, now or at a moment that has been (s since 1970)."""
    tail = f"solution/{solution.name}/{Ids.fresh()[:8]}"
    kept = (
        "recipeArn", "eventType", "solutionConfig", "performHPO", "performAutoML", "datasetGroupArn",
        "performIncrementalUpdate",
    )  # fmt: skip
    version = create(
        call, "solution-version", tail, parent=solution.arn, family=solution.family, solutionArn=solution.arn,
        trainingMode=call.given.get("trainingMode", "FULL"), trainingType=kind, at=at,
        upto=call.state.layers.latest(),
        **{member: solution.body.get(member) for member in kept},
    )  # fmt: skip
    call.launch(version.arn)
    return version


@operation("DescribeCampaign")
def describe_campaign(call: OperationCall) -> dict[str, Any]:
    """Describe a campaign with the version that it deploys now."""
    resources = call.state.resources
    found = resources.get(call.given["campaignArn"], "campaign")
    version = serving.deployed(call.state, found)
    return {"campaign": {**resources.view(found), "solutionVersionArn": version}}


def _version(call: OperationCall, arn: str) -> Resource:
    resources = call.state.resources
    if not arn.endswith(LATEST):
        return resources.active(arn, "solution-version")
    for version in resources.list("solution-version", parent=arn.removesuffix(LATEST)):
        if resources.status(version) == "ACTIVE":
            return version
    raise missing(arn)
