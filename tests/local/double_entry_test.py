"""Double entry: the client's rules and the server's, written apart from the facts, agree on every record.

What the server refuses the client must refuse. The client may refuse more only by the rules listed here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from pdprep.contract.contract import Contract
from pdprep.contract.rules.registry import rule
from pdprep.contract.rules.rule import Route
from pdprep.personalize.puts.batches import put_contract
from tests.local.double_entry import KINDS, OPERATION, Client, Server, contract, records

DEEP = bool(os.environ.get("PDPREP_DEEP"))
COUNT, OVER_HTTP = (10_000, 200) if DEEP else (200, 20)
FAILING = OVER_HTTP if DEEP else 2  # each of them is an import job
SEED = 4
# Rules by which the client refuses what the service takes, each with its reason.
STRICTER = {
    "id_bar": "IMPRESSION joins ids by bars, so an id with a bar could never be shown as an impression",
    "id_line_break": "a line break would reach the service as a space, and be another id than in a put",
    "timestamp_past": "before 1980 the unit is wrong in practice; the guide sets no range",
    "timestamp_future": "more than a day ahead the unit or the zone is wrong; the guide sets no range",
    "timestamp_unit": "a number that is no seconds, ms, us or ns of 1980 to 2286 cannot be meant",
    "action_event_type": "only Taken, Not Taken and Viewed exist (API_UBS_ActionInteraction is an enum)",
    "event_type_missing": "every event must have one (interactions-datasets); a put would carry a stand-in",
    "session_id_word": "by one report such events are answered with 200 and lost (aws-sdk-js issue 3371)",
    "session_of_user_word": "the same, where USER_ID stands in for the session",
    "id_missing": "a put with neither user nor session would join strangers in one session",
}


def disagreements(client: Client, refused: list[str], sent: list[str]) -> Iterator[tuple[str, set[str], str]]:
    for rules, why, text in zip(client.refusals, refused, sent, strict=True):
        if (why and not rules) or (not why and rules - set(STRICTER)):
            yield text[:200], rules, why


@pytest.mark.parametrize(("dataset", "domain"), KINDS)
def test_bulk(dataset: str, domain: str) -> None:
    base = contract(dataset, domain)
    client = Client(base, "bulk", records(base, COUNT, SEED))
    lines = client.lines()
    assert list(disagreements(client, Server(base).refuses_lines(lines), lines)) == []


@pytest.mark.parametrize(("dataset", "domain"), KINDS)
def test_put(dataset: str, domain: str) -> None:
    base = contract(dataset, domain)
    client = Client(base, "put", records(put_contract(base), COUNT, SEED))
    server, payloads = Server(base), client.payloads()
    refused = [server.refuses_payload(payload) for payload in payloads]
    assert list(disagreements(client, refused, list(map(str, payloads)))) == []


@pytest.mark.parametrize(("dataset", "domain"), KINDS)
def test_over_http(lab: Any, dataset: str, domain: str) -> None:
    base = contract(dataset, domain)
    arn, tracking = deployed(lab, base)
    client, server = Client(base, "put", records(put_contract(base), OVER_HTTP, SEED)), Server(base)
    for payload in client.payloads():
        given = payload | ({"trackingId": tracking} if tracking else {"datasetArn": arn})
        assert refused(lab, dataset, given) == bool(server.refuses_payload(payload)), payload
    lines = Client(base, "bulk", records(base, OVER_HTTP, SEED)).lines()
    why = server.refuses_lines(lines)
    sound = list(islice(cycle(line for line, found in zip(lines, why, strict=True) if not found), 1000))
    assert status(lab, arn, base, sound) == "ACTIVE"
    for line in [line for line, found in zip(lines, why, strict=True) if found][:FAILING]:
        assert status(lab, arn, base, [*sound, line]) == "CREATE FAILED", line


def deployed(lab: Any, base: Contract) -> tuple[str, str]:
    """Make the dataset of a contract and return its ARN and, for events, the tracking id."""
    domain = {} if base.domain == "CUSTOM" else {"domain": base.domain}
    group = lab.group(**domain)
    schema = lab.personalize.create_schema(name="s", schema=base.to_avro(), **domain)["schemaArn"]
    made = {"name": "d", "schemaArn": schema, "datasetGroupArn": group, "datasetType": base.dataset}
    arn = lab.personalize.create_dataset(**made)["datasetArn"]
    if base.dataset == "interactions":
        return arn, lab.tracker(group)
    return arn, lab.personalize.describe_dataset(datasetArn=arn)["dataset"].get("trackingId", "")


def refused(lab: Any, dataset: str, payload: dict[str, Any]) -> bool:
    operation = "".join(f"_{c.lower()}" if c.isupper() else c for c in OPERATION[dataset])[1:]
    try:
        getattr(lab.events, operation)(**payload)
    except (ClientError, BotoCoreError, ValueError):
        return True
    return False


def status(lab: Any, arn: str, base: Contract, lines: list[str]) -> str:
    text = "\n".join([",".join(base.columns), *lines, ""])
    return str(lab.load(arn, text)["status"])


@pytest.mark.parametrize("name", STRICTER)
def test_a_stricter_rule_is_a_rule(name: str) -> None:
    routes: tuple[Route, ...] = ("bulk", "put")
    assert any(rule(name).blocks(route) for route in routes)
