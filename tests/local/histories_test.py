"""What users did lately, in numbers and in parts of users: the same events as the records tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep.local import running
from pdprep.local.memory import histories
from pdprep.local.rows.layers import RowsSnapshot
from pdprep.local.rows.typed import ROW
from tests.local.recommend_test import NOW, events


@pytest.mark.parametrize("rows", [10_000, 100])
def test_histories_are_what_was_imported_and_put(
    tmp_path: Path, make_lab: Any, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(histories, "PART", rows)
    with running(tmp_path / "state", clock="instant") as server:
        lab = make_lab(server.url)
        group = lab.group()
        dataset = lab.dataset("Interactions", group)
        lab.load(dataset, events())
        tracker = lab.tracker(group)
        event = {"eventType": "Buy", "itemId": "new", "sentAt": NOW + 9000}
        lab.events.put_events(trackingId=tracker, userId="u7", sessionId="s", eventList=[event])
        state = server.state
        history = state.memory.history(state, state.resources.get(dataset))
        told = [line.split(",") for line in events().splitlines()[1:]]
        for number in range(40):
            user = f"u{number}"
            wanted = [(item, kind, int(time)) for who, item, kind, time in told if who == user]
            wanted += [("new", "buy", NOW + 9000)] if user == "u7" else []
            assert [(each.item, each.type, each.time) for each in history.of(user)] == wanted
        assert history.of("nobody") == []
        assert [each.put for each in history.of("u7")][-2:] == [False, True]


def test_a_file_that_comes_while_a_history_is_made_is_read_next(
    tmp_path: Path, make_lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path / "state", clock="instant") as server:
        lab, layers = make_lab(server.url), server.state.layers
        dataset = lab.dataset("Interactions")
        lab.load(dataset, events())
        row = {"USER_ID": "late", "ITEM_ID": "i", "EVENT_TYPE": "x", "TIMESTAMP": NOW, ROW: 0}
        pl.DataFrame(row).write_parquet(late := layers.fresh())
        snapshot = layers._snapshot

        def then_import(*given: str) -> RowsSnapshot:
            found = snapshot(*given)
            monkeypatch.undo()
            layers.commit_bulk(dataset, [(late, 1)], replace=False, at=NOW)
            return found

        monkeypatch.setattr(layers, "_snapshot", then_import)
        history = server.state.memory.history(server.state, server.state.resources.get(dataset))
        assert [[each.item for each in history.of("late")] for _ in range(2)] == [[], ["i"]]
