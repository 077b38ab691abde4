"""What lies behind a dataset group, opened beside it as another process would: its ledger and its target."""

from __future__ import annotations

from pdprep.group import DatasetGroup
from pdprep.ledger import folders
from pdprep.ledger.journal import Journal
from pdprep.ledger.ledger import FILE, Ledger
from pdprep.personalize.resources import connecting
from pdprep.personalize.resources.connecting import ConnectArguments
from pdprep.personalize.resources.target import Target


def ledger_of(group: DatasetGroup) -> Ledger:
    """Return the ledger of a group; the group is there, so its folder is."""
    environment = group.environment
    folder = folders.group_folder(group.home, environment.account, environment.region, group.name)
    return Ledger(folder, Journal(folder / FILE))


def target_of(group: DatasetGroup) -> Target:
    """Return where the jobs of a group of the local Personalize send to."""
    return connecting.target(
        group.name, None, ConnectArguments(None, None, None, None, {}), group.home, False
    )[0]
