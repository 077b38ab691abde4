"""The Polars type in which each type of field stands in a prepared frame."""

from __future__ import annotations

from typing import Final

import polars as pl

DTYPES: Final = {
    "string": pl.String,
    "int": pl.Int32,
    "long": pl.Int64,
    "float": pl.Float64,
    "double": pl.Float64,
    "boolean": pl.Boolean,
}
# A float of Amazon Personalize is written as text, so the frame keeps the source's full precision.
