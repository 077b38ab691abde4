"""A mapping and a source's columns resolved into one conversion a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from pdprep.contract import catalogue, shape
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.errors import MappingError
from pdprep.preparation import mapping, transforms
from pdprep.preparation.conversions import Conversion, way
from pdprep.preparation.guessing import infer_field
from pdprep.preparation.mapping import Columns, Metadata
from pdprep.preparation.sources import Source, reading

TEXT: Final = "__text_"
INFER_ROWS: Final = 10_000
SAMPLE_ROWS: Final = 1_000

Given = str | pl.Expr


def resolve(
    source: Source, base: Contract, columns: Columns, metadata: Metadata, deployed: Contract | None
) -> tuple[Contract, tuple[Conversion, ...]]:
    """Return the contract that the mapping asks for, and how each of its fields is read.

    Raises:
        MappingError: A field is missing, misspelt, mapped the wrong way round or of the wrong type.
    """
    mapping.check_targets(base, columns)
    origins = _origins(source, base, columns, metadata)
    contract = base if deployed else base.extend(*_metadata_fields(source, base, metadata))
    contract = contract.extend(*_more_fields(contract, origins, deployed))
    if not deployed:
        shape.check(contract)
    _check_complete(source, contract, origins, columns)
    return contract, _conversions(source, contract, origins)


def again(source: Source, contract: Contract, before: Sequence[Conversion]) -> tuple[Conversion, ...]:
    """Resolve the conversions of another source of the same shape."""
    origins = {
        each.field.name: _checked(source, each.field.name, each.given)
        for each in before
        if each.given is not None
    }
    return _conversions(source, contract, origins)


def typed(source: Source, conversions: Sequence[Conversion]) -> pl.LazyFrame:
    """Return the source's frame with the columns that expressions use typed as Polars infers them.

    A CSV is read as text so that ids keep their zeros, while ``pl.col("rating") > 3`` needs a number. A
    column that is used both ways is kept as text under another name.
    """
    used = _used_in_expressions(conversions)
    if not (source.is_text and used):
        return source.frame
    types = _inferred(source)
    kept = source.frame.with_columns(pl.col(name).alias(TEXT + name) for name in sorted(used))
    return kept.with_columns(_as(pl.col(name), types[name]).alias(name) for name in sorted(used))


def left_out(source: Source, conversions: Sequence[Conversion]) -> tuple[str, ...]:
    """Return the source's columns that no field is read from."""
    used = {name.removeprefix(TEXT) for each in conversions for name in each.expr.meta.root_names()}
    return tuple(name for name in source.schema if name not in used)


def check_key(contract: Contract, key: Sequence[str]) -> None:
    """Refuse a dedupe key with fields that the contract lacks."""
    for name in key:
        contract.field(name)


def _conversions(source: Source, contract: Contract, origins: Mapping[str, Given]) -> tuple[Conversion, ...]:
    found = tuple(_conversion(source, contract, each, origins) for each in contract.fields)
    both = _used_in_expressions(found) if source.is_text else set()
    return tuple(
        replace(each, expr=pl.col(TEXT + each.given))
        if isinstance(each.given, str) and each.given in both
        else each
        for each in found
    )


def _origins(source: Source, base: Contract, columns: Columns, metadata: Metadata) -> dict[str, Given]:
    known = {*base.names, *(each.name for each in catalogue.optional(base.dataset, base.domain))}
    same: dict[str, Given] = {name: name for name in source.schema if name in known}
    own = {name: _metadata_given(source, name, value) for name, value in metadata.items()}
    return {name: _checked(source, name, given) for name, given in {**same, **columns, **own}.items()}


def _checked(source: Source, target: str, given: Given) -> Given:
    have = list(source.schema)
    if not isinstance(given, str | pl.Expr):
        raise MappingError(
            f"{target} is mapped to a {type(given).__name__}",
            "a column's name or a Polars expression",
            f'columns={{"{target}": pl.lit({given!r})}}',
        )
    for name in [given] if isinstance(given, str) else given.meta.root_names():
        mapping.check_column(name, target, have)
    return given


def _metadata_given(source: Source, name: str, value: str | pl.Expr | Field | tuple[str, Field]) -> Given:
    if isinstance(value, tuple):
        return value[0]
    if isinstance(value, Field):
        close = {column.lower(): column for column in source.schema}
        return close.get(name.lower(), name)
    return value


def _metadata_fields(source: Source, base: Contract, metadata: Metadata) -> Iterator[Field]:
    for name, value in metadata.items():
        given = value[1] if isinstance(value, tuple) else value
        reserved = catalogue.field(base.dataset, base.domain, name)
        if isinstance(given, Field):
            yield replace(given, name=name)
        elif reserved:
            yield reserved
        else:
            yield _inferred_field(source, base, name, given)


def _inferred_field(source: Source, base: Contract, name: str, given: Given) -> Field:
    checked = _checked(source, name, given)
    with reading(source):
        sample = source.frame.head(SAMPLE_ROWS).select(_expression(checked).alias(name)).collect()
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
    if lacking:
        raise mapping.missing(contract, lacking, list(source.schema), columns)


def _conversion(source: Source, contract: Contract, field: Field, origins: Mapping[str, Given]) -> Conversion:
    given = origins.get(field.name)
    if given is None:
        return Conversion(field, pl.lit(None), None, way(contract, field, pl.Null(), False, field.name))
    direct = isinstance(given, str)
    origin = given if isinstance(given, str) else "the expression"
    found = way(contract, field, _dtype(source, given), source.is_text and direct, origin)
    return Conversion(field, _expression(given), given, found)


def _expression(given: Given) -> pl.Expr:
    return pl.col(given) if isinstance(given, str) else given


def _dtype(source: Source, given: Given) -> pl.DataType:
    if isinstance(given, str):
        return source.schema[given]
    types = _inferred(source) if source.is_text else source.schema
    with reading(source):
        return next(
            iter(pl.LazyFrame(schema=dict(types)).select(given.alias("it")).collect_schema().values())
        )


def _used_in_expressions(conversions: Sequence[Conversion]) -> set[str]:
    return {
        name
        for each in conversions
        if isinstance(each.given, pl.Expr)
        for name in each.given.meta.root_names()
    }


def _inferred(source: Source) -> dict[str, pl.DataType]:
    with reading(source):
        frame = pl.scan_csv(source.files[0], separator=source.separator, infer_schema_length=INFER_ROWS)
        return dict(frame.collect_schema())


def _as(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return transforms.truth_of_text(column) if isinstance(dtype, pl.Boolean) else column.cast(dtype)
