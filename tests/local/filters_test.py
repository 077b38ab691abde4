"""Filters: the guide's expressions are taken, what it rules out is not, and quotas hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from pdprep.local import running
from pdprep.local.recommend.filter_expressions import fields, parse
from pdprep.local.refusals import Refusal

WRONG = "Invalid Expression"
PLACEHOLDER = "Placeholders can only be used with IN or EQ operator"
ITEM = "INCLUDE ItemID WHERE "
TAKEN = [
    "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($EVENT_TYPE)",
    'EXCLUDE itemId WHERE INTERACTIONS.event_type in ("click", "stream")',
    'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
    'EXCLUDE ItemID WHERE Items.CATEGORY IN ("shoe") AND Items.DESCRIPTION NOT IN ("boot")',
    "EXCLUDE ItemID WHERE Items.GENRE IN ($GENRE) IF CurrentUser.AGE = $AGE",
    ITEM + 'Items.A IN ("watch") OR Items.B != -1.5 IF CurrentUser.AGE > 18 AND CurrentUser.SEX = "f"',
    ITEM + 'Items.A IN ($C) | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")',
    ITEM + "Items.PRICE < CurrentItem.PRICE",
    ITEM + "Items.GENRE IN (CurrentItem.GENRE)",
    ITEM + "Items.PRICE < CurrentItem.PRICE AND Items.GENRE IN CurrentItem.GENRE",
    ITEM + "Items.GENRE NOT IN CurrentItem.GENRE",
    ITEM + "Items.A != $A",
    'INCLUDE ActionID WHERE Action.MEMBERSHIP_LEVEL IN ("Premium") IF CurrentUser.MEMBERSHIP = $PREMIUM',
    ITEM + 'Items.A IN ("a \\" quote, | and )")',
    'EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("NOT_TAKEN")',
    "INCLUDE ActionID WHERE Actions.VALUE > ($VALUE)",
    "INCLUDE UserID WHERE Users.AGE >= 18",
]
REFUSED = [
    ("DROP TABLE x", WRONG),
    (ITEM, WRONG),
    (ITEM + "Items.A", WRONG),
    (ITEM + 'Items.A IN "x"', WRONG),
    (ITEM + "Items.A IN ()", WRONG),
    (ITEM + 'Items.A IN ("x",)', WRONG),
    (ITEM + 'Items.A IN ("x"', WRONG),
    (ITEM + 'Items.A IN ("x") AND', WRONG),
    (ITEM + 'Items.A IN ("x") Items.B = 1', WRONG),
    (ITEM + "Items.A = (1, 2)", WRONG),
    (ITEM + "Items.A LIKE 1", WRONG),
    (ITEM + "Items.A = word", WRONG),
    (ITEM + "A = 1", WRONG),
    (ITEM + "Books.A = 1", WRONG),
    (ITEM + "Items.A = 1 |", WRONG),
    (ITEM + 'Items.A = 1 AND Interactions.EVENT_TYPE IN ("x")', "fields of one dataset"),
    (ITEM + "Interactions.DEVICE = 1", "EVENT_TYPE alone"),
    (ITEM + 'Items.A IN ("*")', "event types alone"),
    (ITEM + "CurrentUser.AGE = 1", WRONG),
    (ITEM + "Items.A = CurrentUser.AGE", WRONG),
    (ITEM + "Items.A = 1 IF Items.B = 2", "CurrentUser alone"),
    (ITEM + "Items.A = 1 IF CurrentUser.B = 2 OR CurrentUser.C = 3", WRONG),
    (ITEM + "Items.A NOT IN ($A)", "Placeholders are not allowed with NOT_IN operator"),
    ("INCLUDE ActionID WHERE Actions.REPEAT_FREQUENCY > 3", "cannot be filtered by REPEAT_FREQUENCY"),
    ("EXCLUDE ActionID WHERE Actions.Expiration_Timestamp < $now", "cannot be filtered"),
    (ITEM + "Items.A IN $A", WRONG),
    ("", WRONG),
    ("INCLUDE Item WHERE Items.A = 1", WRONG),
    (ITEM + "Items.A = é", WRONG),
]


@pytest.mark.parametrize("expression", TAKEN)
def test_taken(expression: str) -> None:
    assert parse(expression)


@pytest.mark.parametrize(("expression", "error"), REFUSED)
def test_refused(expression: str, error: str) -> None:
    with pytest.raises(Refusal, match=error):
        parse(expression)


def test_what_a_message_of_the_service_rules_out_and_an_example_of_the_guide_has() -> None:
    for operator in (">", "!="):
        with pytest.raises(Refusal, match=PLACEHOLDER):
            parse(ITEM + f"Items.A {operator} $A", strict=True)
    assert parse(ITEM + "Items.A > $A")


def test_fields_are_counted_once_in_any_case() -> None:
    found = parse(ITEM + "Items.PRICE > 1 OR items.price < CurrentItem.PRICE IF CurrentUser.AGE = 1")
    assert fields(found) == {("ITEMS", "PRICE"), ("USERS", "AGE")}


def create(lab: Any, group: str, expression: str) -> str:
    given = {"name": lab.next("f"), "datasetGroupArn": group, "filterExpression": expression}
    return str(lab.personalize.create_filter(**given)["filterArn"])


def test_life_of_a_filter(lab: Any) -> None:
    group = lab.group()
    arn = create(lab, group, TAKEN[0])
    assert lab.personalize.describe_filter(filterArn=arn)["filter"]["filterExpression"] == TAKEN[0]
    assert [f["status"] for f in lab.personalize.list_filters()["Filters"]] == ["ACTIVE"]
    lab.personalize.delete_filter(filterArn=arn)
    assert lab.personalize.list_filters()["Filters"] == []


@pytest.mark.parametrize("field", ["ABOUT", "NEW"])
def test_textual_and_boolean_fields_are_refused(lab: Any, field: str) -> None:
    group = lab.group()
    schema = lab.avro("Items", ABOUT="string", NEW="boolean").replace(
        '"ABOUT", "type": "string"', '"ABOUT", "type": "string", "textual": true'
    )
    arn = lab.personalize.create_schema(name="s", schema=schema)["schemaArn"]
    lab.personalize.create_dataset(name="d", schemaArn=arn, datasetGroupArn=group, datasetType="Items")
    with pytest.raises(ClientError, match="cannot be used in a filter"):
        create(lab, group, ITEM + f'Items.{field} IN ("x")')


def wide(first: int, count: int) -> str:
    return ITEM + " AND ".join(f"Items.F{n} = 1" for n in range(first, first + count))


def test_ten_fields_a_filter_and_twenty_a_group(lab: Any) -> None:
    group = lab.group()
    with pytest.raises(ClientError, match="LimitExceeded"):
        create(lab, group, wide(0, 11))
    create(lab, group, wide(0, 10))
    create(lab, group, wide(10, 10))
    create(lab, group, wide(5, 10))
    with pytest.raises(ClientError, match="LimitExceeded"):
        create(lab, group, wide(20, 1))


def test_a_filter_sees_a_new_record_twenty_minutes_after_it_came(tmp_path: Path, make_lab: Any) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        group = lab.group()
        server.advance(5)
        dataset, arn = lab.dataset("Items", group), create(lab, group, ITEM + "Items.PRICE > 1")
        server.advance(5)
        assert refresh(lab, arn) == (True, True)
        lab.events.put_items(datasetArn=dataset, items=[{"itemId": "a"}])
        assert refresh(lab, arn) == (False, False)
        server.advance(20 * 60 - 1)
        assert refresh(lab, arn) == (False, False)
        server.advance(1)
        assert refresh(lab, arn) == (True, True)


def refresh(lab: Any, arn: str) -> tuple[bool, bool]:
    """Return whether the admin path calls the filter current, and whether its moment has passed."""
    with urlopen(lab.url + "/_local/filters") as answer:
        found = json.load(answer)
    return found["filters"][arn]["current"], found["filters"][arn]["current_at"] <= found["now"]
