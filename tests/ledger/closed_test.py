"""A journal is closed before it is let go: Python 3.13 warns of a database that is not."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pdprep.ledger.ledger import open_ledger


class Watched(sqlite3.Connection):
    """A connection that is counted when it is made and when it is closed."""

    made = closed = 0

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        Watched.made += 1

    def close(self) -> None:
        Watched.closed += 1
        super().close()


def test_field_16_a_journal_that_is_let_go_closes_its_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, **more, factory=Watched))
    ledger, _ = open_ledger(tmp_path / "ledger", None)
    assert ledger.journal.imports("items") == []
    del ledger
    gc.collect()
    assert (Watched.made, Watched.closed) == (1, 1)
