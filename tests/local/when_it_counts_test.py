"""The service's rules of time, seen: what is recommended before and after, by a clock that is moved by hand.

Metadata moves neither popularity nor co-occurrence, so what is changed in an item is seen by filters alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import polars as pl
import pytest

from pdprep.ledger.recipes import recipe
from pdprep.local import running
from pdprep.local.memory import traits
from pdprep.local.recommend import answers
from tests.local.faults_test import admin
from tests.local.recommend_test import ITEMS, NOW, RECIPES, ROLE, USERS, events

HOUR, DAY = 3600, 86_400
PERSONAL = "aws-user-personalization"


class Timed:
    """A group with data, on a clock of its own."""

    def __init__(self, server: Any, lab: Any) -> None:
        self.server, self.lab = server, lab
        self.group = lab.group()
        self.pass_by(5)
        self.datasets = {kind: lab.dataset(kind, self.group) for kind in ("Interactions", "Items", "Users")}
        self.pass_by(5)
        for kind, text in (("Interactions", events()), ("Items", ITEMS), ("Users", USERS)):
            self.load(kind, text)
        self.tracker = lab.tracker(self.group)
        self.pass_by(5)

    def pass_by(self, seconds: float) -> None:
        self.server.advance(seconds)

    def load(self, kind: str, text: str, mode: str = "FULL") -> None:
        job = self.lab.start_import(self.datasets[kind], self.lab.upload(text), mode)
        self.pass_by(5)
        assert self.lab.import_job(job)["status"] == "ACTIVE"

    def solution(self, name: str, **more: Any) -> str:
        given = {"performAutoTraining": False, **more}
        made = self.lab.personalize.create_solution(
            name=self.lab.next("s"), datasetGroupArn=self.group, recipeArn=RECIPES + name, **given
        )
        self.pass_by(5)
        return str(made["solutionArn"])

    def train(self, solution: str) -> str:
        arn = self.lab.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        self.pass_by(5)
        assert self.lab.status("solution_version", arn) == "ACTIVE"
        return str(arn)

    def deploy(self, version: str, **config: Any) -> str:
        made = self.lab.personalize.create_campaign(
            name=self.lab.next("c"), solutionVersionArn=version, campaignConfig=config
        )
        self.pass_by(5)
        return str(made["campaignArn"])

    def campaign(self, name: str, **more: Any) -> str:
        return self.deploy(self.train(self.solution(name, **more)))

    def ids(self, campaign: str, **given: Any) -> list[str]:
        answer = self.lab.client("personalize-runtime").get_recommendations(campaignArn=campaign, **given)
        return [item["itemId"] for item in answer["itemList"]]

    def put(self, user: str, item: str, when: int = NOW + 5000, kind: str = "click") -> None:
        event = {"eventType": kind, "itemId": item, "sentAt": when}
        self.lab.events.put_events(trackingId=self.tracker, userId=user, sessionId="s", eventList=[event])

    def put_item(self, item: str, **properties: Any) -> None:
        entry = {"itemId": item, "properties": json.dumps(properties)}
        self.lab.events.put_items(datasetArn=self.datasets["Items"], items=[entry])

    def versions(self, solution: str) -> int:
        return len(self.lab.personalize.list_solution_versions(solutionArn=solution)["solutionVersions"])


@pytest.fixture
def timed(tmp_path: Path, make_lab: Any) -> Iterator[Timed]:
    with running(tmp_path / "state", clock="manual") as server:
        yield Timed(server, make_lab(server.url))


def test_an_event_counts_at_once_where_the_recipe_is_real_time(timed: Timed) -> None:
    personal, similar = timed.campaign(PERSONAL), timed.campaign("aws-similar-items")
    before = timed.ids(similar, itemId="i0")
    timed.put("newcomer", "j3")
    assert {item[0] for item in timed.ids(personal, userId="newcomer", numResults=4)} == {"j"}
    for n in range(50):
        timed.put(f"mixer{n}", "i0", NOW + 6000 + 2 * n)
        timed.put(f"mixer{n}", "j0", NOW + 6001 + 2 * n)
    assert timed.ids(similar, itemId="i0") == before


def test_bulk_events_count_at_the_next_training(timed: Timed) -> None:
    solution = timed.solution(PERSONAL)
    campaign = timed.deploy(timed.train(solution), syncWithLatestSolutionVersion=True)
    rows = "".join(f"bulk,j{n % 5},click,{NOW + 9000 + n}\n" for n in range(1000))
    timed.load("Interactions", "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n" + rows, "INCREMENTAL")
    timed.pass_by(DAY)
    assert {item[0] for item in timed.ids(campaign, userId="bulk", numResults=2)} == {
        "i",
        "j",
    }  # popular ones
    timed.train(solution)
    assert {item[0] for item in timed.ids(campaign, userId="bulk", numResults=4)} == {"j"}


def test_a_new_item_is_recommended_after_the_update_of_two_hours(timed: Timed) -> None:
    campaign, similar = timed.campaign(PERSONAL), timed.campaign("aws-similar-items")
    timed.put_item("fresh", price=5)
    assert "fresh" not in timed.ids(campaign, userId="u0")
    timed.pass_by(2 * HOUR - 60)
    assert "fresh" not in timed.ids(campaign, userId="u0")
    timed.pass_by(60)
    assert "fresh" in timed.ids(campaign, userId="u0")
    assert "fresh" not in timed.ids(similar, itemId="i0")


def test_older_versions_are_not_updated_and_update_by_hand_is_once(timed: Timed) -> None:
    solution = timed.solution(PERSONAL)
    older = timed.deploy(timed.train(solution))
    timed.train(solution)
    timed.put_item("fresh", price=5)
    timed.pass_by(3 * HOUR)
    assert "fresh" not in timed.ids(older, userId="u0")
    arn = timed.lab.personalize.create_solution_version(solutionArn=solution, trainingMode="UPDATE")
    timed.pass_by(5)
    by_hand = timed.deploy(arn["solutionVersionArn"])
    assert "fresh" in timed.ids(by_hand, userId="u0")
    timed.put_item("later", price=5)
    timed.pass_by(3 * HOUR)
    assert "later" not in timed.ids(by_hand, userId="u0")


def test_a_batch_job_sees_events_after_a_quarter_of_an_hour_and_new_items_at_once(timed: Timed) -> None:
    version, bucket = timed.train(timed.solution(PERSONAL)), timed.lab.bucket()
    timed.lab.s3.put_object(Bucket=bucket, Key="in.json", Body=b'{"userId": "newcomer"}')
    timed.put("newcomer", "j3")
    timed.put_item("fresh", price=5)

    def batch() -> list[str]:
        made = timed.lab.personalize.create_batch_inference_job(
            jobName=timed.lab.next("b"), solutionVersionArn=version, roleArn=ROLE,
            jobInput={"s3DataSource": {"path": f"s3://{bucket}/in.json"}},
            jobOutput={"s3DataDestination": {"path": f"s3://{bucket}/out/"}},
        )  # fmt: skip
        timed.pass_by(5)
        assert timed.lab.status("batch_inference_job", made["batchInferenceJobArn"]) == "ACTIVE"
        text = timed.lab.s3.get_object(Bucket=bucket, Key="out/in.json.out")["Body"].read()
        return list(json.loads(text)["output"]["recommendedItems"])

    before = batch()
    timed.pass_by(15 * 60)
    after = batch()
    assert ("fresh" in before, before[0][0]) == (True, "i")
    assert {item[0] for item in after[:2]} == {"j"}


def test_semantic_similarity_updates_every_half_hour_where_it_is_asked_to(timed: Timed) -> None:
    plain = timed.campaign("aws-semantic-similarity")
    asked = timed.campaign("aws-semantic-similarity", performIncrementalUpdate=True)
    timed.put_item("fresh", price=5)
    timed.pass_by(HOUR / 2)
    assert ("fresh" in timed.ids(plain, itemId="i0"), "fresh" in timed.ids(asked, itemId="i0")) == (
        False,
        True,
    )


def test_trends_follow_all_events_as_often_as_they_are_evaluated(timed: Timed) -> None:
    config = {"featureTransformationParameters": {"trend_discovery_frequency": "30 minutes"}}
    campaign = timed.campaign("aws-trending-now", solutionConfig=config)
    for n in range(30):
        timed.put(f"v{n}", "unseen", NOW + 90_000 + n)
    before = timed.ids(campaign, numResults=1)
    timed.pass_by(HOUR / 2)
    assert (before[0] != "unseen", timed.ids(campaign, numResults=1)) == (True, ["unseen"])


def test_a_new_item_without_events_takes_no_other_s_place_in_trends(timed: Timed) -> None:
    campaign = timed.campaign("aws-trending-now")
    for n in range(30):
        timed.put(f"v{n}", "hot", NOW + 90_000 + n)
    timed.pass_by(2 * HOUR)
    assert timed.ids(campaign, numResults=1) == ["hot"]
    timed.put_item("cold", price=5)
    timed.pass_by(2 * HOUR)
    found = timed.ids(campaign)
    assert (found[0], found.count("cold"), found[-1]) == ("hot", 1, "cold")


def test_a_filter_follows_new_items_that_change_their_order(timed: Timed) -> None:
    campaign = timed.campaign(PERSONAL)
    made = timed.lab.personalize.create_filter(
        name="dear", datasetGroupArn=timed.group, filterExpression="INCLUDE ItemID WHERE Items.PRICE > 8"
    )
    timed.put_item("dear", price=9)
    timed.put_item("cheap", price=1)
    timed.pass_by(2 * HOUR)
    assert timed.ids(campaign, userId="u0", filterArn=made["filterArn"]) == ["dear"]
    timed.put_item("dear", price=9)  # it is the latest of the new ones now, from the next update on
    for _ in range(4):
        timed.pass_by(HOUR / 2)
        assert timed.ids(campaign, userId="u0", filterArn=made["filterArn"]) == ["dear"]


def test_filters_follow_events_at_once_and_the_rest_in_twenty_minutes(timed: Timed) -> None:
    campaign = timed.campaign(PERSONAL)
    arns = {}
    for name, expression in (
        ("seen", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("buy")'),
        ("dear", "EXCLUDE ItemID WHERE Items.PRICE > 50"),
    ):
        arns[name] = timed.lab.personalize.create_filter(
            name=name, datasetGroupArn=timed.group, filterExpression=expression
        )["filterArn"]
    timed.pass_by(20 * 60)
    timed.put("u0", "i1", kind="buy")
    timed.put_item("i2", price=99)
    assert "i1" not in timed.ids(campaign, userId="u0", filterArn=arns["seen"])
    assert "i2" in timed.ids(campaign, userId="u0", filterArn=arns["dear"])
    timed.pass_by(20 * 60 - 1)
    assert "i2" in timed.ids(campaign, userId="u0", filterArn=arns["dear"])
    timed.pass_by(1)
    assert "i2" not in timed.ids(campaign, userId="u0", filterArn=arns["dear"])
    timed.pass_by(93 * DAY)  # filters forget what a user did more than three months ago
    assert "i1" in timed.ids(campaign, userId="u0", filterArn=arns["seen"])


def test_what_the_training_knew_is_known_at_once_and_filters_wait(timed: Timed) -> None:
    lab, runtime = timed.lab, timed.lab.client("personalize-runtime")
    timed.datasets["Actions"] = lab.dataset("Actions", timed.group, REPEAT_FREQUENCY=["long", "null"])
    timed.datasets["Taken"] = lab.dataset("Action_Interactions", timed.group)
    timed.pass_by(5)
    timed.load("Actions", "ACTION_ID,VALUE,LEVEL,REPEAT_FREQUENCY\na,1,1,30\nb,9,2,\n")
    rows = "".join(f"u{n},a,{'Taken' if n % 2 else 'Viewed'},{NOW + n}\n" for n in range(120))
    timed.load("Taken", "USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP\n" + rows)
    campaign = timed.campaign("aws-next-best-action")
    let = lab.personalize.create_filter(
        name="low", datasetGroupArn=timed.group, filterExpression="INCLUDE ActionID WHERE Actions.LEVEL > 1"
    )["filterArn"]
    timed.pass_by(5)

    def ids(**given: Any) -> list[str]:
        found = runtime.get_action_recommendations(campaignArn=campaign, userId="me", **given)
        return [action["actionId"] for action in found["actionList"]]

    assert ids() == ["a", "b"]
    tracker = lab.personalize.describe_dataset(datasetArn=timed.datasets["Taken"])["dataset"]["trackingId"]
    took = {"actionId": "a", "sessionId": "s", "timestamp": time.time(), "eventType": "Taken", "userId": "me"}
    lab.events.put_action_interactions(trackingId=tracker, actionInteractions=[took])
    assert ids() == ["b"]  # within its thirty days, of which the training knew
    # So are an item's metadata beside it, twenty minutes before filters see them.
    version = timed.train(timed.solution(PERSONAL))
    items = timed.deploy(version, enableMetadataWithRecommendations=True)
    shown = runtime.get_recommendations(
        campaignArn=items, userId="u0", numResults=1, metadataColumns={"ITEMS": ["PRICE"]}
    )
    assert shown["itemList"][0]["metadata"]
    assert ids(filterArn=let) == []
    timed.pass_by(20 * 60)
    assert ids(filterArn=let) == ["b"]


def test_automatic_training_comes_with_new_events_alone(timed: Timed) -> None:
    daily = {"autoTrainingConfig": {"schedulingExpression": "rate(1 day)"}}
    solution = timed.solution(PERSONAL, performAutoTraining=True, solutionConfig=daily)
    assert timed.versions(solution) == 0
    timed.pass_by(HOUR)
    assert timed.versions(solution) == 1
    timed.pass_by(3 * DAY)
    assert timed.versions(solution) == 1
    timed.put("u0", "j0")
    timed.pass_by(DAY)
    assert timed.versions(solution) == 2
    timed.pass_by(3 * DAY)
    assert timed.versions(solution) == 2
    [latest, *_] = timed.lab.personalize.list_solution_versions(solutionArn=solution)["solutionVersions"]
    assert (latest["trainingType"], latest["status"]) == ("AUTOMATIC", "ACTIVE")


@pytest.mark.parametrize("turned_on", [False, True])
def test_a_version_that_is_made_within_the_first_hour_stands_for_the_first_training(
    timed: Timed, turned_on: bool
) -> None:
    solution = timed.solution(PERSONAL, performAutoTraining=not turned_on)
    if turned_on:
        timed.train(solution)
        timed.pass_by(DAY)
        timed.put("u0", "j0")
        timed.lab.personalize.update_solution(solutionArn=solution, performAutoTraining=True)
    timed.pass_by(HOUR / 2)
    timed.train(solution)
    by_hand = timed.versions(solution)
    timed.put("u0", "j0")
    timed.pass_by(6 * DAY)
    assert timed.versions(solution) == by_hand
    timed.pass_by(DAY)
    assert timed.versions(solution) == by_hand + 1


def test_automatic_training_that_is_turned_on_begins_within_an_hour(timed: Timed) -> None:
    solution = timed.solution(PERSONAL)
    timed.train(solution)
    timed.pass_by(10 * DAY)
    timed.put("u0", "j0")
    timed.lab.personalize.update_solution(solutionArn=solution, performAutoTraining=True)
    timed.pass_by(HOUR - 10)
    assert timed.versions(solution) == 1
    timed.pass_by(20)
    assert timed.versions(solution) == 2


def test_what_is_changed_in_an_item_moves_semantic_similarity_at_its_update(timed: Timed) -> None:
    campaign = timed.campaign("aws-semantic-similarity", performIncrementalUpdate=True)
    plain = timed.campaign("aws-semantic-similarity")
    timed.put_item("i1", genres="Western", price=1)
    timed.put_item("j4", genres="Western", price=1)
    timed.pass_by(HOUR / 2 - 60)
    before = timed.ids(campaign, itemId="i1", numResults=1)
    timed.pass_by(60)
    assert (before != ["j4"], timed.ids(campaign, itemId="i1", numResults=1)) == (True, ["j4"])
    assert timed.ids(plain, itemId="i1", numResults=1) == before


def test_a_recommender_is_trained_again_every_week(tmp_path: Path, make_lab: Any) -> None:
    with running(tmp_path / "state", clock="manual") as server:
        lab = make_lab(server.url)
        group = lab.group(domain="VIDEO_ON_DEMAND")
        server.advance(5)
        schema = lab.personalize.create_schema(
            name="i", schema=lab.avro("Interactions"), domain="VIDEO_ON_DEMAND"
        )
        dataset = lab.personalize.create_dataset(
            name="d", schemaArn=schema["schemaArn"], datasetGroupArn=group, datasetType="Interactions"
        )["datasetArn"]
        server.advance(5)
        lab.start_import(dataset, lab.upload(events().replace("click", "Watch")))
        tracker = lab.tracker(group)
        server.advance(5)
        arn = lab.personalize.create_recommender(
            name="r", datasetGroupArn=group, recipeArn=RECIPES + "aws-vod-most-popular"
        )["recommenderArn"]
        server.advance(10)
        for n in range(600):
            given = {"eventType": "Watch", "itemId": "j4", "sentAt": NOW + 9000 + n}
            lab.events.put_events(trackingId=tracker, userId=f"v{n}", sessionId="s", eventList=[given])
        runtime = lab.client("personalize-runtime")

        def first() -> str:
            found = runtime.get_recommendations(recommenderArn=arn, userId="u0", numResults=1)["itemList"]
            return str(found[0]["itemId"])

        before = first()
        # As a training has it that waits for its end.
        waiting = server.state.models.write(*[pl.DataFrame({"ID": ["a"]})] * 3)
        server.advance(7 * DAY)
        assert (before != "j4", first()) == (True, "j4")
        kept = {waiting, server.state.resources.get(arn).body["model"]}
        assert {each.name for each in (tmp_path / "state" / "models").iterdir()} == kept


def test_the_admin_path_says_what_serves(timed: Timed) -> None:
    campaign = timed.campaign(PERSONAL)
    timed.put_item("fresh", price=5)
    timed.pass_by(2 * HOUR)
    with urlopen(timed.lab.url + "/_local/serving") as answer:
        found = json.load(answer)["serving"][campaign]
    assert (found["items"], found["newItems"], found["eventsAtOnce"]) == (10, 1, True)


def test_a_kill_while_it_trains_leaves_the_older_version_serving(
    start: Any, tmp_path: Path, make_lab: Any
) -> None:
    with start(tmp_path, "--clock", "instant") as process:
        lab = make_lab(process.url)
        group = lab.group()
        lab.load(lab.dataset("Interactions", group), events())
        made = lab.personalize.create_solution(
            name="s", datasetGroupArn=group, recipeArn=RECIPES + PERSONAL, performAutoTraining=False
        )
        version = lab.personalize.create_solution_version(solutionArn=made["solutionArn"])[
            "solutionVersionArn"
        ]
        campaign = lab.personalize.create_campaign(
            name="c", solutionVersionArn=version, campaignConfig={"syncWithLatestSolutionVersion": True}
        )["campaignArn"]
        given = {"campaignArn": campaign, "userId": "u0"}
        before = lab.client("personalize-runtime").get_recommendations(**given)["itemList"]
        process.kill()
    with start(tmp_path, "--clock", "auto", PDPREP_LOCAL_SPEED="0.05") as process:
        lab = make_lab(process.url, count=9)
        admin(lab, "faults", "POST", operation="write model", crash=True)
        lab.personalize.create_solution_version(solutionArn=made["solutionArn"])
        assert process.ended(60)  # by itself, at the point: the new model is written, and not yet a version's
    assert (process.popen.returncode, models(process.folder)) == (137, 2)
    with start(tmp_path, "--clock", "auto", PDPREP_LOCAL_SPEED="0.05") as process:
        lab = make_lab(process.url, count=19)
        assert lab.client("personalize-runtime").get_recommendations(**given)["itemList"] == before
        found = lab.personalize.list_solution_versions(solutionArn=made["solutionArn"])["solutionVersions"]
        assert sorted(each["status"] == "ACTIVE" for each in found) == [
            False,
            True,
        ]  # the other is begun again


def models(folder: Path) -> int:
    return len(list((folder / "models").iterdir()))


def test_the_tables_of_both_sides_name_the_same_recipes() -> None:
    ours = {row.name: row for row in traits.ROWS if "hrnn" not in row.name}
    for name, row in ours.items():
        features = set(recipe(RECIPES + name).features)
        assert row.realtime == bool(features & {"realtime", "realtime actions"}), name
        assert (row.kind == traits.TRENDING) == ("trends" in features), name
        updates = {
            "new items": 2 * HOUR,
            "new actions": 2 * HOUR,
            "fresh items": HOUR / 2,
            "trends": 2 * HOUR,
        }
        assert row.updates == max((updates[each] for each in features & updates.keys()), default=0), name
    assert answers.RESULTS == 25
