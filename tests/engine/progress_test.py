"""Progress is told as far as it is known, and whoever listens can stop the work."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest

from pdprep import prepare, stage, validate
from pdprep.engine import watch
from pdprep.progress import Progress
from tests.engine.shop import MAPPING, dirty, events


class Halt(Exception):  # noqa: N818 - what a listener may raise
    """Somebody asked to stop."""


def heard(tmp_path: Path, source: object, partitions: int = 4) -> list[Progress]:
    said: list[Progress] = []
    stage(events(source), tmp_path / "out", listener=said.append, partitions=partitions)
    return said


def test_a_frame_knows_its_rows_from_the_start(tmp_path: Path) -> None:
    assert {progress.total for progress in heard(tmp_path, dirty())} == {5_500}


def test_a_csv_does_not_know_them_before_it_is_read(tmp_path: Path) -> None:
    dirty().write_csv(tmp_path / "events.csv")
    said = heard(tmp_path, tmp_path / "events.csv")
    assert said[0] == Progress("prepare", 0, None)
    assert Progress("prepare", 5_500, 5_500) in said
    assert {progress.total for progress in said if progress.phase != "prepare"} == {5_500}


def test_every_phase_ends_at_its_total_and_never_goes_back(tmp_path: Path) -> None:
    said = heard(tmp_path, dirty())
    for phase in ("prepare", "validate", "stage"):
        done = [progress.done for progress in said if progress.phase == phase]
        assert done == sorted(done)
        assert done[-1] == 5_500


def test_rows_are_heard_while_they_are_read_and_on_the_callers_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.001)
    threads, done = set(), []

    def listen(progress: Progress) -> None:
        threads.add(threading.get_ident())
        done.append(progress.done)

    validate(events(pl.concat([dirty()] * 100)), listener=listen)
    assert threads == {threading.get_ident()}
    assert any(0 < each < 550_000 for each in done)


@pytest.mark.parametrize("partitions", [1, 4])
def test_a_listener_stops_the_work_and_no_part_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partitions: int
) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.001)
    said: list[Progress] = []

    def listen(progress: Progress) -> None:
        said.append(progress)
        if len(said) > 2:
            raise Halt

    # Code of the user's runs beside: what the listener raises is not taken for its fault.
    prepared = prepare(dirty(), "interactions", columns=MAPPING | {"EVENT_TYPE": pl.lit("watch")})
    with pytest.raises(Halt):
        stage(prepared, tmp_path, listener=listen, partitions=partitions)
    assert list(tmp_path.iterdir()) == []
