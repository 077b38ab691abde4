"""Double entry of schemas: what the client's contract refuses and what the server refuses are the same."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from pdprep.contract import catalogue, shape
from pdprep.contract.contract import Contract
from pdprep.errors import PdprepError
from pdprep.local.refusals import Refusal
from pdprep.local.rows import schema_rules
from pdprep.local.rows.avro import parse
from tests.local.double_entry import KINDS

COUNT = 10_000 if os.environ.get("PDPREP_DEEP") else 200
SEED = 4
TYPES = ("string", "int", "long", "float", "double", "boolean", "bytes", "date")
NAMES = {"interactions": "Interactions", "items": "Items", "users": "Users", "actions": "Actions",
         "action_interactions": "Action_Interactions"}  # fmt: skip

Fields = list[dict[str, Any]]


def fields(dataset: str, domain: str, chance: random.Random) -> Fields:
    """Return the fields of a schema that is sound, or wrong in one place."""
    known = [row.field for row in catalogue.rows(dataset, domain) if not row.field.put_only]
    needed = len(catalogue.required(dataset, domain))
    chosen = known[:needed] + chance.sample(known[needed:], chance.randint(0, len(known) - needed))
    own = [{"name": f"OWN_{n}", "type": chance.choice(TYPES[:6])} for n in range(chance.choice(COUNTS))]
    made: Fields = [_written(each) for each in chosen] + own
    chance.choice(CHANGES)(made, chance)
    return made


COUNTS = (0, 1, 1, 2, 3, 5, 6, 10, 25, 26, 100)


def _written(field: Any) -> dict[str, Any]:
    marks = {name: True for name in ("categorical", "textual") if getattr(field, name)}
    return {"name": field.name, "type": [field.type, "null"] if field.nullable else field.type, **marks}


def _same(made: Fields, chance: random.Random) -> None:
    pass


def _drop(made: Fields, chance: random.Random) -> None:
    made.pop(chance.randrange(len(made)))


def _retype(made: Fields, chance: random.Random) -> None:
    chance.choice(made)["type"] = chance.choice((*TYPES, [chance.choice(TYPES), "null"], ["int", "string"]))


def _remark(made: Fields, chance: random.Random) -> None:
    field = chance.choice(made)
    for name in ("categorical", "textual"):
        field.pop(name, None)
    field |= {chance.choice(("categorical", "textual", "other")): True}


def _twice(made: Fields, chance: random.Random) -> None:
    name = chance.choice(made)["name"]
    made.append({"name": chance.choice((name, name.lower(), name.replace("_", ""))), "type": "int"})


def _rename(made: Fields, chance: random.Random) -> None:
    chance.choice(made)["name"] = chance.choice(("1A", "A B", "", "A-B", "NEW", "né"))


def _shuffle(made: Fields, chance: random.Random) -> None:
    chance.shuffle(made)


CHANGES = (_same, _drop, _retype, _remark, _twice, _rename, _shuffle)


def client_refuses(text: str, domain: str) -> str:
    """Return the rule or the error by which the client refuses a schema, or nothing."""
    try:
        contract = Contract.from_avro(text, domain)
    except PdprepError as error:
        return str(error)
    return next((rule.name for rule, _ in shape.breaches(contract) if rule.blocks("bulk")), "")


def server_refuses(text: str, domain: str) -> str:
    """Return why the server refuses a schema, or nothing."""
    try:
        schema_rules.check(parse(text), "" if domain == "CUSTOM" else domain)
    except Refusal as refusal:
        return refusal.message
    return ""


@pytest.mark.parametrize(("dataset", "domain"), KINDS)
def test_schemas(dataset: str, domain: str) -> None:
    chance = random.Random(f"{dataset} {domain} {SEED}")
    for _ in range(COUNT):
        made = fields(dataset, domain, chance)
        text = json.dumps({"type": "record", "name": NAMES[dataset], "fields": made, "version": "1.0"})
        ours, theirs = client_refuses(text, domain), server_refuses(text, domain)
        assert bool(ours) == bool(theirs), (ours, theirs, made)
