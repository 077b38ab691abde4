"""What kind of field a column of one's own is, told from its first rows."""

from __future__ import annotations

import polars as pl

from pdprep.contract.fields import Field
from pdprep.preparation.evidence import Evidence


def infer_field(sample: pl.Series, dataset: str) -> Field:
    """Propose a nullable field for a column, from a sample of it.

    >>> infer_field(pl.Series("DEVICE", ["tv", "phone"]), "interactions").kind
    'categorical string or null'
    >>> infer_field(pl.Series("YEAR", ["1995", None]), "items").kind
    'long or null'
    """
    told = Evidence.of(sample)
    if told.kind == "number":
        return Field(sample.name, _type(told), nullable=True)
    textual = dataset == "items" and told.kind == "prose"
    return Field(sample.name, nullable=True, textual=textual, categorical=not textual)


def _type(told: Evidence) -> str:
    if told.values.dtype.is_integer():
        return "long"
    if told.values.dtype != pl.String:
        return "float"
    return "long" if told.values.cast(pl.Int64, strict=False).null_count() == 0 else "float"
