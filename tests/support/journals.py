"""A journal as an older pdprep left it."""

from __future__ import annotations

from pdprep.ledger.ledger import Ledger

TABLES = ("files", "id_forms", "objects")
COLUMNS = (("jobs", "worked"), ("jobs", "begun"), ("imports", "records"))


def make_first_version(ledger: Ledger) -> None:
    """Take from a journal what the first version of it lacks, and close it."""
    database = ledger.journal.database
    for table in TABLES:
        database.run(f"DROP TABLE {table}")
    for table, column in COLUMNS:
        database.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    database.run("PRAGMA user_version = 1")
    ledger.journal.close()
