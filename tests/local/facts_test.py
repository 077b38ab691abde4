"""What the current guide says of imports, puts, schemas, trainings and deletions, by the facts' names."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pdprep.local import running
from pdprep.local.jobs import imports
from pdprep.local.rows.avro import parse

RECIPES = "arn:aws:personalize:::recipe/"
V1, SIMS = RECIPES + "aws-user-personalization", RECIPES + "aws-semantic-similarity"
ROLE = "arn:aws:iam::000000000000:role/r"
NEXT_MONTH = 4_102_444_800
INVALID, IN_USE = "InvalidInputException", "ResourceInUseException"
LONG, TEXT = ["null", "long"], ["string", "null"]
# The guide's own example (action-dataset-requirements), its names alone.
ACTIONS = {"VALUE": LONG, "GENRES": TEXT, "CREATION_TIMESTAMP": "long", "REPEAT_FREQUENCY": LONG}


def group_with(lab: Any, text: str, kind: str = "Interactions", **more: Any) -> str:
    group = str(lab.group())
    assert lab.load(lab.dataset(kind, group, **more), text)["status"] == "ACTIVE"
    return group


def solution(lab: Any, group: str, recipe: str = V1, **more: Any) -> str:
    given = {"performAutoTraining": False, **more}
    made = lab.personalize.create_solution(
        name=lab.next("s"), datasetGroupArn=group, recipeArn=recipe, **given
    )
    return str(made["solutionArn"])


def train(lab: Any, arn: str, **more: Any) -> dict[str, Any]:
    version = lab.personalize.create_solution_version(solutionArn=arn, **more)["solutionVersionArn"]
    return dict(lab.personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"])


def refused(code: str, call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**given)
    assert error.value.response["Error"]["Code"] == code, error.value
    return str(error.value.response["Error"]["Message"])


def test_facts_1_and_2_times_that_are_no_events_have_no_range(lab: Any) -> None:
    actions = lab.dataset("Actions", ACTION_EXPIRATION_TIMESTAMP=LONG)
    assert (
        lab.load(actions, f"ACTION_ID,VALUE,LEVEL,ACTION_EXPIRATION_TIMESTAMP\na,1,1,{NEXT_MONTH}\n")[
            "status"
        ]
        == "ACTIVE"
    )
    items = lab.dataset("Items", CREATION_TIMESTAMP="long")
    text = f"ITEM_ID,GENRES,PRICE,CREATION_TIMESTAMP\na,,,-946771200\nb,,,{NEXT_MONTH}\n"
    assert lab.load(items, text)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("value", "frequency", "word"),
    [("1", "0", ""), ("10", "30", ""), ("", "", ""), ("0", "7", "VALUE"), ("11", "7", "VALUE"),
     ("5", "31", "REPEAT_FREQUENCY"), ("5", "-1", "REPEAT_FREQUENCY"), ("10.0", "7", "VALUE")],
)  # fmt: skip
def test_facts_3_value_and_repeat_frequency(lab: Any, value: str, frequency: str, word: str) -> None:
    dataset = lab.dataset("Actions", **ACTIONS)
    header = "ACTION_ID,VALUE,LEVEL,GENRES,CREATION_TIMESTAMP,REPEAT_FREQUENCY\n"
    text = header + f"a,{value},1,Deluxe|Premium,1510003267,{frequency}\n"
    found = lab.load(dataset, text)
    assert (found["status"], bool(word) and word in found["failureReason"]) == (
        "CREATE FAILED" if word else "ACTIVE",
        bool(word),
    )
    given = {"value": json.loads(value or "null"), "repeatFrequency": json.loads(frequency or "null")}
    put = {"actionId": "b", "properties": json.dumps({**given, "creationTimestamp": 1})}
    if word and value != "10.0":  # a whole number is one however it is written in JSON
        assert word in refused(INVALID, lab.events.put_actions, datasetArn=dataset, actions=[put])
    else:
        lab.events.put_actions(datasetArn=dataset, actions=[put])


@pytest.mark.parametrize("given", ["float", ["double", "null"], "int"])
def test_facts_3_value_is_long_alone(lab: Any, given: Any) -> None:
    schema = lab.avro("Actions", VALUE=given)
    assert "VALUE" in refused(INVALID, lab.personalize.create_schema, name="s", schema=schema)


def test_facts_4_type_of_actions_is_a_plain_string(lab: Any) -> None:
    plain = lab.avro("Actions", TYPE=TEXT)
    assert lab.personalize.create_schema(name="s", schema=plain)
    marked = plain.replace('"name": "TYPE"', '"name": "TYPE", "categorical": true')
    assert "TYPE must not be" in refused(INVALID, lab.personalize.create_schema, name="t", schema=marked)


def test_facts_5_action_interactions_have_impressions_and_recommendation_ids(lab: Any) -> None:
    own = {f"M{n}": "int" for n in range(5)}
    dataset = lab.dataset("Action_Interactions", IMPRESSION="string", RECOMMENDATION_ID=TEXT, **own)
    tracking = lab.personalize.describe_dataset(datasetArn=dataset)["dataset"]["trackingId"]
    event = {
        "actionId": "a", "userId": "u", "sessionId": "s", "timestamp": 1_700_000_000, "eventType": "Taken",
        "impression": ["a", "b"], "recommendationId": "r",
        "properties": json.dumps({f"m{n}": 1 for n in range(5)}),
    }  # fmt: skip
    lab.events.put_action_interactions(trackingId=tracking, actionInteractions=[event])
    wrong = lab.avro("Action_Interactions", IMPRESSION="long")
    assert "IMPRESSION" in refused(INVALID, lab.personalize.create_schema, name="s", schema=wrong)


def test_facts_10_semantic_similarity_learns_from_items_alone(lab: Any) -> None:
    group = group_with(lab, "ITEM_ID,GENRES,PRICE\na,A,1\n", "Items")
    assert train(lab, solution(lab, group, SIMS))["status"] == "ACTIVE"
    assert "no Interactions dataset" in train(lab, solution(lab, group))["failureReason"]


@pytest.mark.parametrize(("types", "status"), [(9, "ACTIVE"), (10, "CREATE FAILED")])
def test_facts_13_ten_event_types_and_fields(lab: Any, types: int, status: str) -> None:
    # EVENT_TYPE is one of the ten, IMPRESSION and RECOMMENDATION_ID are not.
    rows = "".join(f"u{i % 40},i{i % 9},e{i % types},{1_700_000_000 + i},,\n" for i in range(1000))
    text = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP,IMPRESSION,RECOMMENDATION_ID\n" + rows
    group = group_with(lab, text, IMPRESSION=TEXT, RECOMMENDATION_ID=TEXT)
    found = train(lab, solution(lab, group))
    assert (found["status"], "distinct event types" in found.get("failureReason", "")) == (
        status,
        types == 10,
    )


@pytest.mark.parametrize(
    ("kind", "domain", "fields", "taken"),
    [
        ("Items", "", {"TITLE": "string"}, False),
        ("Items", "", {"CREATION_TIMESTAMP": "long"}, False),
        ("Items", "", {"NEW": "boolean"}, False),
        ("Items", "", {"TITLE": "string", "PRICE": "float"}, True),
        ("Items", "", {"ABOUT": "textual"}, True),
        ("Items", "", {"CREATION_TIMESTAMP": "long", **{f"M{n}": "int" for n in range(100)}}, True),
        ("Items", "", {f"M{n}": "int" for n in range(101)}, False),
        ("Users", "", {"NAME": "string"}, False),
        ("Users", "VIDEO_ON_DEMAND", {"SUBSCRIPTION_MODEL": "categorical"}, True),
        ("Actions", "", {"VALUE": "long"}, False),
        ("Actions", "", {"VALUE": "long", "LEVEL": "categorical"}, True),
    ],
)  # fmt: skip
def test_facts_14_metadata_is_what_a_model_can_use(
    lab: Any, kind: str, domain: str, fields: dict[str, str], taken: bool
) -> None:
    key = kind[:-1].upper() + "_ID"
    made = [{"name": key, "type": "string"}]
    for name, given in fields.items():
        marks = {given: True} if given in ("categorical", "textual") else {}
        made.append({"name": name, "type": "string" if marks else given, **marks})  # type: ignore[dict-item]
    text = json.dumps({"type": "record", "name": kind, "fields": made, "version": "1.0"})
    more = {"domain": domain} if domain else {}
    if taken:
        lab.personalize.create_schema(name="s", schema=text, **more)
    else:
        assert "metadata field" in refused(
            INVALID, lab.personalize.create_schema, name="s", schema=text, **more
        )


@pytest.mark.parametrize("kind", ["Items", "Users", "Actions"])
def test_facts_15_long_text_stops_an_import(lab: Any, kind: str) -> None:
    schema = parse(lab.avro(kind, NOTE=TEXT))
    dataset = lab.dataset(kind, NOTE=TEXT)
    for length, status in ((1000, "ACTIVE"), (1001, "CREATE FAILED")):
        row = ["a", *([""] * (len(schema.names) - 2)), "x" * length]
        assert lab.load(dataset, ",".join(schema.names) + "\n" + ",".join(row) + "\n")["status"] == status


@pytest.mark.parametrize("session", ["null", "Undefined", "NONE", "nan", "[object Object]"])
def test_facts_17_events_of_a_session_called_nothing_are_dropped(lab: Any, session: str) -> None:
    group = lab.group()
    dataset = lab.dataset("Interactions", group)
    tracking = lab.tracker(group)
    event = {"eventType": "click", "itemId": "i", "sentAt": 1_700_000_000}
    for each in (session, "s"):
        lab.events.put_events(trackingId=tracking, userId=each, sessionId=each, eventList=[event])
    assert [row[0] for row in lab.export(dataset, "PUT")[1:]] == ["s"]


def test_facts_18_an_ecommerce_creation_timestamp_may_be_a_float(lab: Any) -> None:
    fields = {"PRICE": "float", "CREATION_TIMESTAMP": "float"}
    text = lab.avro("Items", **fields).replace("GENRES", "CATEGORY_L1")
    assert lab.personalize.create_schema(name="s", schema=text, domain="ECOMMERCE")
    assert "CREATION_TIMESTAMP" in refused(
        INVALID, lab.personalize.create_schema, name="t", schema=lab.avro("Items", **fields)
    )


def test_facts_19_a_gigabyte_is_a_thousand_million_bytes() -> None:
    assert imports.MOST_BYTES == {"FULL": 100_000_000_000, "INCREMENTAL": 1_000_000_000}


@pytest.mark.parametrize("rate", ["rate(31 days)", "rate(0 days)", "rate(2 hours)", "cron(1)"])
def test_facts_local_1_training_is_every_one_to_thirty_days(lab: Any, rate: str) -> None:
    config = {"autoTrainingConfig": {"schedulingExpression": rate}}
    given = {"name": "s", "datasetGroupArn": lab.group(), "recipeArn": V1, "performAutoTraining": True}
    refused(INVALID, lab.personalize.create_solution, **given, solutionConfig=config)
    arn = lab.personalize.create_solution(**given)["solutionArn"]
    refused(INVALID, lab.personalize.update_solution, solutionArn=arn, solutionUpdateConfig=config)


def test_facts_local_1_a_version_of_new_items_needs_a_full_one_of_its_recipe(
    lab: Any, make_interactions: Any
) -> None:
    group = group_with(lab, make_interactions(2000))
    arn = solution(lab, group)
    call = lab.personalize.create_solution_version
    assert "FULL" in refused(INVALID, call, solutionArn=arn, trainingMode="UPDATE")
    train(lab, arn)
    assert train(lab, arn, trainingMode="UPDATE")["trainingMode"] == "UPDATE"
    other = solution(lab, group, V1 + "-v2")
    train(lab, other)
    assert "alone" in refused(INVALID, call, solutionArn=other, trainingMode="UPDATE")


def test_facts_local_1_a_solution_says_how_often_it_trains_and_an_update_changes_it(lab: Any) -> None:
    weights = {"eventParametersList": [{"eventType": "click", "weight": 1.0}]}
    arn = solution(
        lab, lab.group(), V1 + "-v2", performAutoTraining=True, solutionConfig={"eventsConfig": weights}
    )

    def config() -> Any:
        return lab.personalize.describe_solution(solutionArn=arn)["solution"]["solutionConfig"]

    assert config() == {
        "eventsConfig": weights,
        "autoTrainingConfig": {"schedulingExpression": "rate(7 days)"},
    }
    daily = {"schedulingExpression": "rate(1 day)"}
    lab.personalize.update_solution(solutionArn=arn, solutionUpdateConfig={"autoTrainingConfig": daily})
    assert config() == {"eventsConfig": weights, "autoTrainingConfig": daily}


def test_facts_local_1_incremental_updates_are_for_semantic_similarity(lab: Any) -> None:
    group = lab.group()
    assert solution(lab, group, SIMS, performIncrementalUpdate=True)
    given = {"name": "x", "datasetGroupArn": group, "recipeArn": V1}
    refused(INVALID, lab.personalize.create_solution, **given, performIncrementalUpdate=True)
    arn = solution(lab, group)
    refused(INVALID, lab.personalize.update_solution, solutionArn=arn, performIncrementalUpdate=True)


@pytest.mark.parametrize("kind", ["filter", "event_tracker", "metric_attribution"])
def test_facts_local_1_a_dataset_that_something_needs_stays(lab: Any, kind: str) -> None:
    group = lab.group()
    dataset = lab.dataset("Interactions", group)
    config = {"roleArn": ROLE, "s3DataDestination": {"path": "s3://b/m"}}
    metric = {"eventType": "click", "metricName": "m", "expression": "SAMPLECOUNT()"}
    given: dict[str, dict[str, Any]] = {
        "filter": {"filterExpression": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")'},
        "event_tracker": {},
        "metric_attribution": {"metrics": [metric], "metricsOutputConfig": config},
    }
    made = getattr(lab.personalize, f"create_{kind}")(name="x", datasetGroupArn=group, **given[kind])
    arn = next(value for key, value in made.items() if key.endswith("Arn"))
    refused(IN_USE, lab.personalize.delete_dataset, datasetArn=dataset)
    first, *rest = kind.split("_")
    getattr(lab.personalize, f"delete_{kind}")(**{first + "".join(map(str.title, rest)) + "Arn": arn})
    lab.personalize.delete_dataset(datasetArn=dataset)


def test_facts_local_1_one_user_in_a_hundred_must_have_two_interactions(lab: Any) -> None:
    rows = "".join(f"u{i % 30},i{i % 9},click,{i}\n" for i in range(1000))
    group = group_with(lab, "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n" + rows)
    users = lab.dataset("Users", group)
    assert lab.load(users, "USER_ID,AGE\n" + "".join(f"u{i},\n" for i in range(3000)))["status"] == "ACTIVE"
    assert train(lab, solution(lab, group))["status"] == "ACTIVE"
    lab.load(users, "USER_ID,AGE\n" + "".join(f"u{i},\n" for i in range(3001)))
    assert "1%" in train(lab, solution(lab, group))["failureReason"]


def test_facts_local_1_an_import_reads_the_first_level_and_a_deletion_all(lab: Any) -> None:
    group = lab.group()
    users = lab.dataset("Users", group)
    lab.upload("USER_ID,AGE\na,1\nb,2\n", "in/one.csv")
    lab.upload("USER_ID,AGE\nc,3\n", "in/deeper/two.csv")
    job = lab.start_import(users, "s3://lab-bucket/in/")
    assert lab.import_job(job)["status"] == "ACTIVE"
    assert [row[0] for row in lab.export(users, "BULK")[1:]] == ["a", "b"]
    lab.upload("USER_ID\na\n", "gone/one.csv")
    lab.upload("USER_ID\nb\n", "gone/deeper/two.csv")
    made = lab.personalize.create_data_deletion_job(
        jobName="d", datasetGroupArn=group, roleArn=ROLE, dataSource={"dataLocation": "s3://lab-bucket/gone/"}
    )
    found = lab.personalize.describe_data_deletion_job(dataDeletionJobArn=made["dataDeletionJobArn"])
    assert found["dataDeletionJob"]["numDeleted"] == 2


def test_facts_local_2_exports_have_no_quota_and_deletions_one_for_each_group(
    tmp_path: Path, make_lab: Any
) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        groups = [lab.group(), lab.group()]
        server.advance(5)
        dataset = lab.dataset("Users", groups[0])
        server.advance(5)
        place = {"dataLocation": lab.upload("USER_ID\na\n")}
        for _ in range(6):
            lab.personalize.create_dataset_export_job(
                jobName=lab.next("e"), datasetArn=dataset, roleArn=ROLE,
                jobOutput={"s3DataDestination": {"path": "s3://lab-bucket/out/"}},
            )  # fmt: skip

        def delete(group: str) -> None:
            lab.personalize.create_data_deletion_job(
                jobName=lab.next("d"), datasetGroupArn=group, roleArn=ROLE, dataSource=place
            )

        for group in groups:
            for _ in range(5):
                delete(group)
            refused("LimitExceededException", delete, group=group)
        server.advance(0.5)  # in progress now, and no longer pending
        delete(groups[0])


def test_facts_local_3_recipe_types_and_legacy_recipes(lab: Any) -> None:
    types = {recipe["name"]: recipe for recipe in lab.personalize.list_recipes()["recipes"]}
    assert {"aws-hrnn", "aws-hrnn-metadata", "aws-hrnn-coldstart"} <= set(types)
    for name, kind in (
        ("aws-next-best-action", "PERSONALIZED_ACTIONS"),
        ("aws-trending-now", "POPULAR_ITEMS"),
        ("aws-vod-trending-now", "POPULAR_ITEMS"),
    ):
        found = lab.personalize.describe_recipe(recipeArn=RECIPES + name)["recipe"]
        assert found["recipeType"] == kind


def test_every_name_of_a_fact_is_one_of_the_page() -> None:
    names = re.findall(r"def test_facts_(\w+?)_[a-z]", Path(__file__).read_text())
    assert {name.split("_")[0] for name in names} <= {*map(str, range(1, 21)), "local"}
