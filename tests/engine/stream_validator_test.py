"""Batches are judged on any thread, and none waits for what another does with its bad rows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import polars as pl

from pdprep import prepare
from pdprep.engine.stream_validator import StreamValidator
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.validation.row_checks import row_checks

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TIME = int(NOW.timestamp()) - 10
ROWS = pl.DataFrame({"USER_ID": ["", "u"], "ITEM_ID": ["i", "i"], "TIMESTAMP": [TIME, TIME]})


class Slow:
    """Keeps bad rows, and is not done with the first of them before somebody says so."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.heights = threading.Event(), threading.Event(), list[int]()
        self.in_time = True

    def take(self, bad: pl.DataFrame) -> None:
        self.begun.set()
        self.in_time &= self.go_on.wait(timeout=20)
        self.heights.append(bad.height)

    def forget(self) -> None:
        self.heights.clear()


def test_a_batch_is_judged_while_the_bad_rows_of_another_are_written() -> None:
    aside, prepared = Slow(), prepare(ROWS, "interactions")
    validator = StreamValidator(EncodedFrame(prepared), row_checks(prepared, NOW), None, aside)

    def judge() -> None:
        assert validator.on(prepared.rows).collect()["USER_ID"].to_list() == ["u"]

    first = threading.Thread(target=judge)
    first.start()
    assert aside.begun.wait(timeout=20)
    judge()
    aside.go_on.set()
    first.join()
    validator.sort_out()
    assert aside.in_time
    assert aside.heights == [1, 1]
    assert (validator.read, validator.bad, validator.examples.height) == (4, 2, 2)
