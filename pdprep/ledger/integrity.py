"""The files that hold records: each known by its size and checksum, read by its very name, missed by name.

A file's time of change tells whether it has to be read again to be sure of it, as Git does it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.errors import LedgerError
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import FileRow

# Datasets that the service does not export. Source: developer guide, export-data.
UNEXPORTED: Final = ("actions", "action_interactions")


@dataclass(frozen=True)
class Damage:
    """A file or object that is not what was written: which one, and what is wrong with it."""

    file: Path | str
    found: str


def scan(files: Path | Sequence[Path]) -> pl.LazyFrame:
    """Return a scan of Parquet files; ``[``, ``*`` and ``?`` in a path are letters, never a pattern."""
    return pl.scan_parquet([files] if isinstance(files, Path) else list(files), glob=False)


def read(file: Path) -> pl.DataFrame:
    """Read a Parquet file of that very name."""
    return pl.read_parquet(file, glob=False)


def readable(file: Path) -> bool:
    """Say whether a file is there and is a whole Parquet file, by its ends."""
    try:
        scan(file).select(pl.len()).collect()
    except (pl.exceptions.PolarsError, OSError):
        return False
    return True


def settle(path: Path) -> None:
    """Make sure the bytes are on the disk, not only on their way."""
    with path.open("rb+") as handle:  # Windows asks for the right to write
        os.fsync(handle.fileno())


def register(ledger: Ledger, files: Iterable[tuple[Path, Path]]) -> None:
    """Write down what files are, each before it is moved to where it will stand.

    A file that stood there unknown, after a kill in between, would be taken for one of an older pdprep.

    Args:
        ledger: The ledger whose files they are.
        files: Where each is now, and where it will stand.
    """
    rows = [_row(ledger, now, then) for now, then in files]
    with ledger.journal.database.transaction():
        for row in rows:
            ledger.journal.know_file(row)


def below(ledger: Ledger, folder: Path) -> list[Path]:
    """Return the Parquet files of a folder that stand, and those that ought to, in order."""
    there = set(folder.glob("*.parquet"))
    known = {ledger.folder / row.path for row in ledger.journal.files(_name(ledger, folder) + "/")}
    return sorted(there | {file for file in known if file.parent == folder})


def forget(ledger: Ledger, path: Path) -> None:
    """Take back what is known of a file, or of all files of a folder, that are meant to be gone."""
    ledger.journal.forget_files(_name(ledger, path))


def damage(ledger: Ledger, files: Sequence[Path], thorough: bool = False) -> Damage | None:
    """Return the first file that is missing, cut or changed; None where all are as they were written.

    Args:
        ledger: The ledger whose files they are.
        files: The files.
        thorough: Whether each is read again although its size and time are those that were written down.
    """
    for file in files:
        found = _wrong(ledger, file, ledger.journal.file(_name(ledger, file)), thorough)
        if found:
            return Damage(file, found)
    return None


def listed(ledger: Ledger, folder: Path) -> bool:
    """Say whether it is written down what any file of a folder is."""
    return bool(ledger.journal.files(_name(ledger, folder) + "/"))


def known(ledger: Ledger, file: Path) -> bool:
    """Say whether it is written down what a file is."""
    return ledger.journal.file(_name(ledger, file)) is not None


def checked(ledger: Ledger, dataset: str, files: Sequence[Path]) -> list[Path]:
    """Return the files, which are as they were written.

    Raises:
        LedgerError: One is missing, cut or changed; the message names it and the way back.
    """
    found = damage(ledger, files)
    if found:
        raise error(found, dataset)
    return list(files)


def error(found: Damage, dataset: str) -> LedgerError:
    """Return the error that names a damaged file and the way back."""
    said = "the file as it was written: put it back from a copy"
    if dataset in UNEXPORTED:
        return LedgerError(f"{found.file} {found.found}", f"{said}; no export brings {dataset} back")
    more = ", or build these records anew from the service"
    return LedgerError(f"{found.file} {found.found}", said + more, f'group.adopt("{dataset}")')


def _wrong(ledger: Ledger, file: Path, row: FileRow | None, thorough: bool) -> str:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return "is missing"
    if row is None:  # of an older pdprep, which wrote no sizes down
        if readable(file):
            register(ledger, [(file, file)])
            return ""
        return f"is damaged: its {stat.st_size:,} bytes are no whole Parquet file"
    # From cheap to dear: most files are cleared by their size and time, and are not read.
    if stat.st_size != row.size:
        return f"is damaged: it has {stat.st_size:,} bytes, and {row.size:,} were written"
    if stat.st_mtime_ns == row.modified and not thorough:
        return ""
    if _sha256(file) != row.sha256:
        return f"is damaged: its {row.size:,} bytes are not those that were written"
    # The bytes are right and the time is another, as after a copy: kept, so that it is not read each time.
    ledger.journal.know_file(_row(ledger, file, file))
    return ""


def _row(ledger: Ledger, now: Path, then: Path) -> FileRow:
    stat = now.stat()
    return FileRow(_name(ledger, then), stat.st_size, stat.st_mtime_ns, _sha256(now))


def _name(ledger: Ledger, path: Path) -> str:
    return path.relative_to(ledger.folder).as_posix()


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
