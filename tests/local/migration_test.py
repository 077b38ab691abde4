"""A newer pdprep opens the state folder of an older one and keeps what is in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pdprep.local import running
from pdprep.local.life import store

ITEMS = "ITEM_ID,GENRES,PRICE\na,A,1\n"


@pytest.mark.parametrize("version", range(1, len(store.MIGRATIONS)))
def test_a_folder_of_every_older_version(tmp_path: Path, make_lab: Any, version: int) -> None:
    folder = tmp_path / "state"
    current = store.MIGRATIONS
    with running(folder, clock="instant") as server:
        lab = make_lab(server.url)
        group = lab.group("old")
        dataset = lab.dataset("Items", group)
        lab.load(dataset, ITEMS)
        lab.events.put_items(datasetArn=dataset, items=[{"itemId": "b"}])
    downgrade(folder / "state.sqlite", tmp_path / "old.sqlite", current[:version])
    with running(folder, clock="instant") as server:
        lab = make_lab(server.url, count=9)
        assert [row[0] for row in lab.export(dataset, "ALL")[1:]] == ["a", "b"]
        lab.events.put_items(datasetArn=dataset, items=[{"itemId": "c"}])
        assert [row[0] for row in lab.export(dataset, "PUT")[1:]] == ["b", "c"]
        lab.personalize.delete_dataset(datasetArn=dataset)
    assert version_of(folder / "state.sqlite") == len(current)


def downgrade(path: Path, old: Path, migrations: tuple[Any, ...]) -> None:
    """Write the rows of a state into the tables that an older version made."""
    database = sqlite3.connect(old, isolation_level=None)
    for migration in migrations:
        migration(database)
    database.execute(f"PRAGMA user_version={len(migrations)}")
    database.execute("ATTACH ? AS now", (str(path),))
    names = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (name,) in database.execute(names).fetchall():
        columns = ", ".join(row[1] for row in database.execute(f"PRAGMA main.table_info({name})"))
        database.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM now.{name}")
    database.close()
    for leftover in path.parent.glob("state.sqlite-*"):
        leftover.unlink()
    old.replace(path)


def version_of(path: Path) -> int:
    database = sqlite3.connect(path)
    found = database.execute("PRAGMA user_version").fetchone()
    database.close()
    return int(found[0])
