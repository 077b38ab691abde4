"""The users whose deletion is not over: a file of the ledger for each job, until all of it is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pdprep.errors import LedgerError
from pdprep.ledger import folders, forgetting, integrity
from pdprep.ledger.ledger import Ledger


def users(ledger: Ledger) -> pl.Series:
    """Return the users whose deletion was begun and is not over."""
    ids = [read(file(ledger, id)) for id in waiting(ledger)]
    return pl.concat([pl.Series(forgetting.USER, [], pl.String), *ids]).unique()


def unfinished(ledger: Ledger, ids: pl.Series) -> str | None:
    """Return the id of the job that was to delete the same users and did not come to its end."""
    asked = ids.sort()
    same = (id for id in waiting(ledger) if read(file(ledger, id)).sort().equals(asked))
    return next(same, None)


def file(ledger: Ledger, id: str) -> Path:
    """Return the file of the users of a job."""
    return ledger.folder / "deletions" / f"{id}.ids"


def waiting(ledger: Ledger) -> Iterator[str]:
    """Yield the ids of the jobs that are not over, oldest first."""
    yield from sorted(found.stem for found in (ledger.folder / "deletions").glob("*.ids"))


def write(ledger: Ledger, ids: pl.Series, place: Path) -> None:
    """Write down the users of a job; the file is there whole or not at all."""
    folders.private(place.parent)
    with ledger.temporary() as folder:
        fresh = folder / place.name
        ids.to_frame().write_parquet(fresh)
        integrity.settle(fresh)  # after a kill, this alone tells whom the service deletes
        fresh.replace(place)


def read(place: Path) -> pl.Series:
    """Return the users of a job.

    Raises:
        LedgerError: The file is damaged.
    """
    try:
        return integrity.read(place).to_series()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise LedgerError(
            f"{place} is damaged; it held the ids of users who wait to be deleted",
            "the file as it was written: put it back from a copy; or remove it, and delete those users again",
            f"__import__('pathlib').Path({str(place)!r}).unlink()",
        ) from error
