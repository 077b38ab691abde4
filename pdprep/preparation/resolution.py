"""A mapping and a source's columns resolved into one conversion a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import polars as pl

from pdprep.contract import catalogue, shape
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.errors import ContractError, MappingError
from pdprep.preparation import expressions, leftovers, mapping, unfit
from pdprep.preparation.conversions import EXPRESSION, Conversion, holds_ids, way
from pdprep.preparation.expressions import Given
from pdprep.preparation.guessing import infer_field
from pdprep.preparation.mapping import Columns, Metadata, literal
from pdprep.preparation.reading import own, reading
from pdprep.preparation.sources import Source, inner
from pdprep.spelling import noun

SAMPLE_ROWS: Final = 1_000


def resolve(
    source: Source,
    base: Contract,
    columns: Columns,
    metadata: Metadata,
    deployed: Contract | None,
    before: Sequence[str] = (),
) -> tuple[Contract, tuple[Conversion, ...], tuple[str, ...]]:
    """Return the contract that the mapping asks for, how each of its fields is read, and which were guessed.

    ``before`` are fields whose type first rows have told already.

    Raises:
        MappingError: A field is missing, misspelt, mapped the wrong way round or of the wrong type.
    """
    mapping.check_shape("columns", columns, 'columns={"USER_ID": "user"}')
    mapping.check_shape("metadata", metadata, 'metadata={"DEVICE": "device"}')
    mapping.check_targets(base, columns)
    origins = _origins(source, base, columns, metadata)
    if deployed:
        _check_types(source, deployed, metadata)
    contract = base if deployed else base.extend(*metadata_fields(source, base, metadata))
    contract = contract.extend(*_more_fields(contract, origins, deployed))
    _check_complete(source, contract, origins, columns)
    if not deployed:
        _check_shape(source, contract, origins)
    told = (*before, *guessed(base, metadata))
    return contract, _conversions(source, contract, origins, told), told


def _check_shape(source: Source, contract: Contract, origins: Mapping[str, Given]) -> None:
    try:
        shape.check(contract, {name: each for name, each in origins.items() if isinstance(each, str)})
    except ContractError as error:
        none = any(rule.name == "metadata_none" for rule, _ in shape.breaches(contract))
        if not none or "pdprep.Field(" in error.hint:  # a field that the user named can be one
            raise
        used = {
            root for given in origins.values() for root in expressions.expression(given).meta.root_names()
        }
        with reading(source):
            head = own(source).head(SAMPLE_ROWS).collect()
        free = pl.DataFrame([head.get_column(name) for name in head.columns if inner(name) not in used])
        raise leftovers.without_metadata(error, contract, free) from error


def again(
    source: Source, contract: Contract, before: Sequence[Conversion], told: Sequence[str]
) -> tuple[tuple[Conversion, ...], tuple[str, ...]]:
    """Resolve the conversions of another source of the same shape.

    Args:
        source: The other source.
        contract: The contract of both.
        before: The conversions of the first.
        told: The fields whose type its first rows told.

    Returns:
        The conversions, and the columns that are missing: their fields may be null, and are.

    Raises:
        MappingError: A column is missing that is required, or that an expression uses.
    """
    given = {each.field.name: each.given for each in before if each.given is not None}
    optional = {each.field.name for each in before if each.field.nullable}
    missing = {
        name: column
        for name, column in given.items()
        if name in optional and isinstance(column, str) and column not in source.schema
    }
    origins = {name: _checked(source, name, each, "") for name, each in given.items() if name not in missing}
    return _conversions(source, contract, origins, told), tuple(missing.values())


def left_out(source: Source, conversions: Sequence[Conversion]) -> tuple[str, ...]:
    """Return the source's columns that no field is read from."""
    used = {name for each in conversions if each.given is not None for name in expressions.roots(each.given)}
    return tuple(name for name in source.schema if name not in used)


