"""Who has been deleted, without keeping who that was: a keyed digest of each id.

A deleted user whose rows come again is unknown to the ledger and so looks new; the digests tell. They do not
give the ids back, but whoever has this folder can ask it about an id; without its file nobody is remembered.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.ledger import folders
from pdprep.ledger.integrity import settle
from pdprep.ledger.ledger import Ledger

FILE: Final = "deleted.digests"  # its first line is the key
_BYTES: Final = 16  # two of a billion ids meet by chance once in 10 ** 20


def remember(ledger: Ledger, ids: pl.Series) -> None:
    """Keep the digests of users who have been deleted; the file is there whole or as it was."""
    file = _file(ledger)
    folders.private(file.parent)
    key, known = _read(file)
    # Sorted, so that the order does not tell who left together.
    lines = sorted(known | {_digest(key, id) for id in ids})
    with ledger.temporary() as folder:
        fresh = folder / FILE
        fresh.write_text("\n".join([key, *lines]) + "\n", encoding="ascii", newline="\n")
        settle(fresh)
        platforms.replace(fresh, file)


def among(ledger: Ledger, ids: pl.Series) -> pl.Series:
    """Return the distinct ids of users who have been deleted.

    Args:
        ledger: The ledger of the dataset group.
        ids: Ids; the same one may stand in it often.
    """
    distinct = ids.drop_nulls().unique()
    key, known = _read(_file(ledger))
    if not known:
        return distinct.clear()
    return distinct.filter(pl.Series([_digest(key, id) in known for id in distinct], dtype=pl.Boolean))


def _file(ledger: Ledger) -> Path:
    return ledger.folder / "deletions" / FILE


def _read(file: Path) -> tuple[str, set[str]]:
    if not file.exists():
        return secrets.token_hex(_BYTES), set()
    key, *lines = file.read_text(encoding="ascii").split()
    return key, set(lines)


def _digest(key: str, id: str) -> str:
    # With the key of this file: digests without one are the same everywhere and can be looked up in a table.
    return hashlib.blake2b(id.encode(), digest_size=_BYTES, key=bytes.fromhex(key)).hexdigest()
