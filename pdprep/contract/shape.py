"""What a schema breaks, before a row is read: one function a rule, each naming the fields at fault.

Source: Amazon Personalize Developer Guide, pages limits, custom-datasets-and-schemas and
how-it-works-dataset-schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pdprep.contract import catalogue, limits, payload_rules
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.meanings import is_timestamp
from pdprep.contract.payloads import MEMBERS, camel
from pdprep.contract.rule import Rule
from pdprep.contract.schema_rules import RULES
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

_NO_COLUMNS: Final[Mapping[str, str]] = MappingProxyType({})

Names = list[str]


def breaches(contract: Contract) -> Iterator[tuple[Rule, Names]]:
    """Yield each rule that a contract breaks, with the fields at fault.

    >>> [rule.name for rule, _ in breaches(Contract.of("users"))]
    ['metadata_none']
    """
    for rule in RULES:
        names = _FAULTS[rule.name](contract)
        if names:
            yield rule, names


def check(contract: Contract, columns: Mapping[str, str] = _NO_COLUMNS) -> None:
    """Refuse a contract that breaks a rule which stops every route.

    Args:
        contract: What is checked.
        columns: The columns that its fields are read from, for the error.

    Raises:
        ContractError: Names the rule and the fields at fault.
    """
    for rule, names in breaches(contract):
        if rule.blocks(None):
            said = f"{contract.dataset}: {rule.text} ({rule.name})"
            raise ContractError(said, _found(names), _mend(rule, contract, columns))


def own(contract: Contract) -> tuple[Field, ...]:
    """Return the metadata fields, which count against the limit: those that the catalogue does not have.

    >>> [field.name for field in own(Contract.of("items").extend(Field("CREATION_TIMESTAMP", "long")))]
    []
    """
    reserved = {row.field.name for row in catalogue.rows(contract.dataset, contract.domain)}
    return tuple(field for field in contract.stored if field.name not in reserved)


def _mend(rule: Rule, contract: Contract, columns: Mapping[str, str]) -> str:
    """Return how to mend a breach, by the names that the user has where there is one to name."""
    plain = next((field.name for field in own(contract) if field.type == "string"), "")
    if rule.name == "metadata_none" and plain:
        field = f'pdprep.Field("{plain}", nullable=True, categorical=True)'
        column = columns.get(plain, plain)
        given = field if column == plain else f'("{column}", {field})'
        return f'metadata={{"{plain}": {given}}}'
    return rule.mend


def no_objectives(contract: Contract) -> tuple[str, ...]:
    """Return the numbers of items, of one's own and no times, that may be null.

    Source: Amazon Personalize Developer Guide, optimizing-solution-for-objective.
    """
    numbers = (field for field in own(contract) if field.numeric and not is_timestamp(field))
    return tuple(field.name for field in numbers if field.nullable and contract.dataset == "items")


def _found(names: Names) -> str:
    return f"it has {len(names)}: {', '.join(names)}" if len(names) > 1 else f"it has {names[0]}"


def _where(wanted: Callable[[Contract, Field], bool]) -> Callable[[Contract], Names]:
    return lambda contract: [field.name for field in contract.stored if wanted(contract, field)]


def _none(contract: Contract) -> Names:
    """Name the fields of a dataset none of which is metadata that a model can learn from."""
    # A domain's reserved fields do: its default schemas have no others.
    general = {row.field.name for row in catalogue.rows(contract.dataset, "CUSTOM")}
    if contract.dataset not in NEEDS_METADATA or any(
        field.categorical or field.numeric or (field.textual and contract.dataset == "items")
        for field in contract.stored
        if field.name not in general
    ):
        return []
    return list(contract.columns)


def _most(contract: Contract) -> Names:
    found = [field.name for field in own(contract)]
    return found if len(found) > METADATA_MAXIMUM[contract.dataset] else []


def _textual(contract: Contract) -> Names:
    found = [field.name for field in contract.fields if field.textual]
    return found if len(found) > TEXTUAL_MAXIMUM and contract.dataset == "items" else []


def _missing(contract: Contract) -> Names:
    needed = catalogue.required(contract.dataset, contract.domain)
    return [field.name for field in needed if field.name not in contract.names]


def _other_type(contract: Contract, field: Field) -> bool:
    """Say whether a reserved field is of another type than its row, or another page, gives it."""
    row = catalogue.row(contract.dataset, contract.domain, field.name)
    if row is None:
        return False
    other = field.type not in (row.field.type, *row.others)
    marks = (field.categorical, field.textual) != (row.field.categorical, row.field.textual)
    return other or marks or _never_null(contract, field)


def _never_null(contract: Contract, field: Field) -> bool:
    return field.nullable and field.name in (*contract.ids, "TIMESTAMP")


def _plain(contract: Contract, field: Field) -> bool:
    reserved = catalogue.field(contract.dataset, contract.domain, field.name)
    return field.type == "string" and not (reserved or field.categorical or field.textual or field.item_name)


def _long(contract: Contract) -> Names:
    return list(contract.columns) if len(contract.to_avro()) > limits.SCHEMA_LENGTH else []


def _chosen(contract: Contract) -> Names:
    return list(contract.columns) if len(contract.columns) > limits.COLUMNS_CHOSEN else []


def _forbidden(contract: Contract, field: Field) -> bool:
    property_ = contract.event_like and field.name not in (*MEMBERS, *contract.ids)
    return property_ and camel(field.name).lower() in payload_rules.FORBIDDEN


def _no_event_type(contract: Contract) -> Names:
    source = "EVENT_ATTRIBUTION_SOURCE"
    return [source] if source in contract.names and "EVENT_TYPE" not in contract.names else []


def _no_creation_time(contract: Contract) -> Names:
    name = "CREATION_TIMESTAMP"
    return [name] if contract.dataset == "items" and name not in contract.names else []


_FAULTS: Final[dict[str, Callable[[Contract], Names]]] = {
    "metadata_none": _none,
    "metadata_most": _most,
    "textual_dataset": _where(lambda contract, field: field.textual and contract.dataset != "items"),
    "textual_most": _textual,
    "field_missing": _missing,
    "reserved_type": _where(_other_type),
    "schema_length": _long,
    "name_length": _where(lambda contract, field: len(field.name) > limits.COLUMN_NAME_LENGTH),
    "columns_chosen": _chosen,
    "objective_nullable": lambda contract: list(no_objectives(contract)),
    "property_forbidden": _where(_forbidden),
    "string_plain": _where(_plain),
    "boolean_unused": _where(lambda contract, field: field.type == "boolean"),
    "attribution_event_type": _no_event_type,
    "creation_timestamp_missing": _no_creation_time,
}
