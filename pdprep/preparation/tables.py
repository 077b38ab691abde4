"""Tables that are folders, here or in S3: Delta and Iceberg, told by what lies in them and read by Polars."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from pdprep import platforms
from pdprep.errors import SourceError
from pdprep.preparation.files import KINDS as FORMATS
from pdprep.preparation.storage import SCHEME, Object, Storage, from_environment

Way = Storage | None  # None: the files of this machine


class Kind(NamedTuple):
    """One kind of table: what its folder holds, how Polars reads it, and the package that it needs."""

    name: str
    folder: str
    ending: str
    scan: Callable[[str, list[Object], Way], pl.LazyFrame]
    package: str


def scan_table(text: str, storage: Way = None) -> pl.LazyFrame | None:
    """Return the rows of a folder that is a table, or None where it is none.

    Raises:
        SourceError: The package that reads this kind of table is missing, or the table cannot be read.
    """
    if text.startswith(SCHEME):
        ending = Path(text).suffix.lower()
        return (
            None
            if ending in FORMATS or "*" in text
            else _first(text.rstrip("/"), storage or from_environment())
        )
    if text.startswith("file://"):
        text = platforms.local_path(text)
    return None if "://" in text else _first(str(Path(text).expanduser()), None)


def _first(folder: str, way: Way) -> pl.LazyFrame | None:
    for kind in TABLES:
        below = _below(f"{folder}/{kind.folder}", way, None if kind.ending else 1)
        marks = [mark for mark in below if mark.url.endswith(kind.ending)]
        if marks:
            return _scan(kind, folder, marks, way)
    return None


def _below(folder: str, way: Way, most: int | None) -> list[Object]:
    if way:
        return list(way.below(f"{folder}/", most))
    found = ((str(path), path.stat()) for path in Path(folder).glob("*"))
    return [Object(name, entry.st_size, entry.st_mtime_ns) for name, entry in found]


def _scan(kind: Kind, folder: str, marks: list[Object], way: Way) -> pl.LazyFrame:
    try:
        frame = kind.scan(folder, marks, way)
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


def _delta(folder: str, _marks: list[Object], way: Way) -> pl.LazyFrame:
    return pl.scan_delta(folder, **(way.options if way else {}))


def _iceberg(_folder: str, marks: list[Object], way: Way) -> pl.LazyFrame:
    """Read the newest version of a table that lies in a folder without a catalogue."""
    newest = max(marks, key=lambda mark: (mark.modified, mark.url)).url
    return pl.scan_iceberg(newest, storage_options=_of_iceberg(way) if way else None)


def _of_iceberg(way: Storage) -> dict[str, str]:
    """Write the place and the keys as pyiceberg wants them, which cannot ask for keys itself."""
    keys, _ = way.keys()
    given = {**way.place, **keys}
    return {name: str(given[ours]) for ours, name in _ICEBERG.items() if given.get(ours)}


_ICEBERG: Final = {
    "aws_endpoint_url": "s3.endpoint",
    "aws_region": "s3.region",
    "aws_access_key_id": "s3.access-key-id",
    "aws_secret_access_key": "s3.secret-access-key",
    "aws_session_token": "s3.session-token",
}
TABLES: Final = (
    Kind("Delta", "_delta_log", "", _delta, "deltalake"),
    Kind("Iceberg", "metadata", ".metadata.json", _iceberg, "pyiceberg"),
)
