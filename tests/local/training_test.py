"""Solutions, campaigns, recommenders, metric attributions: their life cycles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pdprep.local import running
from pdprep.local.life.workers import Workers

RECIPE = "arn:aws:personalize:::recipe/aws-user-personalization-v2"
ROLE = "arn:aws:iam::000000000000:role/r"
METRIC = {"eventType": "click", "metricName": "clicks", "expression": "SAMPLECOUNT()"}


def loaded(lab: Any, text: str, **group: Any) -> str:
    arn = str(lab.group(**group))
    domain = {"domain": group["domain"]} if "domain" in group else {}
    schema = lab.personalize.create_schema(name="inter", schema=lab.avro("Interactions"), **domain)[
        "schemaArn"
    ]
    dataset = lab.personalize.create_dataset(
        name="d", schemaArn=schema, datasetGroupArn=arn, datasetType="Interactions"
    )["datasetArn"]
    lab.load(dataset, text)
    return arn


def solution(lab: Any, group: str, **more: Any) -> str:
    made = lab.personalize.create_solution(
        name=lab.next("solution"), datasetGroupArn=group, recipeArn=RECIPE, performAutoTraining=False, **more
    )
    return str(made["solutionArn"])


def train(lab: Any, arn: str) -> tuple[str, dict[str, Any]]:
    version = lab.personalize.create_solution_version(solutionArn=arn)["solutionVersionArn"]
    found = lab.personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"]
    return version, found


def test_a_solution_is_trained_and_deployed(lab: Any, make_interactions: Any) -> None:
    group = loaded(lab, make_interactions(2000))
    arn = solution(lab, group)
    version, found = train(lab, arn)
    assert (found["status"], found["trainingType"]) == ("ACTIVE", "MANUAL")
    campaign = lab.personalize.create_campaign(name="c", solutionVersionArn=arn + "/$LATEST")["campaignArn"]
    seen = lab.personalize.describe_campaign(campaignArn=campaign)["campaign"]
    assert (seen["solutionVersionArn"], seen["status"]) == (version, "ACTIVE")
    assert (
        lab.personalize.describe_solution(solutionArn=arn)["solution"]["latestSolutionVersion"]["status"]
        == "ACTIVE"
    )
    with pytest.raises(ClientError, match="ResourceInUseException"):
        lab.personalize.delete_solution(solutionArn=arn)
    lab.personalize.delete_campaign(campaignArn=campaign)
    lab.personalize.delete_solution(solutionArn=arn)
    assert lab.personalize.list_solution_versions()["solutionVersions"] == []


def test_the_latest_version_of_a_solution_without_one_is_refused_by_the_name_asked_for(lab: Any) -> None:
    asked = solution(lab, lab.group()) + "/$LATEST"
    with pytest.raises(ClientError, match=re.escape(f"Arn: {asked}")):
        lab.personalize.create_campaign(name="c", solutionVersionArn=asked)


def test_automatic_training_makes_the_first_version(lab: Any, make_interactions: Any) -> None:
    group = loaded(lab, make_interactions(2000))
    made = lab.personalize.create_solution(name="s", datasetGroupArn=group, recipeArn=RECIPE)
    versions = lab.personalize.list_solution_versions(solutionArn=made["solutionArn"])["solutionVersions"]
    assert [(v["trainingType"], v["status"]) for v in versions] == [("AUTOMATIC", "ACTIVE")]


@pytest.mark.parametrize(
    ("rows", "more", "reason"),
    [
        ("".join(f"u{i % 24},i,click,{i}\n" for i in range(1000)), {}, "fewer than 25 users"),
        (
            "".join(f"u{i % 50},i,click,{i // 2}\n" for i in range(1000)),
            {"eventType": "buy"},
            "event type: buy",
        ),
        ("".join(f"u{i % 50},i,click,{i % 500}\n" for i in range(1000)), {}, "fewer than 1000 interactions"),
    ],
)
def test_too_little_data_fails_the_training(lab: Any, rows: str, more: dict[str, str], reason: str) -> None:
    group = loaded(lab, "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n" + rows)
    _, found = train(lab, solution(lab, group, **more))
    assert (found["status"], reason in found["failureReason"]) == ("CREATE FAILED", True)


def test_a_recommender_is_stopped_and_started(lab: Any, make_interactions: Any) -> None:
    group = loaded(lab, make_interactions(2000), domain="VIDEO_ON_DEMAND")
    recipe = "arn:aws:personalize:::recipe/aws-vod-top-picks"
    arn = lab.personalize.create_recommender(name="r", datasetGroupArn=group, recipeArn=recipe)[
        "recommenderArn"
    ]
    seen = [lab.status("recommender", arn)]
    lab.personalize.stop_recommender(recommenderArn=arn)
    seen.append(lab.status("recommender", arn))
    lab.personalize.start_recommender(recommenderArn=arn)
    assert [*seen, lab.status("recommender", arn)] == ["ACTIVE", "INACTIVE", "ACTIVE"]
    with pytest.raises(ClientError, match="InvalidInputException"):
        lab.personalize.create_recommender(name="x", datasetGroupArn=group, recipeArn=RECIPE)


def test_training_takes_longer_than_other_work_and_can_be_stopped(
    tmp_path: Path, make_lab: Any, make_interactions: Any
) -> None:
    with running(tmp_path, clock="instant") as server:
        arn = solution(lab := make_lab(server.url), loaded(lab, make_interactions(2000)))
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url, count=9)
        server.advance(5)
        (one, found), (two, _) = train(lab, arn), train(lab, arn)
        lab.personalize.stop_solution_version_creation(solutionVersionArn=two)
        seen = [found["status"]]
        for seconds in (0.5, 1.0, 1.0):
            server.advance(seconds)
            seen.append(lab.status("solution_version", one))
        assert seen == ["CREATE PENDING", "CREATE IN_PROGRESS", "CREATE IN_PROGRESS", "ACTIVE"]
        assert lab.status("solution_version", two) == "CREATE STOPPED"


def test_a_training_that_a_server_resumes_keeps_its_model(
    tmp_path: Path, make_lab: Any, make_interactions: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, clock="instant") as server:
        arn = solution(lab := make_lab(server.url), loaded(lab, make_interactions(2000)))
        monkeypatch.setattr(server.state.workers, "start", lambda *_: None)  # as if it ended before the job
        version, _ = train(lab, arn)
    resume = Workers.resume

    def resume_and_write(workers: Workers) -> None:
        resume(workers)
        eventually(lambda: list((tmp_path / "models").glob("*/users.parquet")))

    monkeypatch.setattr(Workers, "resume", resume_and_write)
    with running(tmp_path, clock="manual") as server:
        server.advance(60)
        model = server.state.resources.active(version).body["model"]
        assert server.state.models.get(model).users.height == 40


def test_metric_attributions(lab: Any) -> None:
    group = lab.group()
    config = {"roleArn": ROLE, "s3DataDestination": {"path": "s3://bucket/metrics"}}
    given = {"datasetGroupArn": group, "metrics": [METRIC], "metricsOutputConfig": config}
    arn = lab.personalize.create_metric_attribution(name="m", **given)["metricAttributionArn"]
    more = [{**METRIC, "metricName": "views"}]
    lab.personalize.update_metric_attribution(
        metricAttributionArn=arn, addMetrics=more, removeMetrics=["clicks"]
    )
    assert lab.personalize.list_metric_attribution_metrics(metricAttributionArn=arn)["metrics"] == more
    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        lab.personalize.create_metric_attribution(name="n", **given)


def test_a_schema_is_replaced_by_a_wider_one(lab: Any) -> None:
    dataset = lab.dataset("Items")
    lab.load(dataset, "ITEM_ID,GENRES,PRICE\na,A,1\n")
    wider = lab.schema("Items", BRAND=["string", "null"])
    lab.personalize.update_dataset(datasetArn=dataset, schemaArn=wider)
    seen = lab.personalize.describe_dataset(datasetArn=dataset)["dataset"]
    assert (seen["schemaArn"], seen["latestDatasetUpdate"]["status"]) == (wider, "ACTIVE")
    lab.load(dataset, "ITEM_ID,GENRES,PRICE,BRAND\nb,B,2,x\n", "INCREMENTAL")
    assert lab.export(dataset, "BULK")[1:] == [["a", "A", "1.0", ""], ["b", "B", "2.0", "x"]]
    with pytest.raises(ClientError, match="InvalidInputException"):
        lab.personalize.update_dataset(datasetArn=dataset, schemaArn=lab.schema("Items", PRICE="float"))


def test_recipes(lab: Any) -> None:
    names = {recipe["name"] for recipe in lab.personalize.list_recipes(domain="ECOMMERCE")["recipes"]}
    assert "aws-ecomm-recommended-for-you" in names
    assert lab.personalize.describe_recipe(recipeArn=RECIPE)["recipe"]["recipeType"] == "USER_PERSONALIZATION"
