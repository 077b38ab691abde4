"""Text columns to the types of a schema, and the first thing wrong with them, in the service's words."""

from __future__ import annotations

import polars as pl

from pdprep.local.rows.avro import AvroColumn, AvroSchema

DTYPES: dict[str, pl.DataType] = {
    "string": pl.String(), "int": pl.Int64(), "long": pl.Int64(), "float": pl.Float64(),
    "double": pl.Float64(), "boolean": pl.Boolean(),
}  # fmt: skip
GUIDE = "https://docs.aws.amazon.com/personalize/latest/dg/preparing-training-data.html"
ROW = "__row"


def dtypes(schema: AvroSchema) -> dict[str, pl.DataType]:
    """Return the Polars type of each column of a schema."""
    return {column.name: DTYPES[column.type] for column in schema.columns}


def convert(text: pl.DataFrame, schema: AvroSchema) -> pl.DataFrame:
    """Cast text columns; what does not fit becomes null. Textual values are cut at 20,000 characters."""
    return text.select(_cast(column) for column in schema.columns)


def problem(text: pl.DataFrame, typed: pl.DataFrame, schema: AvroSchema, line: int) -> str:
    """Return why an import job fails on these rows, or nothing. ``line`` is the first row's line."""
    checks = {(c.name, kind): expr for c in schema.columns for kind, expr in _checks(c).items()}
    both = typed.hstack([text[name].alias(_raw(name)) for name in schema.names])
    named = [expr.fill_null(False).alias(f"{kind} {name}") for (name, kind), expr in checks.items()]
    marks = both.select(named)  # one pass for all checks
    for column, (name, kind) in zip(marks.iter_columns(), checks, strict=True):
        if column.any():
            row = column.arg_max() or 0  # the first that is true
            return _words(kind, schema, name, line + row, text[name][row])
    return ""


def _raw(name: str) -> str:
    return f"__text {name}"


def _cast(column: AvroColumn) -> pl.Expr:
    text = pl.col(column.name)
    if column.type == "boolean":
        known = {"true": True, "false": False, "1": True, "0": False}
        return text.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.Boolean())
    if column.type == "string":
        return text.str.head(20_000) if column.textual else text
    return text.cast(DTYPES[column.type], strict=False)


def _checks(column: AvroColumn) -> dict[str, pl.Expr]:
    value, text = pl.col(column.name), pl.col(_raw(column.name))
    blank = text.is_null() | (text == "")  # a quoted empty text is a value, if the column is of text
    checks = {} if column.nullable else {"null": text.is_null() if column.type == "string" else blank}
    if column.type != "string":
        # The cast made null of what it could not read.
        checks["type"] = value.is_null() & blank.not_()
    if column.type in ("float", "double"):
        checks["type"] |= value.is_finite().not_()
    if column.type == "int":
        checks["type"] |= value.is_between(-(2**31), 2**31 - 1).not_()
    if column.bounds:
        checks["range"] = value.is_between(*column.bounds).not_()
    if column.limit:
        checks["long"] = text.str.len_chars() > column.limit
    if column.name in ("USER_ID", "ITEM_ID", "ACTION_ID"):
        checks["null"] = blank  # an id of no characters is none
    return checks


def _words(kind: str, schema: AvroSchema, name: str, line: int, value: str | None) -> str:
    column = next(c for c in schema.columns if c.name == name)
    if kind == "null":
        return f"The column {name} is required and has no value in line {line}."
    if kind == "type":
        found = f"line {line} has '{(value or '')[:60]}'"
        return f"The column {name} must have values of type {column.type}; {found}."
    if column.bounds and kind == "range":
        least, most = column.bounds
        return f"The column {name} must have values from {least} to {most}; line {line} has {value}."
    return (
        f"Length cannot be more than {column.limit} characters for {name}. If no values exceed the character "
        f"limit, make sure your data follows the formatting guidelines listed in {GUIDE} (line {line})."
    )
