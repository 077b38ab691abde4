"""What a case of the corpus is: data as somebody has it, what they write, and the records that must come out.

The records are written down by hand or by plain Python from the rules of Amazon Personalize; nothing here
asks the product. A record is the text of each field as the service reads it, None where it is blank.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl

from pdprep.contract.choices import DatasetType, Domain

Record = tuple[str | None, ...]
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """What a person writes: the dataset, the mapping and how to read."""

    dataset: DatasetType
    columns: Given = field(default_factory=dict)
    metadata: Given = field(default_factory=dict)
    options: Given = field(default_factory=dict)
    domain: Domain = "CUSTOM"
    before: Callable[[pl.LazyFrame], pl.LazyFrame] | None = None  # steps between read and prepare


@dataclass(frozen=True)
class File:
    """One file, byte by byte."""

    name: str
    file: str
    data: bytes
    call: Call
    records: Sequence[Record]
    bad: int = 0  # rows that break a rule and are set aside

    def write(self, folder: Path) -> Path:
        path = folder / self.file
        path.write_bytes(self.data)
        return path


@dataclass(frozen=True)
class Table:
    """Rows that several kinds of sources can hold: the same data gives the same bytes from each of them.

    Attributes:
        columns: Python values by column.
        types: The Polars type of a column, where Python's value does not tell it.
        but: Sources whose types cannot say it, each with the reason.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]
    call: Call
    records: Sequence[Record]
    types: Mapping[str, Any] = field(default_factory=dict)
    but: Mapping[str, str] = field(default_factory=dict)
    bad: int = 0

    @property
    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(dict(self.columns), schema_overrides=dict(self.types))


def epoch(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> str:
    """Return a moment of UTC as the service wants it: seconds since 1970."""
    return str(int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()))


def lines(*rows: str, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """Return rows of text as a file."""
    return "".join(row + end for row in rows).encode(encoding)


def _csv(table: Table, folder: Path) -> Path:
    path = folder / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(table.columns)
        for row in zip(*table.columns.values(), strict=True):
            writer.writerow(["" if value is None else _text(value) for value in row])
    return path


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _ndjson(table: Table, folder: Path) -> Path:
    path = folder / "table.ndjson"
    with path.open("w", encoding="utf-8") as handle:
        for row in zip(*table.columns.values(), strict=True):
            handle.write(json.dumps(dict(zip(table.columns, row, strict=True)), default=_text) + "\n")
    return path


def _parquet(table: Table, folder: Path) -> Path:
    table.frame.write_parquet(folder / "table.parquet")
    return folder / "table.parquet"


def _ipc(table: Table, folder: Path) -> Path:
    table.frame.write_ipc(folder / "table.arrow")
    return folder / "table.arrow"


def _pandas(table: Table, folder: Path) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(list(values), dtype=object) for name, values in table.columns.items()}
    )


SOURCES: Final[Mapping[str, Callable[[Table, Path], Any]]] = {
    "CSV": _csv,
    "NDJSON": _ndjson,
    "Parquet": _parquet,
    "Arrow IPC": _ipc,
    "Polars": lambda table, folder: table.frame,
    "Polars, lazy": lambda table, folder: table.frame.lazy(),
    "Arrow": lambda table, folder: table.frame.to_arrow(),
    "pandas, object": _pandas,
    "pandas, nullable": lambda table, folder: _pandas(table, folder).convert_dtypes(),
    "pandas, Arrow": lambda table, folder: table.frame.to_pandas(use_pyarrow_extension_array=True),
}
