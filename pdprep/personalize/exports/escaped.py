"""Read the CSV that Amazon Personalize writes: ``\\"`` and ``\\\\`` in double quotes, one record a line.

Source: Amazon Personalize Developer Guide, preparing-training-data.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.dtypes import DTYPES

_ESCAPED: Final = ["\\\\", '\\"']
_DOUBLED: Final = ["\\", '""']
_LINE: Final = "line"


def to_parquet(files: Sequence[Path], contract: Contract, target: Path) -> pl.LazyFrame:
    """Write CSV files as one Parquet file in bounded memory, and return a scan of it.

    Args:
        files: CSV files with a header each, in any order of columns.
        contract: Names and types of the columns.
        target: The file to write.
    """
    plain = [
        _doubled(file, target.with_name(f"{target.stem}-{number}.csv")) for number, file in enumerate(files)
    ]
    # As text first: Polars would read 007 as the number 7, and types differ from file to file.
    frames = [
        pl.scan_csv(file, infer_schema=False, glob=False).select(
            _as(field.name, DTYPES[field.type]) for field in contract.stored
        )
        for file in plain
    ]
    none = pl.DataFrame([pl.Series(field.name, [], DTYPES[field.type]) for field in contract.stored]).lazy()
    pl.concat(frames or [none]).sink_parquet(target)
    for file in plain:
        file.unlink()
    return pl.scan_parquet(target, glob=False)


def _doubled(file: Path, target: Path) -> Path:
    """Write a file again with doubled quotes, as Polars reads them."""
    lines = pl.scan_lines(file, name=_LINE, glob=False)
    # Both in one step: the mark that closes a value after a doubled backslash is not an escaped one.
    doubled = pl.col(_LINE).str.replace_many(_ESCAPED, _DOUBLED)
    lines.select(doubled).sink_csv(target, include_header=False, quote_style="never")
    return target


def _as(name: str, dtype: object) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(name).str.to_lowercase() == "true"
    return pl.col(name).cast(dtype)  # type: ignore[arg-type]  # the table holds data types
