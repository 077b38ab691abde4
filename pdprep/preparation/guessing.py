"""What kind of field a column of one's own is, told from its first rows."""

from __future__ import annotations

from typing import Final

import polars as pl

from pdprep.contract.fields import Field

LONG_TEXT: Final = 60  # characters on average: prose, not a category


def infer_field(sample: pl.Series, dataset: str) -> Field:
    """Propose a nullable field for a column, from a sample of it.

    >>> infer_field(pl.Series("DEVICE", ["tv", "phone"]), "interactions").kind
    'categorical string or null'
    >>> infer_field(pl.Series("YEAR", ["1995", None]), "items").kind
    'long or null'
    """
    values = sample.drop_nulls()
    type_ = _type(values)
    if type_ != "string":
        return Field(sample.name, type_, nullable=True)
    textual = dataset == "items" and _is_prose(values)
    return Field(sample.name, nullable=True, textual=textual, categorical=not textual)


def _type(values: pl.Series) -> str:
    if values.dtype.is_integer():
        return "long"
    if values.dtype.is_float() or values.dtype.is_decimal():
        return "float"
    if values.dtype == pl.String and values.len():
        return _type_of_text(values.str.strip_chars())
    return "string"


def _type_of_text(values: pl.Series) -> str:
    filled = values.filter(values != "")
    if not filled.len() or filled.str.contains(r"^0\d").any():  # 007 is a name, not a number
        return "string"
    if filled.cast(pl.Int64, strict=False).null_count() == 0:
        return "long"
    return "float" if filled.cast(pl.Float64, strict=False).null_count() == 0 else "string"


def _is_prose(values: pl.Series) -> bool:
    if values.dtype != pl.String or not values.len():
        return False
    length = values.str.len_chars().mean()
    return isinstance(length, float) and length > LONG_TEXT