def check_key(contract: Contract, key: Sequence[str]) -> None:
    """Refuse a dedupe key with fields that the contract lacks, or without the id that groups rows."""
    for name in key:
        contract.field(name)
    if key and contract.key not in key:
        raise MappingError(
            f"dedupe_on={tuple(key)} without {contract.key}",
            "rows are compared among those of one id",
            f"dedupe_on={(contract.key, *key)}",
        )


def _conversions(
    source: Source, contract: Contract, origins: Mapping[str, Given], told: Sequence[str]
) -> tuple[Conversion, ...]:
    read = (_conversion(source, contract, each, origins) for each in contract.fields)
    found = tuple(
        replace(each, way=each.way.as_told(each.field.type)) if each.field.name in told else each
        for each in read
    )
    both = expressions.used_in(found) if source.is_text else set()
    return tuple(
        replace(each, expr=pl.col(expressions.TEXT + each.given))
        if isinstance(each.given, str) and each.given in both
        else each
        for each in found
    )


def _origins(source: Source, base: Contract, columns: Columns, metadata: Metadata) -> dict[str, Given]:
    known = {*base.names, *(each.name for each in catalogue.optional(base.dataset, base.domain))}
    same: dict[str, Given] = {name: name for name in source.schema if name in known}
    own = {name: _metadata_given(source, name, value) for name, value in metadata.items()}
    given = {**same, **columns, **own}
    return {
        name: _checked(source, name, each, "metadata" if name in metadata else "columns")
        for name, each in given.items()
    }


def _checked(source: Source, target: str, given: Given, argument: str) -> Given:
    have = list(source.schema)
    if not isinstance(given, str | pl.Expr):
        raise MappingError(
            f"{target} is mapped to {noun(given)}",
            "a column's name or a Polars expression",
            f'{argument}={{"{target}": pl.lit({given!r})}}',
        )
    path = unfit.nested(source, given) if isinstance(given, str) and given not in have else None
    if path is not None:
        return path
    index = [name for name in expressions.roots(given) if name not in have and name in source.index]
    if index:
        raise mapping.in_index(f"no column {index[0]!r} for {target}", have, index)
    for name in expressions.roots(given):
        mapping.check_column(name, target, have, argument)
    return given


def _metadata_given(source: Source, name: str, value: str | pl.Expr | Field | tuple[str, Field]) -> Given:
    if isinstance(value, tuple):
        return value[0]
    if isinstance(value, Field):
        close = {column.lower(): column for column in source.schema}
        return close.get(name.lower(), name)
    return value


def metadata_fields(source: Source, base: Contract, metadata: Metadata) -> Iterator[Field]:
    """Yield the field of each entry of a mapping: declared, reserved, or told from the first rows."""
    for name, value in metadata.items():
        given = value[1] if isinstance(value, tuple) else value
        reserved = catalogue.field(base.dataset, base.domain, name)
        declared = next((each for each in base.fields if each.name == name), None)
        if declared:  # by a Pandera model, an Avro schema or Fields: it is not guessed again
            hint = _without_field(source, name, value)
            yield _as_declared(declared, given, hint) if isinstance(given, Field) else declared
        elif isinstance(given, Field):
            hint = _without_field(source, name, value)
            yield _same_type(reserved, replace(given, name=name), f"{base.dataset} in {base.domain}", hint)
        elif reserved:
            yield reserved
        else:
            yield _inferred_field(source, base, name, given)


def guessed(base: Contract, metadata: Metadata) -> tuple[str, ...]:
    """Return the fields of a mapping whose type is neither declared nor reserved: first rows tell it."""
    return tuple(
        name
        for name, value in metadata.items()
        if name not in base.names
        and not catalogue.field(base.dataset, base.domain, name)
        and not isinstance(value, Field | tuple)
    )


def _without_field(source: Source, name: str, value: str | pl.Expr | Field | tuple[str, Field]) -> str:
    """Return an entry of the mapping without the Field that it gives."""
    given = _metadata_given(source, name, value)
    known = isinstance(given, str) and given in source.schema
    return f"metadata={{{literal(name)}: {literal(given)}}}" if known and isinstance(given, str) else ""


