"""What a schema breaks, before a row is read: each rule with the fields at fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import SchemaRule
from pdprep.contract.schema import Schema
from pdprep.errors import ContractError

_NO_COLUMNS: Final[Mapping[str, str]] = MappingProxyType({})


def breaches(schema: Schema) -> Iterator[tuple[SchemaRule, list[str]]]:
    """Yield each rule that a contract breaks, with the fields at fault.

    >>> from pdprep import Contract
    >>> [rule.name for rule, _ in breaches(Contract.of("users"))]
    ['metadata_none']
    """
    for rule in registry.of_kind(SchemaRule):
        names = rule.faults(schema)
        if names:
            yield rule, names


def check(schema: Schema, columns: Mapping[str, str] = _NO_COLUMNS) -> None:
    """Refuse a contract that breaks a rule which stops every route.

    Args:
        schema: What is checked.
        columns: The columns that its fields are read from, for the error.

    Raises:
        ContractError: Names the rule and the fields at fault.
    """
    for rule, names in breaches(schema):
        if rule.blocks(None):
            found = f"it has {len(names)}: {', '.join(names)}" if len(names) > 1 else f"it has {names[0]}"
            said = f"{schema.dataset}: {rule.text} ({rule.name})"
            raise ContractError(said, found, rule.told(schema, columns) or rule.fix())
