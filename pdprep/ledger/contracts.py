"""A contract as text in the journal, so that a plan can be finished by another process."""

from __future__ import annotations

import json
from dataclasses import asdict

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field


def dumps(contract: Contract) -> str:
    """Return the contract as JSON, put-only fields included.

    >>> loads(dumps(Contract.of("users"))) == Contract.of("users")
    True
    """
    fields = [asdict(field) for field in contract.fields]
    return json.dumps({"dataset": contract.dataset, "domain": contract.domain, "fields": fields})


def loads(text: str) -> Contract:
    """Read a contract that ``dumps`` wrote."""
    value = json.loads(text)
    return Contract(value["dataset"], value["domain"], tuple(Field(**field) for field in value["fields"]))