def _as_declared(declared: Field, given: Field, hint: str) -> Field:
    """Refuse a field that may be null where the contract says it may not, or is of another type."""
    _same_type(declared, given, "the contract", hint)
    if declared.nullable != given.nullable:
        raise MappingError(
            f"{declared.name} is given as {given.kind}",
            f"the contract has {declared.name} as {declared.kind}",
            hint,
        )
    return declared


def _check_types(source: Source, deployed: Contract, metadata: Metadata) -> None:
    for name, value in metadata.items():
        given = value[1] if isinstance(value, tuple) else value
        if isinstance(given, Field) and name in deployed.names:
            hint = _without_field(source, name, value)
            _same_type(deployed.field(name), given, "the deployed schema", hint)


def _same_type(rules: Field | None, given: Field, who: str, hint: str) -> Field:
    """Refuse a field of another type than the one that rules; return it as it may be."""
    if rules is None:
        return given
    if (rules.type, rules.categorical, rules.textual) != (given.type, given.categorical, given.textual):
        raise MappingError(
            f"{rules.name} is given as {given.kind}",
            f"{who} has {rules.name} as {rules.kind}",
            hint,
        )
    return replace(given, put_only=rules.put_only)


def _inferred_field(source: Source, base: Contract, name: str, given: Given) -> Field:
    checked = _checked(source, name, given, "metadata")
    expressions.dtype(source, name, checked, argument="metadata")
    with reading(source, [name]):
        head = expressions.typed_for(source, checked).head(SAMPLE_ROWS)
        sample = head.select(expressions.expression(checked).alias(name)).collect()
    return infer_field(sample.to_series(), base.dataset)


def _more_fields(
    contract: Contract, origins: Mapping[str, object], deployed: Contract | None
) -> Iterator[Field]:
    for each in catalogue.optional(contract.dataset, contract.domain):
        if each.name in origins and each.name not in contract.names:
            if each.put_only or not deployed:
                yield each
            elif each.name == "RECOMMENDATION_ID":
                yield replace(each, put_only=True)


def _check_complete(
    source: Source, contract: Contract, origins: Mapping[str, object], columns: Columns
) -> None:
    lacking = [each.name for each in contract.fields if each.name not in origins and not each.nullable]
    anonymous = "SESSION_ID" in origins
    lacking = [name for name in lacking if not (name == "USER_ID" and anonymous)]
    if lacking and source.index and not mapping.guesses(contract, lacking, list(source.schema)):
        needed = f"{contract.dataset} needs {', '.join(lacking)}"
        raise mapping.in_index(needed, source.schema, source.index)
    if lacking:
        label = source.asked.code(source.label) if source.files else "frame"
        raise mapping.missing(contract, lacking, list(source.schema), columns, label)


def _conversion(source: Source, contract: Contract, field: Field, origins: Mapping[str, Given]) -> Conversion:
    given = origins.get(field.name)
    if given is None:
        return Conversion(field, pl.lit(None), None, way(contract, field, pl.Null(), field.name))
    of_ids = holds_ids(contract, field)
    origin = given if isinstance(given, str) else EXPRESSION
    dtype = expressions.dtype(source, field.name, given, of_ids)
    expr = expressions.expression(given)
    if source.is_text and of_ids and origin == EXPRESSION:
        expr = pl.col(expressions.GIVEN + field.name)  # made of the text, before columns are typed
    if isinstance(dtype, pl.List | pl.Array) and dtype.inner in (pl.Float16, pl.Float32, pl.Float64):
        as_list = expr.cast(pl.List(dtype.inner))
        expr = as_list.list.eval(pl.element().fill_nan(None))  # NaN is a gap within a list too
    hint = partial(_hint, source, contract, field.name, given)
    return Conversion(field, expr, given, way(contract, field, dtype, origin, hint))


def _hint(source: Source, contract: Contract, target: str, given: Given, cast: str) -> str:
    """Say what to type where a column's type is none that its field takes; nothing for an expression."""
    return unfit.hint(source, contract, target, given, cast) if isinstance(given, str) else ""
