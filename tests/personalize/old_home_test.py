"""A home that an older pdprep left in the middle of its work opens and goes on as it would have there."""

from __future__ import annotations

from pathlib import Path

import pytest

import pdprep
from pdprep.errors import ServiceError
from pdprep.local.server import Running
from tests.personalize.frames import counts, events, exported, prepared, users
from tests.personalize.restart_test import count, kill_when, start

ADDED = ("files", "id_forms")  # tables of the journal that older ones lack


def aged(home: Path) -> None:
    """Make of the home's ledger what the first version of the journal wrote, with what a kill left then."""
    ledger = pdprep.connect("movies")._target.ledger
    for table in ADDED:
        ledger.journal.database.run(f"DROP TABLE {table}")
    ledger.journal.database.run("PRAGMA user_version = 1")
    ledger.journal.close()
    left = ledger.folder / "scratch" / "bulk-0099"
    left.mkdir(parents=True)
    (left / "interactions-00000.csv").write_text("USER_ID\nu1\n")
    (ledger.folder / "plans" / "put-0098.part").write_text("u1")
    (home / ".gitignore").write_text("*\n")


def test_an_older_home_goes_on(home: Path, server: Running) -> None:
    group = pdprep.connect("movies")
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, users("u1", "u2"))).wait()
    server.state.faults.ask(operation="CreateDataDeletionJob", code="AccessDeniedException", status=403)
    with pytest.raises(ServiceError):
        group.delete_users(["u1"]).wait()
    process = start("put(prepared(group, events(500, first=5000)))")
    kill_when(process, lambda: count(home, "SELECT count(*) FROM calls") >= 20)
    aged(home)
    again = pdprep.connect("movies")
    assert again.home == home
    assert again.jobs()[0].status == "INTERRUPTED"
    assert again.jobs()[0].resume().wait().rows == 500
    assert counts(again) == {"bulk": 1200, "incremental": 500, "both": 0}
    assert again.delete_users(["u1"]).wait().id == "deletion-0003"
    assert again.verify("interactions").ok
    assert again.verify("users").ok
    assert "u1" not in exported(again, "ALL")["USER_ID"]
    assert not list(again._target.ledger.folder.rglob("*0098*"))
    assert not list(again._target.ledger.folder.rglob("*0099*"))
    assert again.bulk(prepared(again, events(1200)), replace=True).wait().status == "ACTIVE"
