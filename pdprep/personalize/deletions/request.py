"""Whom somebody asked to delete, and whether they have agreed to what goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from pdprep.errors import RefusedError
from pdprep.ledger import forgetting
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.deletions import pending_users, user_ids
from pdprep.personalize.deletions.creating import existing
from pdprep.personalize.resources.target import Target
from pdprep.validation.wording import plural

_SHORT: Final = 240  # characters of ids that are written as they were: half a dozen UUIDs


@dataclass(frozen=True, eq=False)
class DeletionRequest:
    """Users who are to be deleted from every dataset of a group. ``ids``: what ``ids_of`` returned."""

    target: Target
    ids: pl.Series

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger

    @property
    def unfinished(self) -> str | None:
        """The id of the job that was to delete the same users and did not come to its end."""
        return pending_users.unfinished(self.ledger, self.ids)


def request(target: Target, users: object, confirm: int | None) -> DeletionRequest:
    """Return what is to be deleted, once somebody has agreed to it.

    Raises:
        InputError: The users are no ids.
        GroupError: There is no such dataset group.
        RefusedError: ``confirm`` is not how many they are; says what would go.
    """
    ids = ids_of(target, users)
    existing(target)
    if confirm == len(ids) and not isinstance(confirm, bool):  # True equals 1, and counts no user
        return DeletionRequest(target, ids)
    held = forgetting.held(target.ledger, ids)
    records = ", ".join(f"{plural(count, 'record')} of {name}" for name, count in held.items() if count)
    asked = "" if confirm is None else f", not {confirm}"
    raise RefusedError(
        f"this would delete {plural(len(ids), 'user')} for good, with {records or 'no record'} that this "
        "ledger knows and all that others have sent of them",
        f"the number of the users as confirm={len(ids)}{asked}; nothing was deleted",
        _line(users, len(ids)),
        counts={"users that would go": len(ids), **{f"records of {name}": n for name, n in held.items()}},
    )


def _line(users: object, count: int) -> str:
    """Return what to type: the whole call where it is short, else the argument that the same call lacks."""
    written = repr(users)
    if isinstance(users, list | tuple) and len(written) <= _SHORT:
        return f"group.delete_users({written}, confirm={count})"
    # Not a name for the ids: the notebook may have one that means others.
    return f"confirm={count}"


def ids_of(target: Target, users: object) -> pl.Series:
    """Read ids; ``1.0`` is ``1`` unless the ledger has it to the letter.

    Raises:
        InputError: They are no ids.
    """
    ids = user_ids.read(users)
    pointed = ids.filter(ids.str.contains(r"\.0*$"))
    return user_ids.undone(ids, forgetting.known(target.ledger, pointed)) if len(pointed) else ids
