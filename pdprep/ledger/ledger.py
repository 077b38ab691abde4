"""The ledger of one dataset group: a folder that holds the journal, the records and the plans."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pdprep import clock
from pdprep.ledger import folders
from pdprep.ledger.journal import Journal
from pdprep.ledger.locks import Lock
from pdprep.ledger.rows import Binding

FILE, STANDING = "ledger.sqlite", "standing"


@dataclass(frozen=True)
class Ledger:
    """Where the facts about one dataset group are kept."""

    folder: Path
    journal: Journal = field(repr=False)

    def records(self, dataset: str) -> Path:
        """Return the folder of the records of a dataset's imports."""
        return folders.private(self.folder / "records" / dataset)

    def standing(self, dataset: str) -> Path:
        """Return the folder of the merged records of a dataset; it can be built again at any time."""
        return folders.private(self.folder / STANDING / dataset)

    @property
    def plans(self) -> Path:
        """The folder of the put plans."""
        return folders.private(self.folder / "plans")

    def lock(self, name: str) -> Lock:
        """Return the lock of a dataset, which a job on it holds, or of a job, which its process holds."""
        return Lock(self.folder / "locks" / f"{name}.lock")

    def scratch(self, name: str) -> Path:
        """Return a private folder for files that a job needs for a while."""
        return folders.private(self.folder / "scratch" / name)


def open_ledger(folder: Path, group: Binding | None) -> tuple[Ledger, str]:
    """Open the ledger of a dataset group.

    Args:
        folder: Where it is, or will be.
        group: The group as the service knows it now; None where it does not exist.

    Returns:
        The ledger and a note. A ledger of a group that was deleted, or deleted and made again, is archived;
        the note then says where.
    """
    folders.private(folder)
    ledger = Ledger(folder, Journal(folder / FILE))
    bound = ledger.journal.binding()
    if bound is None and group is not None:
        ledger.journal.bind(group)
    if bound is None or bound == group:
        return ledger, ""
    return _archived(ledger, group)


def _archived(ledger: Ledger, group: Binding | None) -> tuple[Ledger, str]:
    ledger.journal.close()
    place = folders.archive(ledger.folder, clock.now().strftime("%Y%m%dT%H%M%S"))
    fate = "was deleted and made again" if group else "was deleted"
    fresh, _ = open_ledger(ledger.folder, group)
    return fresh, f"the dataset group {fate} since the last import; what was recorded of it is in {place}"
