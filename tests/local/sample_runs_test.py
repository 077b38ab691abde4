"""The calls of AWS's sample notebooks in their order, recommendations included, on data of their columns.

Every sleep of a sample moves the clock; nothing else does, so what a sample calls in one breath comes in one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pdprep.local import running

RECIPE, ROLE = "arn:aws:personalize:::recipe/", "arn:aws:iam::000000000000:role/p"
START, MINUTE = 1_700_000_000, 60
METRICS = ["coverage", "mean_reciprocal_rank_at_25"]
METRICS += [f"{name}_at_{size}" for name in ("normalized_discounted_cumulative_gain", "precision")
            for size in (5, 10, 25)]  # fmt: skip
Rows = dict[str, list[Any]]
Fields = dict[str, Any]
TEXT: Fields = {"type": "string"}
CATEGORY: Fields = {"type": ["null", "string"], "categorical": True}
LONG, FLOAT = {"type": "long"}, {"type": ["null", "float"]}
EVENTS = {"USER_ID": TEXT, "ITEM_ID": TEXT, "EVENT_TYPE": TEXT, "TIMESTAMP": LONG}
ITEMS = {"ITEM_ID": TEXT, "GENRES": CATEGORY, "PRICE": FLOAT, "CREATION_TIMESTAMP": LONG}
USERS = {"USER_ID": TEXT, "GENDER": CATEGORY}


def events(kind: str = "View", count: int = 1500, **more: str) -> Rows:
    """Forty users in two camps: the even ones meet even items."""
    number = range(count)
    item = [str((n % 40) % 2 + 2 * ((n // 40 + n * n) % 10)) for n in number]
    rows: Rows = {"USER_ID": [str(n % 40) for n in number], "ITEM_ID": item, "EVENT_TYPE": [kind] * count,
            "TIMESTAMP": [START + 30 * n for n in number]}  # fmt: skip
    return {**rows, **{name: [value] * count for name, value in more.items()}}


def items() -> Rows:
    number = range(20)
    genres = ["Drama" if n % 2 else "Action|Sci-Fi" for n in number]
    return {"ITEM_ID": list(number), "GENRES": genres, "PRICE": [n + 0.5 for n in number],
            "CREATION_TIMESTAMP": [START - 1000 * n for n in number]}  # fmt: skip


SHELVES = ({**ITEMS, "CATEGORY_L1": CATEGORY}, {**items(), "CATEGORY_L1": ["books"] * 20})


class Notebook:
    """Somebody who runs a sample: creates, waits by describing once a minute, asks."""

    def __init__(self, server: Any, lab: Any) -> None:
        self.server, self.lab, self.calls = server, lab, lab.personalize
        self.group, self.datasets = "", dict[str, str]()

    def begin(self, domain: str = "", **tables: tuple[Fields, Rows]) -> None:
        """Make a group, its datasets, and import a CSV into each."""
        more = {"domain": domain} if domain else {}
        self.group = self.wait("dataset_group", self.lab.group(self.lab.next("sample"), **more))
        for kind, (fields, rows) in tables.items():
            avro = {"type": "record", "name": kind, "version": "1.0",
                    "fields": [{"name": name, **field} for name, field in fields.items()]}  # fmt: skip
            schema = self.calls.create_schema(name=self.lab.next(kind), schema=json.dumps(avro), **more)
            made = self.calls.create_dataset(
                name=kind, schemaArn=schema["schemaArn"], datasetGroupArn=self.group, datasetType=kind.upper()
            )
            self.datasets[kind] = self.wait("dataset", made["datasetArn"])
            self.load(kind, rows)

    def load(self, kind: str, rows: Rows, mode: str = "FULL", **more: Any) -> None:
        lines = [
            ",".join(rows),
            *(",".join(str(cell) for cell in row) for row in zip(*rows.values(), strict=True)),
        ]
        place = self.lab.upload("\n".join(lines) + "\n")
        made = self.calls.create_dataset_import_job(
            jobName=self.lab.next("import"), datasetArn=self.datasets[kind], roleArn=ROLE,
            dataSource={"dataLocation": place}, importMode=mode, **more,
        )  # fmt: skip
        self.wait("dataset_import_job", made["datasetImportJobArn"])

    def wait(self, kind: str, arn: str) -> str:
        while (status := self.lab.status(kind, arn)) != "ACTIVE":
            assert "FAILED" not in status, status
            self.server.advance(MINUTE)
        return arn

    def recommender(self, name: str) -> str:
        made = self.calls.create_recommender(name=name, recipeArn=RECIPE + name, datasetGroupArn=self.group)[
            "recommenderArn"
        ]
        return self.wait("recommender", made)

    def version(self, recipe: str, **more: Any) -> str:
        """Create a solution and a version of it in one breath, as several samples do."""
        solution = self.calls.create_solution(
            name=self.lab.next("s"), datasetGroupArn=self.group, recipeArn=RECIPE + recipe, **more
        )["solutionArn"]
        made = self.calls.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        return self.wait("solution_version", made)

    def campaign(self, version: str, **config: Any) -> str:
        made = self.calls.create_campaign(
            name=self.lab.next("c"), solutionVersionArn=version, minProvisionedTPS=1, campaignConfig=config
        )
        return self.wait("campaign", made["campaignArn"])

    def filter(self, expression: str) -> str:
        made = self.calls.create_filter(
            name=self.lab.next("f"), datasetGroupArn=self.group, filterExpression=expression
        )
        return self.wait("filter", made["filterArn"])

    def tracker(self) -> str:
        made = self.calls.create_event_tracker(name="tracker", datasetGroupArn=self.group)
        self.wait("event_tracker", made["eventTrackerArn"])
        return str(made["trackingId"])

    def ids(self, arn: str, **given: Any) -> list[str]:
        member = "recommenderArn" if ":recommender/" in arn else "campaignArn"
        answer = self.lab.client("personalize-runtime").get_recommendations(**{member: arn}, **given)
        return [each["itemId"] for each in answer["itemList"]]

    def put(self, tracker: str, **event: Any) -> None:
        given = {"eventType": "View", "sentAt": self.server.state.clock.now(), **event}
        self.lab.events.put_events(trackingId=tracker, userId="1", sessionId="s", eventList=[given])

    def batch(
        self, kind: str, version: str, lines: list[dict[str, str]], **more: Any
    ) -> list[dict[str, Any]]:
        """Run a batch job of JSON lines and read what it wrote."""
        place = self.lab.upload("\n".join(json.dumps(line) for line in lines), self.lab.next("in") + ".json")
        target = f"s3://{self.lab.bucket()}/output/"
        made = getattr(self.calls, f"create_batch_{kind}_job")(
            jobName=self.lab.next("job"), solutionVersionArn=version, roleArn=ROLE,
            jobInput={"s3DataSource": {"path": place}}, jobOutput={"s3DataDestination": {"path": target}},
            **more,
        )  # fmt: skip
        self.wait(f"batch_{kind}_job", made[f"batch{kind.title()}JobArn"])
        key = "output/" + place.rpartition("/")[2] + ".out"
        text = self.lab.s3.get_object(Bucket=self.lab.bucket(), Key=key)["Body"].read().decode()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def notebook(tmp_path: Path, make_lab: Any) -> Iterator[Notebook]:
    with running(tmp_path / "state", clock="manual") as server:
        yield Notebook(server, make_lab(server.url))


def video_on_demand(notebook: Notebook) -> None:
    users: Rows = {"USER_ID": list(range(40)), "GENDER": ["female", "male"] * 20}
    watched = (EVENTS, events("watch"))
    notebook.begin("VIDEO_ON_DEMAND", Interactions=watched, Items=(ITEMS, items()), Users=(USERS, users))
    similar, picks = (notebook.recommender(f"aws-vod-{name}") for name in ("more-like-x", "top-picks"))
    assert "4" not in notebook.ids(similar, userId="1", itemId="4", numResults=20)
    assert len(set(notebook.ids(picks, userId="111", numResults=20))) == 20


def e_commerce(notebook: Notebook) -> None:
    rows = events()
    rows["EVENT_TYPE"] = ["Purchase" if n % 15 == 0 else "View" for n in range(len(rows["USER_ID"]))]
    notebook.begin("ECOMMERCE", Interactions=(EVENTS, rows))
    viewed, chosen = (
        notebook.recommender(f"aws-ecomm-{name}")
        for name in ("customers-who-viewed-x-also-viewed", "recommended-for-you")
    )
    assert notebook.ids(viewed, itemId="4", userId="777", numResults=10)
    assert notebook.ids(chosen, userId="777", numResults=20)


def first_campaign(notebook: Notebook) -> None:
    notebook.begin(Interactions=(EVENTS, events("EVENT_TYPE")))
    version = notebook.version("aws-user-personalization")
    found = notebook.calls.get_solution_metrics(solutionVersionArn=version)["metrics"]
    assert sorted(found) == sorted(METRICS)
    campaign = notebook.campaign(version)
    before, tracker = notebook.ids(campaign, userId="new"), notebook.tracker()
    for item in ("1", "3", "5"):
        event = {"eventType": "EVENT_TYPE", "properties": json.dumps({"itemId": item}), "itemId": item}
        given = {**event, "sentAt": START + 10**6}
        notebook.lab.events.put_events(trackingId=tracker, userId="new", sessionId="s", eventList=[given])
    after = notebook.ids(campaign, userId="new")
    assert (sorted(before), before != after) == (sorted(after), True)


def context_and_filters(notebook: Notebook) -> None:
    fields = {**EVENTS, "CABIN": {**CATEGORY}}
    notebook.begin(Interactions=(fields, events(CABIN="Economy")), Items=(ITEMS, items()))
    campaign = notebook.campaign(notebook.version("aws-user-personalization-v2"))
    drama = notebook.filter("INCLUDE ItemID WHERE Items.GENRES IN ($genre)")
    notebook.server.advance(20 * MINUTE)
    given = {"userId": "2", "context": {"CABIN": "First Class"}, "filterArn": drama}
    found = notebook.ids(campaign, **given, filterValues={"genre": '"Drama"'})
    assert sorted(map(int, found)) == list(range(1, 20, 2))


def exploration(notebook: Notebook) -> None:
    shown = {**EVENTS, "IMPRESSION": TEXT}
    notebook.begin(Interactions=(shown, events(IMPRESSION="1|2|3")), Items=(ITEMS, items()))
    version = notebook.version("aws-user-personalization")
    solution = version.rpartition("/")[0]
    weights = {"explorationWeight": "0.9", "explorationItemAgeCutOff": "7"}
    campaign, tracker = notebook.campaign(version, itemExplorationConfig=weights), notebook.tracker()
    notebook.put(tracker, itemId="7", impression=notebook.ids(campaign, userId="1"))
    notebook.put(tracker, itemId="unseen")
    updated = notebook.calls.create_solution_version(solutionArn=solution, trainingMode="UPDATE")
    newest = notebook.wait("solution_version", updated["solutionVersionArn"])
    notebook.calls.update_campaign(campaignArn=campaign, solutionVersionArn=newest)
    while notebook.calls.describe_campaign(campaignArn=campaign)["campaign"]["solutionVersionArn"] != newest:
        notebook.server.advance(MINUTE)
    assert "unseen" in notebook.ids(campaign, userId="1")


def related_items(notebook: Notebook) -> None:
    rated = {**EVENTS, "EVENT_VALUE": {"type": "float"}}
    notebook.begin(Interactions=(rated, events(EVENT_VALUE="5")), Items=(ITEMS, items()))
    versions = [notebook.version(name) for name in ("aws-sims", "aws-similar-items")]
    described = [notebook.calls.describe_solution_version(solutionVersionArn=arn) for arn in versions]
    hours = [each["solutionVersion"]["trainingHours"] for each in described]
    assert (hours[1] - hours[0]) / hours[0] >= -1
    for version in versions:
        found = notebook.ids(notebook.campaign(version), itemId="4", numResults=8)
        assert {int(item) % 2 for item in found} == {0}


def personalized_ranking(notebook: Notebook) -> None:
    notebook.begin(Interactions=({name: EVENTS[name] for name in ("USER_ID", "ITEM_ID", "TIMESTAMP")}, {
        name: column for name, column in events().items() if name != "EVENT_TYPE"
    }))  # fmt: skip
    campaign = notebook.campaign(notebook.version("aws-personalized-ranking"))
    asked = ["3", "4", "5", "987"]
    ranked = notebook.lab.client("personalize-runtime").get_personalized_ranking(
        campaignArn=campaign, userId="2", inputList=asked
    )["personalizedRanking"]
    assert (ranked[0]["itemId"], len(ranked), "score" in ranked[-1]) == ("4", 4, False)


def trending_now(notebook: Notebook) -> None:
    notebook.begin(Interactions=(EVENTS, events("Watch")))
    setting = {"featureTransformationParameters": {"trend_discovery_frequency": "30 minutes"}}
    version = notebook.version("aws-trending-now", eventType="Watch", solutionConfig=setting)
    campaign, tracker = notebook.campaign(version), notebook.tracker()
    for number in range(30):
        notebook.put(tracker, itemId="15", eventType="Watch", sentAt=START + 10**6 + number)
    notebook.server.advance(30 * MINUTE)
    assert notebook.ids(campaign, numResults=10)[0] == "15"


def promotions(notebook: Notebook) -> None:
    notebook.begin("ECOMMERCE", Interactions=(EVENTS, events()), Items=SHELVES)
    chosen = notebook.recommender("aws-ecomm-recommended-for-you")
    drama = notebook.filter('INCLUDE ItemID WHERE Items.GENRES IN ("Drama")')
    notebook.server.advance(20 * MINUTE)
    shown = {"name": "drama", "percentPromotedItems": 50, "filterArn": drama}
    found = notebook.lab.client("personalize-runtime").get_recommendations(
        recommenderArn=chosen, userId="2", numResults=10, promotions=[shown]
    )["itemList"]
    assert sum(each.get("promotionName") == "drama" for each in found) == 5


def batch_recommendations(notebook: Notebook) -> None:
    notebook.begin(Interactions=(EVENTS, events()))
    lines = [{"userId": "1"}, {"userId": "2"}]
    answers = notebook.batch("inference", notebook.version("aws-user-personalization"), lines)
    assert [line["input"] for line in answers] == lines
    assert all(len(line["output"]["recommendedItems"]) == 20 for line in answers)


def user_segments(notebook: Notebook) -> None:
    notebook.begin(Interactions=(EVENTS, events()), Items=(ITEMS, items()))
    affinity = notebook.version("aws-item-affinity")
    notebook.calls.get_solution_metrics(solutionVersionArn=affinity)
    [found] = notebook.batch("segment", affinity, [{"itemId": "4"}], numResults=10)
    assert {int(user) % 2 for user in found["output"]["usersList"]} == {0}
    query = {"itemAttributes": 'ITEMS.GENRES = "Drama"'}
    [found] = notebook.batch("segment", notebook.version("aws-item-attribute-affinity"), [query])
    assert found["input"] == query
    assert {int(user) % 2 for user in found["output"]["usersList"]} == {1}


def updated_datasets(notebook: Notebook) -> None:
    notebook.begin(Interactions=(EVENTS, events()), Items=(ITEMS, items()))
    version, lines = notebook.version("aws-user-personalization"), [{"userId": "2"}]
    [before] = notebook.batch("inference", version, lines, numResults=30)
    wider: Rows = {**items(), "ITEM_ID": [f"new{n}" for n in range(20)]}
    notebook.load("Items", wider, "INCREMENTAL")
    [after] = notebook.batch("inference", version, lines, numResults=30)
    fields = {**ITEMS, "BRAND": CATEGORY}
    avro = {"type": "record", "name": "Items", "version": "1.0",
            "fields": [{"name": name, **field} for name, field in fields.items()]}  # fmt: skip
    schema = notebook.calls.create_schema(name="wider", schema=json.dumps(avro))["schemaArn"]
    notebook.calls.update_dataset(datasetArn=notebook.datasets["Items"], schemaArn=schema)
    notebook.server.advance(MINUTE)
    notebook.load("Items", {**items(), "BRAND": ["acme"] * 20})
    found = notebook.batch("segment", notebook.version("aws-item-attribute-affinity"), [
        {"itemAttributes": 'ITEMS.BRAND = "acme"'}
    ])  # fmt: skip
    assert (len(before["output"]["recommendedItems"]), len(after["output"]["recommendedItems"])) == (20, 30)
    assert len(found[0]["output"]["usersList"]) == 25


def objective_and_text(notebook: Notebook) -> None:
    textual = {**ITEMS, "DESCRIPTION": {"type": ["null", "string"], "textual": True}}
    rows: Rows = {**items(), "DESCRIPTION": ["a fine thing"] * 20}
    notebook.begin(Interactions=(EVENTS, events()), Items=({**textual, "PRICE": {"type": "float"}}, rows))
    objective = {"optimizationObjective": {"itemAttribute": "PRICE", "objectiveSensitivity": "HIGH"}}
    version = notebook.version("aws-user-personalization", solutionConfig=objective)
    found = notebook.calls.get_solution_metrics(solutionVersionArn=version)["metrics"]
    assert all(found[name] > 0 for name in METRICS)
    assert notebook.ids(notebook.campaign(version), userId="2")


def measured_impact(notebook: Notebook) -> None:
    notebook.begin("ECOMMERCE", Interactions=(EVENTS, events()), Items=SHELVES)
    chosen = notebook.recommender("aws-ecomm-recommended-for-you")
    output = {"roleArn": ROLE, "s3DataDestination": {"path": f"s3://{notebook.lab.bucket()}/metrics/"}}
    metrics = [
        {"eventType": "View", "expression": "SAMPLECOUNT()", "metricName": "countViews"},
        {"eventType": "Purchase", "expression": "SUM(ITEMS.PRICE)", "metricName": "sumMargin"},
    ]
    made = notebook.calls.create_metric_attribution(
        name="m", datasetGroupArn=notebook.group, metrics=metrics, metricsOutputConfig=output
    )
    notebook.wait("metric_attribution", made["metricAttributionArn"])
    tracker, now = notebook.tracker(), int(notebook.server.state.clock.now())
    for item in notebook.ids(chosen, userId="2", numResults=30)[:10]:
        shown = {"itemId": item, "metricAttribution": {"eventAttributionSource": "recommended_for_you"}}
        notebook.put(tracker, **shown, sentAt=now - 2 * MINUTE)
    cloudwatch = notebook.lab.client("cloudwatch")
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/Personalize")
    assert [each["MetricName"] for page in pages for each in page["Metrics"]] == ["COUNTVIEWS"]
    dimensions = {"EventAttributionSource": "RECOMMENDED_FOR_YOU", "DatasetGroupArn": notebook.group}
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    metric = {"Namespace": "AWS/Personalize", "MetricName": "COUNTVIEWS", "Dimensions": named}
    query = {"Id": "q1", "MetricStat": {"Metric": metric, "Period": 900, "Stat": "Sum"}}
    [found] = cloudwatch.get_metric_data(
        StartTime=now - 5 * 3600, EndTime=now + 900, MetricDataQueries=[query]
    )["MetricDataResults"]
    assert sum(found["Values"]) == 10


def next_best_action(notebook: Notebook) -> None:
    acts = {"ACTION_ID": TEXT, "VALUE": {"type": ["null", "long"]}, "LEVEL": {"type": ["null", "int"]}}
    took = {"USER_ID": TEXT, "ACTION_ID": TEXT, "EVENT_TYPE": TEXT, "TIMESTAMP": LONG}
    count = 1200
    met: Rows = {"USER_ID": [n % 40 for n in range(count)], "ACTION_ID": [f"a{n % 3}" for n in range(count)],
           "EVENT_TYPE": ["Taken" if n % (n % 3 + 2) == 0 else "Not_Taken" for n in range(count)],
           "TIMESTAMP": [START + n for n in range(count)]}  # fmt: skip
    offered: Rows = {"ACTION_ID": ["a0", "a1", "a2"], "VALUE": [1, 5, 10], "LEVEL": [1, 2, 3]}
    notebook.begin(Interactions=(EVENTS, events()), Actions=(acts, offered), Action_Interactions=(took, met))
    campaign = notebook.campaign(notebook.version("aws-next-best-action"))
    found = notebook.lab.client("personalize-runtime").get_action_recommendations(
        campaignArn=campaign, userId="2", numResults=5
    )["actionList"]
    assert (len(found), found == sorted(found, key=lambda each: -each["score"])) == (3, True)


SAMPLES = [
    video_on_demand, e_commerce, first_campaign, context_and_filters, exploration, related_items,
    personalized_ranking, trending_now, promotions, batch_recommendations, user_segments, updated_datasets,
    objective_and_text, measured_impact, next_best_action,
]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.__name__)
def test_a_sample_runs_to_its_last_call_and_is_cleaned_up(
    notebook: Notebook, sample: Callable[[Notebook], None]
) -> None:
    sample(notebook)
    clean(notebook)


def clean(notebook: Notebook) -> None:
    """Take a group down by its lists, waiting until each kind is gone."""
    calls, group = notebook.calls, {"datasetGroupArn": notebook.group}
    solutions = [each["solutionArn"] for each in calls.list_solutions(**group)["solutions"]]
    for solution in solutions:
        for each in calls.list_campaigns(solutionArn=solution)["campaigns"]:
            calls.delete_campaign(campaignArn=each["campaignArn"])
    notebook.server.advance(MINUTE)
    for noun, member in (("recommender", "recommenders"), ("solution", "solutions"), ("filter", "Filters"),
                         ("metric_attribution", "metricAttributions"), ("event_tracker", "eventTrackers"),
                         ("dataset", "datasets")):  # fmt: skip
        arn = noun.split("_")[0] + "".join(word.title() for word in noun.split("_")[1:]) + "Arn"
        for each in getattr(calls, f"list_{noun}s")(**group)[member]:
            getattr(calls, f"delete_{noun}")(**{arn: each[arn]})
        notebook.server.advance(MINUTE)
        assert getattr(calls, f"list_{noun}s")(**group)[member] == []
    calls.delete_dataset_group(**group)
    notebook.server.advance(MINUTE)
    assert calls.list_dataset_groups()["datasetGroups"] == []
