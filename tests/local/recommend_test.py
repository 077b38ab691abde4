"""Recommendations by the preview: each recipe's call, filters, promotions, metadata, batch jobs, errors."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from pdprep.local.memory.traits import ROWS
from pdprep.local.operations import OPERATIONS
from pdprep.local.protocol import model

RECIPES = "arn:aws:personalize:::recipe/"
ROLE = "arn:aws:iam::000000000000:role/r"
NOW = 1_700_000_000


def events() -> str:
    """Forty users in two camps: the even ones meet i0 to i4, the odd ones j0 to j4; i0 is met most."""
    rows = []
    for n in range(1200):
        user = n % 40
        camp = "i" if user % 2 == 0 else "j"
        rows.append(f"u{user},{camp}{(n // 40) % 5 if n % 3 else 0},click,{NOW + n}\n")
    return "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n" + "".join(rows)


ITEMS = "ITEM_ID,GENRES,PRICE\n" + "".join(
    f"{camp}{n},{'Comedy|Action' if n % 2 else 'Drama'},{n}\n" for camp in "ij" for n in range(5)
)
USERS = "USER_ID,AGE\n" + "".join(f"u{n},{n}\n" for n in range(40))


class World:
    """A group with data, and solutions of it."""

    def __init__(self, lab: Any) -> None:
        self.lab = lab
        self.group = lab.group()
        self.interactions = lab.dataset("Interactions", self.group)
        self.items = lab.dataset("Items", self.group)
        self.users = lab.dataset("Users", self.group)
        for dataset, text in ((self.interactions, events()), (self.items, ITEMS), (self.users, USERS)):
            assert lab.load(dataset, text)["status"] == "ACTIVE"
        self.tracker = lab.tracker(self.group)

    def version(self, recipe: str, **more: Any) -> str:
        made = self.lab.personalize.create_solution(
            name=self.lab.next("s"), datasetGroupArn=self.group, recipeArn=RECIPES + recipe,
            performAutoTraining=False, **more,
        )  # fmt: skip
        arn = self.lab.personalize.create_solution_version(solutionArn=made["solutionArn"])[
            "solutionVersionArn"
        ]
        found = self.lab.personalize.describe_solution_version(solutionVersionArn=arn)["solutionVersion"]
        assert found["status"] == "ACTIVE", found
        return str(arn)

    def campaign(self, recipe: str, **config: Any) -> str:
        made = self.lab.personalize.create_campaign(
            name=self.lab.next("c"), solutionVersionArn=self.version(recipe), campaignConfig=config
        )
        return str(made["campaignArn"])

    def filter(self, expression: str) -> str:
        made = self.lab.personalize.create_filter(
            name=self.lab.next("f"), datasetGroupArn=self.group, filterExpression=expression
        )
        return str(made["filterArn"])

    def recommend(self, campaign: str, **given: Any) -> list[dict[str, Any]]:
        answer = self.lab.client("personalize-runtime").get_recommendations(campaignArn=campaign, **given)
        assert 10 < len(answer["recommendationId"]) <= 40
        return list(answer["itemList"])

    def ids(self, campaign: str, **given: Any) -> list[str]:
        return [item["itemId"] for item in self.recommend(campaign, **given)]

    def put(self, user: str, item: str, kind: str = "click", **more: Any) -> None:
        event = {"eventType": kind, "itemId": item, "sentAt": NOW + 5000, **more}
        self.lab.events.put_events(trackingId=self.tracker, userId=user, sessionId="s", eventList=[event])


@pytest.fixture
def world(lab: Any) -> World:
    return World(lab)


def test_every_operation_of_the_three_models_is_answered() -> None:
    names = [
        n for s in (model.CONTROL, model.EVENTS, model.RUNTIME) for n in model.service(s).operation_names
    ]
    assert (len(names), sorted(set(names) - set(OPERATIONS))) == (79, [])


def test_every_recipe_that_is_listed_has_its_traits(lab: Any) -> None:
    names = {recipe["name"] for recipe in lab.personalize.list_recipes()["recipes"]}
    assert names == {row.name for row in ROWS}


def test_a_user_gets_the_items_of_the_camp_and_scores_that_add_up(world: World) -> None:
    campaign = world.campaign("aws-user-personalization")
    found = world.recommend(campaign, userId="u0", numResults=10)
    assert {item["itemId"] for item in found[:5]} == {f"i{n}" for n in range(5)}
    assert len(found) == 10
    assert sum(item["score"] for item in found) == pytest.approx(1.0)
    assert found == world.recommend(campaign, userId="u0", numResults=10)


def test_a_new_user_gets_what_is_popular_until_the_first_event(world: World) -> None:
    campaign = world.campaign("aws-user-personalization-v2")
    before = world.ids(campaign, userId="newcomer", numResults=2)
    assert set(before) == {"i0", "j0"}
    world.put("newcomer", "j3")
    assert {item[0] for item in world.ids(campaign, userId="newcomer", numResults=4)} == {"j"}
    world.lab.events.put_events(
        trackingId=world.tracker, sessionId="visit",
        eventList=[{"eventType": "click", "itemId": "i2", "sentAt": NOW + 1}],
    )  # fmt: skip
    assert {item[0] for item in world.ids(campaign, userId="visit", numResults=4)} == {"i"}


@pytest.mark.parametrize("recipe", ["aws-sims", "aws-similar-items"])
def test_related_items(world: World, recipe: str) -> None:
    campaign = world.campaign(recipe)
    assert {item[0] for item in world.ids(campaign, itemId="j1", numResults=4)} == {"j"}
    assert "j1" not in world.ids(campaign, itemId="j1", numResults=4)
    assert len(world.ids(campaign, itemId="unknown", numResults=4)) == 4
    with pytest.raises(ClientError, match="needs itemId"):
        world.recommend(campaign, userId="u1")


def test_a_ranking_is_of_the_items_asked_for(world: World) -> None:
    campaign = world.campaign("aws-personalized-ranking")
    runtime = world.lab.client("personalize-runtime")
    wanted = ["new", "j1", "i1", "i2"]
    found = runtime.get_personalized_ranking(campaignArn=campaign, userId="u0", inputList=wanted)
    ranking = found["personalizedRanking"]
    assert ({item["itemId"] for item in ranking[:2]}, ranking[3]) == ({"i1", "i2"}, {"itemId": "new"})
    assert sum(item.get("score", 0) for item in ranking) == pytest.approx(1.0)
    with pytest.raises(ClientError, match="GetRecommendations is not for"):
        world.recommend(campaign, userId="u0")
    with pytest.raises(ClientError, match="1 to 50 items"):
        runtime.get_personalized_ranking(
            campaignArn=world.campaign("aws-personalized-ranking-v2"), userId="u0",
            inputList=[f"x{n}" for n in range(51)], metadataColumns={"ITEMS": ["PRICE"]},
        )  # fmt: skip


def test_popular_and_trending_items(world: World) -> None:
    assert set(world.ids(world.campaign("aws-popularity-count"), numResults=2)) == {"i0", "j0"}
    trends = world.campaign("aws-trending-now")
    for n in range(30):
        world.put(f"v{n}", "j4", sentAt=NOW + 90_000 + n)
    assert world.ids(trends, numResults=1) == ["j4"]


def test_next_best_actions(lab: Any, world: World) -> None:
    actions = lab.dataset(
        "Actions",
        world.group,
        ACTION_EXPIRATION_TIMESTAMP=["long", "null"],
        REPEAT_FREQUENCY=["long", "null"],
    )
    text = "ACTION_ID,VALUE,LEVEL,ACTION_EXPIRATION_TIMESTAMP,REPEAT_FREQUENCY\n"
    lab.load(actions, text + "a,1,1,,30\nb,9,1,,\nc,10,1,1000,\nd,5,2,,\n")
    taken = lab.dataset("Action_Interactions", world.group)
    rows = "".join(f"u{n},a,{'Taken' if n % 2 else 'Viewed'},{NOW + n}\n" for n in range(120))
    lab.load(taken, "USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP\n" + rows)
    campaign = world.campaign("aws-next-best-action")
    runtime = lab.client("personalize-runtime")

    def ids(user: str, **more: Any) -> list[str]:
        found = runtime.get_action_recommendations(campaignArn=campaign, userId=user, **more)
        return [action["actionId"] for action in found["actionList"]]

    assert ids("somebody") == ["a", "b", "d"]  # by score, then value; c has expired
    tracking = lab.personalize.describe_dataset(datasetArn=taken)["dataset"]["trackingId"]
    entry = {
        "actionId": "a",
        "userId": "somebody",
        "sessionId": "s",
        "timestamp": int(time.time()),
        "eventType": "Taken",
    }
    lab.events.put_action_interactions(trackingId=tracking, actionInteractions=[entry])
    assert ids("somebody") == ["b", "d"]  # a is repeated after thirty days
    arn = world.filter("INCLUDE ActionID WHERE Actions.LEVEL > 1")
    assert ids("somebody", filterArn=arn) == ["d"]
    lab.load(actions, text + "".join(f"e{n},1,1,,\n" for n in range(120)))
    campaign = world.campaign("aws-next-best-action")
    assert [len(ids("u1", **more)) for more in ({}, {"numResults": 100})] == [5, 100]
    with pytest.raises(ClientError, match="at most 100"):
        ids("u1", numResults=101)


ALL_ITEMS = {f"{camp}{n}" for camp in "ij" for n in range(5)}
DRAMAS = {"i0", "i2", "i4", "j0", "j2", "j4"}
FILTERS: list[tuple[str, dict[str, str], set[str]]] = [
    ('INCLUDE ItemID WHERE Items.GENRES IN ("Action")', {}, ALL_ITEMS - DRAMAS),
    ('EXCLUDE ItemID WHERE Items.GENRES IN ("Action")', {}, DRAMAS),
    ("INCLUDE ItemID WHERE Items.GENRES IN ($G)", {"G": '"Drama","None"'}, DRAMAS),
    ("INCLUDE ItemID WHERE Items.PRICE <= $P", {"P": "1"}, {"i0", "i1", "j0", "j1"}),
    (
        'INCLUDE ItemID WHERE Items.PRICE = 2 OR Items.PRICE = 3 AND Items.GENRES IN ("Drama")',
        {},
        {"i2", "j2"},
    ),
    ('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("CLICK")', {}, {f"j{n}" for n in range(5)}),
    ('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', {}, {f"i{n}" for n in range(5)}),
    (
        'INCLUDE ItemID WHERE Items.PRICE > 3 | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")',
        {},
        {"j4"},
    ),
    ("EXCLUDE ItemID WHERE Items.PRICE > 0 IF CurrentUser.AGE = 0", {}, {"i0", "j0"}),
    ("EXCLUDE ItemID WHERE Items.PRICE > 0 IF CurrentUser.AGE > 5", {}, ALL_ITEMS),
    ("EXCLUDE ItemID WHERE Items.GENRES IN ($LEFT_OUT)", {}, ALL_ITEMS),
]


@pytest.mark.parametrize(("expression", "values", "left"), FILTERS)
def test_filters_filter(world: World, expression: str, values: dict[str, str], left: set[str]) -> None:
    campaign = world.campaign("aws-user-personalization")
    arn = world.filter(expression)
    assert set(world.ids(campaign, userId="u0", filterArn=arn, filterValues=values)) == left


def test_filters_of_the_current_item_and_their_refusals(world: World) -> None:
    current = world.filter(
        "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRES IN CurrentItem.GENRES"
    )
    related, personal = world.campaign("aws-similar-items"), world.campaign("aws-user-personalization")
    assert set(world.ids(related, itemId="i3", filterArn=current)) == {"i1", "j1"}
    with pytest.raises(ClientError, match="related items alone"):
        world.recommend(personal, userId="u0", filterArn=current)
    lacking = world.filter("INCLUDE ItemID WHERE Items.GENRES IN ($G)")
    with pytest.raises(ClientError, match="parameter G"):
        world.recommend(personal, userId="u0", filterArn=lacking)
    with pytest.raises(ClientError, match="ResourceNotFoundException") as error:
        world.recommend(personal, userId="u0", filterArn=lacking + "x")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_promotions_metadata_and_context(world: World) -> None:
    campaign = world.campaign("aws-user-personalization-v2")
    promotion = {
        "name": "cheap",
        "percentPromotedItems": 50,
        "filterArn": world.filter("INCLUDE ItemID WHERE Items.PRICE = 4"),
    }
    found = world.recommend(
        campaign, userId="u0", numResults=4, promotions=[promotion], context={"DEVICE": "phone"},
        metadataColumns={"ITEMS": ["GENRES", "PRICE"]},
    )  # fmt: skip
    promoted = [item for item in found if "promotionName" in item]
    assert ({item["itemId"] for item in promoted}, promoted[0]["reason"]) == ({"i4", "j4"}, ["Promoted item"])
    assert promoted[0]["metadata"] == {"GENRES": "Drama", "PRICE": "4.0"}
    assert len(found) == 4
    beside = world.ids(world.campaign("aws-similar-items"), itemId="i4", numResults=4, promotions=[promotion])
    assert ("j4" in beside, "i4" in beside) == (True, False)
    plain = world.campaign("aws-user-personalization")
    with pytest.raises(ClientError, match="not enabled"):
        world.recommend(plain, userId="u0", metadataColumns={"ITEMS": ["PRICE"]})
    enabled = world.campaign("aws-sims", enableMetadataWithRecommendations=True)
    assert "metadata" in world.recommend(enabled, itemId="i0", metadataColumns={"ITEMS": ["PRICE"]})[0]


@pytest.mark.parametrize(
    "given", [{"numResults": 501}, {"numResults": 51, "metadataColumns": {"ITEMS": ["PRICE"]}}, {}]
)
def test_requests_that_are_refused(world: World, given: dict[str, Any]) -> None:
    campaign = world.campaign("aws-user-personalization-v2")
    more = {"userId": "u0"} if given else {}
    with pytest.raises(ClientError, match="InvalidInputException"):
        world.recommend(campaign, **more, **given)


@pytest.mark.parametrize("weight", ["abc", "nan", "inf", "-1", "1e-320"])
def test_weights_of_exploration_that_are_none_and_the_least(world: World, weight: str) -> None:
    campaign = world.campaign("aws-user-personalization", itemExplorationConfig={"explorationWeight": weight})
    if weight == "1e-320":
        assert world.ids(campaign, userId="u0", numResults=1)
    else:
        with pytest.raises(ClientError, match="must be a number from 0 to 1"):
            world.recommend(campaign, userId="u0")


def batch(
    world: World,
    recipe: str,
    lines: list[dict[str, Any]],
    kind: str = "inference",
    version: str = "",
    **more: Any,
) -> list[Any]:
    lab = world.lab
    lab.s3.put_object(
        Bucket=lab.bucket(), Key="in/lines.json", Body="\n".join(map(json.dumps, lines)).encode()
    )
    name = lab.next("b")
    given = {
        "jobName": name, "solutionVersionArn": version or world.version(recipe), "roleArn": ROLE,
        "jobInput": {"s3DataSource": {"path": "s3://lab-bucket/in/lines.json"}},
        "jobOutput": {"s3DataDestination": {"path": f"s3://lab-bucket/{name}/"}}, **more,
    }  # fmt: skip
    arn = next(
        v
        for k, v in getattr(lab.personalize, f"create_batch_{kind}_job")(**given).items()
        if k.endswith("Arn")
    )
    member = f"batch{kind.title()}Job"
    found = getattr(lab.personalize, f"describe_batch_{kind}_job")(**{member + "Arn": arn})[member]
    assert found["status"] == "ACTIVE", found
    assert getattr(lab.personalize, f"list_batch_{kind}_jobs")()[member + "s"][0]["jobName"] == name
    text = lab.s3.get_object(Bucket="lab-bucket", Key=f"{name}/lines.json.out")["Body"].read().decode()
    return [json.loads(line) for line in text.splitlines()]


def test_batch_recommendations(world: World) -> None:
    found = batch(world, "aws-user-personalization", [{"userId": "u0"}, {"userId": "nobody"}], numResults=3)
    assert [line["input"]["userId"] for line in found] == ["u0", "nobody"]
    assert len(found[0]["output"]["recommendedItems"]) == len(found[0]["output"]["scores"]) == 3
    [ranked, wrong] = batch(
        world, "aws-personalized-ranking", [{"userId": "u0", "itemList": ["j1", "i1"]}, {"userId": "u1"}]
    )
    assert (ranked["output"]["recommendedItems"], bool(wrong["error"])) == (["i1", "j1"], True)
    [related] = batch(world, "aws-sims", [{"itemId": "j0"}], numResults=2)
    assert {item[0] for item in related["output"]["recommendedItems"]} == {"j"}
    arn = world.filter("INCLUDE ItemID WHERE Items.PRICE IN ($P)")
    [filtered] = batch(
        world, "aws-user-personalization", [{"userId": "u0", "filterValues": {"P": '"4.0"'}}], filterArn=arn
    )
    assert set(filtered["output"]["recommendedItems"]) == {"i4", "j4"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"userId": 5},
        {"userId": None},
        {"userId": "u1", "filterValues": {"P": 4}},
        {"userId": "u1", "filterValues": "P"},
        {"userId": "u1", "context": ["phone"]},
    ],
)
def test_a_line_of_other_types_than_text_stops_no_other(world: World, wrong: dict[str, Any]) -> None:
    [bad, good] = batch(world, "aws-user-personalization", [wrong, {"userId": "u0", "promotions": 5}])
    assert (bad["input"], bad["output"], "must be text" in bad["error"]) == (wrong, None, True)
    assert good["output"]["recommendedItems"]
    [bad, good] = batch(
        world,
        "aws-personalized-ranking",
        [{"userId": "u0", "itemList": ["i1", 2]}, {"userId": "u0", "itemList": ["i1"]}],
    )
    assert (bad["output"], good["output"]["recommendedItems"]) == (None, ["i1"])


@pytest.mark.parametrize(("weight", "place"), [("0", 10), ("0.5", 1)])
def test_a_batch_job_explores_as_much_as_it_is_asked_to(world: World, weight: str, place: int) -> None:
    version = world.version("aws-user-personalization")
    world.put("somebody", "new")
    config = {"itemExplorationConfig": {"explorationWeight": weight}}
    [found] = batch(
        world, "", [{"userId": "u0"}], version=version, numResults=11, batchInferenceJobConfig=config
    )
    assert found["output"]["recommendedItems"].index("new") == place


@pytest.mark.parametrize("count", [-1, 5_000_001])
def test_sizes_that_no_segment_has(world: World, count: int) -> None:
    with pytest.raises(ClientError, match="numResults must"):
        batch(world, "aws-item-affinity", [{"itemId": "i1"}], "segment", numResults=count)


def test_user_segments(world: World) -> None:
    [found] = batch(world, "aws-item-affinity", [{"itemId": "i1"}], "segment", numResults=20)
    assert {int(user[1:]) % 2 for user in found["output"]["recommendedUsers"]} == {0}
    query = {"itemAttributes": 'ITEMS.GENRES = "Comedy" AND ITEMS.PRICE = 3'}
    arn = world.filter("EXCLUDE UserID WHERE Users.AGE < 10")
    [found] = batch(world, "aws-item-attribute-affinity", [query], "segment", numResults=40, filterArn=arn)
    assert found["output"]["recommendedUsers"]
    assert min(int(user[1:]) for user in found["output"]["recommendedUsers"]) >= 10


def test_a_domain_s_recommenders_hide_what_the_user_had(lab: Any) -> None:
    group = lab.group(domain="VIDEO_ON_DEMAND")
    schema = lab.personalize.create_schema(
        name="i", schema=lab.avro("Interactions"), domain="VIDEO_ON_DEMAND"
    )["schemaArn"]
    dataset = lab.personalize.create_dataset(
        name="d", schemaArn=schema, datasetGroupArn=group, datasetType="Interactions"
    )
    lab.load(dataset["datasetArn"], events().replace("click", "Watch"))
    arns = {}
    for name in ("top-picks", "most-popular", "because-you-watched-x", "more-like-x", "trending-now"):
        made = lab.personalize.create_recommender(
            name=name, datasetGroupArn=group, recipeArn=f"{RECIPES}aws-vod-{name}"
        )
        arns[name] = made["recommenderArn"]
        found = lab.personalize.describe_recommender(recommenderArn=arns[name])["recommender"]
        assert found["status"] == "ACTIVE", found
    runtime = lab.client("personalize-runtime")

    def ids(name: str, **given: Any) -> set[str]:
        answer = runtime.get_recommendations(recommenderArn=arns[name], **given)
        assert "score" not in answer["itemList"][0]
        return {item["itemId"] for item in answer["itemList"]}

    assert ids("top-picks", userId="u0") == {f"j{n}" for n in range(5)}
    assert ids("most-popular", userId="u0", numResults=2) == {"i0", "j0"}
    assert ids("because-you-watched-x", userId="nobody", itemId="i1", numResults=3) <= {
        f"i{n}" for n in range(5)
    }
    assert len(ids("trending-now")) == 10


def test_semantic_similarity_goes_by_shared_words(lab: Any) -> None:
    group = lab.group()
    fields = [{"name": "ITEM_ID", "type": "string"}, {"name": "TITLE", "type": "string", "itemName": True},
              {"name": "ABOUT", "type": "string", "textual": True}]  # fmt: skip
    text = json.dumps({"type": "record", "name": "Items", "fields": fields, "version": "1.0"})
    schema = lab.personalize.create_schema(name="s", schema=text)["schemaArn"]
    dataset = lab.personalize.create_dataset(
        name="d", schemaArn=schema, datasetGroupArn=group, datasetType="Items"
    )
    lab.load(
        dataset["datasetArn"],
        'ITEM_ID,TITLE,ABOUT\na,Dogs,"barking animals"\nb,Cats,"meowing animals"\nc,Cars,"wheels"\n',
    )
    made = lab.personalize.create_solution(
        name="s",
        datasetGroupArn=group,
        recipeArn=RECIPES + "aws-semantic-similarity",
        performAutoTraining=False,
    )
    version = lab.personalize.create_solution_version(solutionArn=made["solutionArn"])["solutionVersionArn"]
    campaign = lab.personalize.create_campaign(name="c", solutionVersionArn=version)["campaignArn"]
    found = lab.client("personalize-runtime").get_recommendations(
        campaignArn=campaign, itemId="a", numResults=1
    )
    assert [item["itemId"] for item in found["itemList"]] == ["b"]


def test_algorithms_and_feature_transformations(lab: Any) -> None:
    for recipe in lab.personalize.list_recipes()["recipes"]:
        found = lab.personalize.describe_recipe(recipeArn=recipe["recipeArn"])["recipe"]
        algorithm = lab.personalize.describe_algorithm(algorithmArn=found["algorithmArn"])["algorithm"]
        assert algorithm["algorithmArn"] == found["algorithmArn"]
        arn = found["featureTransformationArn"]
        assert (
            lab.personalize.describe_feature_transformation(featureTransformationArn=arn)[
                "featureTransformation"
            ]["status"]
            == "ACTIVE"
        )


def test_metric_attributions_count(world: World) -> None:
    lab = world.lab
    config = {"roleArn": ROLE, "s3DataDestination": {"path": "s3://b/m"}}
    metrics = [
        {"eventType": "click", "metricName": "clicks", "expression": "SAMPLECOUNT()"},
        {"eventType": "click", "metricName": "worth", "expression": "SUM(Items.PRICE)"},
    ]
    lab.personalize.create_metric_attribution(
        name="m", datasetGroupArn=world.group, metrics=metrics, metricsOutputConfig=config
    )
    campaign = world.campaign("aws-user-personalization")
    told = lab.client("personalize-runtime").get_recommendations(campaignArn=campaign, userId="u0")
    world.put("u0", "i3", recommendationId=told["recommendationId"])
    world.put("u0", "i4", metricAttribution={"eventAttributionSource": "mail"})
    world.put("u0", "i2", kind="other")
    with urlopen(lab.url + "/_local/metrics") as answer:
        found = json.load(answer)["metrics"]
    assert {(row["METRIC_NAME"], row["EVENT_ATTRIBUTION_SOURCE"]): row["VALUE"] for row in found} == {
        ("clicks", campaign): 1.0, ("worth", campaign): 3.0, ("clicks", "mail"): 1.0, ("worth", "mail"): 4.0,
    }  # fmt: skip


def test_what_is_no_number_adds_nothing_to_a_metric_and_stops_no_event(world: World) -> None:
    lab = world.lab
    metrics = [
        {"eventType": "click", "metricName": name, "expression": f"SUM({column})"}
        for name, column in (
            ("kinds", "Items.GENRES"), ("seen", "Interactions.SEEN"), ("worth", "Items.PRICE"),
        )
    ]  # fmt: skip
    lab.personalize.create_metric_attribution(
        name="m", datasetGroupArn=world.group, metrics=metrics, metricsOutputConfig={"roleArn": ROLE}
    )
    world.put("u0", "i3", properties=json.dumps({"seen": "twice"}))
    assert lab.load(world.interactions, events(), "INCREMENTAL")["status"] == "ACTIVE"
    with urlopen(lab.url + "/_local/metrics") as answer:
        found = json.load(answer)["metrics"]
    totals = dict.fromkeys(("kinds", "seen", "worth"), 0.0)
    for row in found:
        totals[row["METRIC_NAME"]] += row["VALUE"]
    assert (totals["kinds"], totals["seen"], totals["worth"] > 3) == (0, 0, True)


def test_an_import_publishes_what_it_is_measured_by(world: World) -> None:
    lab, bucket = world.lab, world.lab.bucket()
    metrics = [
        {"eventType": "click", "metricName": "clicks", "expression": "SAMPLECOUNT()"},
        {"eventType": "Buy", "metricName": "worth", "expression": "SUM(Items.PRICE)"},
    ]
    config = {"roleArn": ROLE, "s3DataDestination": {"path": f"s3://{bucket}/m/"}}
    lab.personalize.create_metric_attribution(
        name="m", datasetGroupArn=world.group, metrics=metrics, metricsOutputConfig=config
    )
    rows = "".join(
        f"u{n % 40},i{n % 3},{'buy' if n % 2 else 'click'},{NOW + n % 1000}\n" for n in range(1200)
    )
    place = lab.upload("USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n" + rows)
    for mode in ("FULL", "INCREMENTAL"):
        lab.personalize.create_dataset_import_job(
            jobName=mode, datasetArn=world.interactions, dataSource={"dataLocation": place}, roleArn=ROLE,
            importMode=mode, publishAttributionMetricsToS3=True,
        )  # fmt: skip
    keys = [each["Key"] for each in lab.s3.list_objects_v2(Bucket=bucket, Prefix="m/")["Contents"]]
    assert [key.rpartition("-")[0] for key in keys] == [
        f"m/AggregatedAttributionMetrics-{mode}" for mode in ("FULL", "INCREMENTAL")
    ]
    first, *rest = lab.s3.get_object(Bucket=bucket, Key=keys[1])["Body"].read().decode().splitlines()
    assert first == "METRIC_NAME,EVENT_TYPE,VALUE,MATH_FUNCTION,EVENT_ATTRIBUTION_SOURCE,TIMESTAMP"
    quarter = NOW // 900 * 900
    assert sorted(line.split(",")[0] for line in rest) == ["CLICKS"] * 2 + ["WORTH"] * 2
    assert sum(float(line.split(",")[2]) for line in rest if line.startswith("CLICKS")) == 600
    assert {int(line.split(",")[5]) for line in rest} == {quarter, quarter + 900}
    with urlopen(lab.url + "/_local/metrics") as answer:  # the INCREMENTAL one alone, as in CloudWatch
        found = json.load(answer)["metrics"]
    assert sum(row["VALUE"] for row in found if row["METRIC_NAME"] == "clicks") == 600
    assert {row["EVENT_ATTRIBUTION_SOURCE"] for row in found} == {"SOURCE_NAME_UNDEFINED"}


def test_what_a_refused_call_found_gone_stays_gone(lab: Any) -> None:
    schema, group = lab.schema("Items"), lab.group()
    made = {"name": "d", "schemaArn": schema, "datasetType": "Items", "datasetGroupArn": group}
    arn = lab.personalize.create_dataset(**made)["datasetArn"]
    lab.personalize.delete_dataset(datasetArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        lab.personalize.delete_dataset(datasetArn=arn)
    lab.personalize.delete_schema(schemaArn=schema)


def test_every_answer_says_that_it_is_a_preview(world: World) -> None:
    answer = world.lab.client("personalize-runtime").get_recommendations(
        campaignArn=world.campaign("aws-popularity-count")
    )
    assert "preview" in answer["ResponseMetadata"]["HTTPHeaders"]["server"]
