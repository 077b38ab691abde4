"""How many fields of which kind a dataset may have: one row a limit.

Source: Amazon Personalize Developer Guide, pages limits, custom-datasets-and-schemas and
how-it-works-dataset-schema.
"""

from __future__ import annotations

from typing import Final

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.errors import ContractError

METADATA_MAXIMUM: Final = {
    "interactions": 5,
    "items": 100,
    "users": 25,
    "actions": 10,
    "action_interactions": 5,
}
TEXTUAL_MAXIMUM: Final = 1
NEEDS_METADATA: Final = ("items", "users", "actions")
# Reserved optional fields of interactions do not count as metadata of one's own.
RESERVED: Final = ("EVENT_TYPE", "EVENT_VALUE", "IMPRESSION", "RECOMMENDATION_ID", "EVENT_ATTRIBUTION_SOURCE")


def check(contract: Contract) -> None:
    """Refuse a contract with too few or too many fields of a kind.

    Raises:
        ContractError: Names the limit.
    """
    _check_least(contract)
    _check_most(contract)
    _check_textual(contract)


def own(contract: Contract) -> tuple[Field, ...]:
    """Return the metadata fields that count against the limit."""
    return tuple(field for field in contract.metadata if field.name not in RESERVED)


def _check_least(contract: Contract) -> None:
    if contract.dataset not in NEEDS_METADATA or len(contract.columns) > 1:
        return
    raise ContractError(
        f"{contract.dataset} has no field beside {contract.key}",
        "at least one metadata field",
        'metadata={"GENRES": "genres"}' if contract.dataset == "items" else 'metadata={"AGE": "age"}',
    )


def _check_most(contract: Contract) -> None:
    most, found = METADATA_MAXIMUM[contract.dataset], own(contract)
    if len(found) > most:
        raise ContractError(
            f"{contract.dataset} has {len(found)} metadata fields",
            f"at most {most}",
            "leave some out of metadata=",
        )


def _check_textual(contract: Contract) -> None:
    textual = [field.name for field in contract.fields if field.textual]
    if textual and contract.dataset != "items":
        raise ContractError(
            f"{contract.dataset} has the textual field {textual[0]}",
            "textual fields in items alone",
            f'Field("{textual[0]}", categorical=True)',
        )
    if len(textual) > TEXTUAL_MAXIMUM:
        raise ContractError(
            f"items has {len(textual)} textual fields: {', '.join(textual)}",
            "one",
            "make the others plain strings",
        )
