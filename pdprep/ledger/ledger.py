"""The ledger of one dataset group: a folder that holds the journal, the records and the plans."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pdprep import clock, platforms
from pdprep.ledger import folders
from pdprep.ledger.bucket import RecordBucket
from pdprep.ledger.database import damaged
from pdprep.ledger.journal import Journal
from pdprep.ledger.rows import Binding
from pdprep.locks import Lock

FILE, VIEW, SCRATCH = "ledger.sqlite", "standing", "scratch"
HOLDERS: Final = ("records", "plans", "deletions")  # folders that are never empty for want of a journal


@dataclass(frozen=True)
class Ledger:
    """Where the facts about one dataset group are kept; ``bucket`` is the way to records in S3."""

    folder: Path
    journal: Journal = field(repr=False)
    bucket: RecordBucket | None = field(default=None, repr=False, compare=False)

    def records(self, dataset: str) -> Path:
        """Return the folder of the records of a dataset's imports."""
        return folders.private(self.folder / "records" / dataset)

    def view(self, dataset: str) -> Path:
        """Return the folder of the merged records of a dataset; it can be built again at any time."""
        return folders.private(self.folder / VIEW / dataset)

    @property
    def plans(self) -> Path:
        """The folder of the put plans."""
        return folders.private(self.folder / "plans")

    def lock(self, name: str) -> Lock:
        """Return the lock of a dataset, which a job on it holds, or of a job, which its process holds."""
        return Lock(self.folder / "locks" / f"{name}.lock")

    def scratch(self, name: str) -> Path:
        """Return a private folder for files that a job needs for a while.

        It bears the name of a lock, the job's, so that a folder whose lock is free is one that a kill left.
        """
        return folders.private(self.folder / SCRATCH / name)

    @contextmanager
    def temporary(self) -> Iterator[Path]:
        """Give a private folder for files on their way to another place, until the block ends."""
        lock = self.lock(f"files-{uuid.uuid4().hex}")
        lock.take()
        folder = self.scratch(lock.path.stem)
        try:
            yield folder
        finally:
            platforms.remove_tree(folder)
            lock.drop()

    def sweep(self) -> None:
        """Remove what killed processes left in the one place for temporary files; no resume needs it."""
        place = self.folder / SCRATCH
        for left in sorted(place.iterdir()) if place.is_dir() else ():
            if left.is_dir() and not self.lock(left.name).held():
                platforms.remove_tree(left)


def open_ledger(
    folder: Path, group: Binding | None, bucket: RecordBucket | None = None
) -> tuple[Ledger, str]:
    """Open the ledger of a dataset group.

    Args:
        folder: Where it is, or will be.
        group: The group as the service knows it now; None where it does not exist.
        bucket: The way to records that lie in S3.

    Returns:
        The ledger and a note. A ledger of a group that was deleted, or deleted and made again, is archived;
        the note then says where.

    Raises:
        LedgerError: Its journal is lost or damaged while records stand.
    """
    folders.private(folder)
    _demand_journal(folder)
    ledger = Ledger(folder, Journal(folder / FILE), bucket)
    ledger.sweep()
    # The time of creation is part of it: a group that was made again has the name and the ARN of the old one.
    bound = ledger.journal.binding()
    if bound is None and group is not None:
        ledger.journal.bind(group)
    if bound is None or bound == group:
        return ledger, ""
    return _archived(ledger, group)


def _demand_journal(folder: Path) -> None:
    """Refuse to begin an empty journal beside records that one told of."""
    file = folder / FILE
    if file.exists() and file.stat().st_size:
        return
    # An empty journal would know of no record, and the next put would send all of them again.
    held = next((found for name in HOLDERS for found in (folder / name).rglob("*.parquet")), None)
    held = held or next((folder / HOLDERS[-1]).glob("*.ids"), None)
    if held is not None:
        raise damaged(file, "is empty" if file.exists() else "is missing", f"and {held} stands")


def _archived(ledger: Ledger, group: Binding | None) -> tuple[Ledger, str]:
    ledger.journal.close()
    place = folders.archive(ledger.folder, clock.now().strftime("%Y%m%dT%H%M%S"))
    fate = "was deleted and made again" if group else "was deleted"
    fresh, _ = open_ledger(ledger.folder, group, ledger.bucket)
    return fresh, f"the dataset group {fate} since the last import; what was recorded of it is in {place}"
