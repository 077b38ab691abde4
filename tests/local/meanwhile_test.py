"""What one piece of work finds that another piece changes meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep.local.rows.layers import BULK
from pdprep.local.state import ServerState
from pdprep.local.training import learning, subjects
from pdprep.local.training.events import read_events
from tests.local.when_it_counts_test import HOUR, PERSONAL, Timed, timed

__all__ = ["timed"]  # the fixture


def test_what_learns_keeps_the_files_that_imports_replace(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before_an_import(read: Callable[..., pl.LazyFrame]) -> Callable[..., pl.LazyFrame]:
        def read_and_import(*given: Any, **more: Any) -> pl.LazyFrame:
            rows = read(*given, **more)
            replace(timed.server.state)
            return rows

        return read_and_import

    monkeypatch.setattr(learning, "read_events", before_an_import(read_events))
    monkeypatch.setattr(subjects, "newest", before_an_import(subjects.newest))
    timed.train(timed.solution(PERSONAL))
    campaign = timed.campaign("aws-semantic-similarity", performIncrementalUpdate=True)
    timed.put_item("fresh", price=5)
    timed.pass_by(HOUR / 2)
    assert "fresh" in timed.ids(campaign, itemId="i0")


def replace(state: ServerState) -> None:
    """Import what each dataset holds once more, and let another reading end."""
    for dataset in state.resources.list("dataset"):
        with state.layers.reading(dataset.arn, BULK) as held:
            files = [(Path(shutil.copy(each.path, state.layers.fresh())), held.rows) for each in held.bulk]
            state.layers.commit_bulk(dataset.arn, files, replace=True, at=0.0)
