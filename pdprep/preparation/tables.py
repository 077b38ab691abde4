"""Tables that are folders: Delta and Iceberg, told by what lies in them and read by Polars."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from pdprep.errors import SourceError


class Kind(NamedTuple):
    """One kind of table: what its folder holds, how Polars reads it, and the package that it needs."""

    name: str
    mark: str
    scan: Callable[[str], pl.LazyFrame]
    package: str


def scan_table(folder: Path) -> pl.LazyFrame | None:
    """Return the rows of a folder that is a table, or None where it is none.

    Raises:
        SourceError: The package that reads this kind of table is missing, or the table cannot be read.
    """
    kind = next((kind for kind in KINDS if any(folder.glob(kind.mark))), None)
    return _scan(kind, folder) if kind else None


def _scan(kind: Kind, folder: Path) -> pl.LazyFrame:
    try:
        frame = kind.scan(str(folder))
        frame.collect_schema()
    except ImportError as error:
        raise SourceError(
            f"{folder} is a table of {kind.name}, and {kind.package} is missing",
            f"{kind.package} to read it",
            'pip install "pdprep[tables]"',
        ) from error
    except Exception as error:  # each of the two libraries has errors of its own
        raise SourceError(
            f"{folder} cannot be read as a table of {kind.name} ({error})", "a whole table"
        ) from error
    return frame


def _iceberg(folder: str) -> pl.LazyFrame:
    """Read the newest version of a table that lies in a folder without a catalogue."""
    files = (Path(folder) / "metadata").glob("*.metadata.json")
    return pl.scan_iceberg(str(max(files, key=lambda file: (file.stat().st_mtime_ns, file.name))))


KINDS: Final = (
    Kind("Delta", "_delta_log/*", pl.scan_delta, "deltalake"),
    Kind("Iceberg", "metadata/*.metadata.json", _iceberg, "pyiceberg"),
)
