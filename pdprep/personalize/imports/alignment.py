"""Once a dataset exists, its schema rules: a frame prepared without it is read again as the schema asks."""

from __future__ import annotations

import warnings
from dataclasses import replace

from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.ledger import contracts
from pdprep.personalize.resources.evolution import UPDATABLE
from pdprep.preparation import resolution
from pdprep.preparation.prepare import Prepared


def aligned(prepared: Prepared, deployed: Contract | None) -> Prepared:
    """Return the prepared frame with the deployed schema's fields, in its order.

    A missing nullable column becomes null, an extra one is left out.

    Raises:
        MappingError: A required column is missing or has another type.
    """
    if deployed is None or prepared.contract.stored == deployed.stored:
        return prepared
    options = prepared.options
    # Resolved anew and not renamed: a field of another type is read in another way.
    contract, conversions, _ = resolution.resolve(
        prepared.source, deployed, options.columns, options.metadata, deployed, prepared.guessed
    )
    left_out = resolution.left_out(prepared.source, conversions)
    return replace(prepared, contract=contract, conversions=conversions, left_out=left_out)


def unplaced(prepared: Prepared, deployed: Contract, declared: Contract | None = None) -> tuple[str, ...]:
    """Return the fields that were asked for, by a mapping or a contract, and that a schema does not have."""
    # A contract names all of its fields; asked for are those that the source has a column of.
    stored = declared.stored if declared else ()
    held = [field.name for field in stored if field.name in prepared.source.schema]
    asked = dict.fromkeys([*prepared.contract.columns, *prepared.without_field, *held])
    return tuple(name for name in asked if name not in deployed.names)


def unplaced_in(prepared: Prepared, text: str) -> tuple[str, ...]:
    """Return the fields that were asked for and that the contract of an import, as text, does not have."""
    return unplaced(prepared, contracts.loads(text))


def advice(prepared: Prepared, deployed: Contract, declared: Contract | None = None) -> str:
    """Return which fields are left out, and the call that gives the dataset a schema with them."""
    names = unplaced(prepared, deployed, declared)
    if not names:
        return ""
    said = f"the schema of {deployed.dataset} has no {', '.join(names)}: left out"
    if deployed.dataset not in UPDATABLE:
        return f"{said}; only a new dataset group takes more, as this schema cannot be replaced"
    fields = ", ".join(_code(_field(prepared, name, declared)) for name in names)
    call = f'group.update_schema(group.contract("{deployed.dataset}").extend({fields}))'
    return f"{said}; to send it, type this and prepare the frame again: {call}"


def warned(prepared: Prepared, deployed: Contract | None, asked: str | Contract | None) -> Prepared:
    """Return the frame, with a warning to whom called our caller where fields are left out."""
    declared = asked if isinstance(asked, Contract) else None
    said = advice(prepared, deployed, declared) if deployed else ""
    if said:
        warnings.warn(said, stacklevel=3)
    return prepared


def _field(prepared: Prepared, name: str, declared: Contract | None) -> Field:
    own = [each for each in (declared, prepared.contract) if each and name in each.names]
    if own:
        return own[0].field(name)
    contract, metadata = prepared.contract, prepared.options.metadata
    if name in metadata:
        base = Contract.of(contract.dataset, contract.domain)
        return next(resolution.metadata_fields(prepared.source, base, {name: metadata[name]}))
    return catalogue.field(contract.dataset, contract.domain, name) or Field(name)


def _code(field: Field) -> str:
    """Return a field as one writes it; a new one allows null, or the service does not take it."""
    kind = "" if field.type == "string" else f', "{field.type}"'
    flags = [name for name in ("categorical", "textual", "item_name") if getattr(field, name)]
    return f'pdprep.Field("{field.name}"{kind}, nullable=True{"".join(f", {name}=True" for name in flags)})'
