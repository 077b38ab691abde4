"""The corpus: files and tables as other people have them, and the records that must come out of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pdprep import Prepared, Staged, prepare, read, stage
from tests.preparation import reader
from tests.wild.cases import SOURCES, Call, File, Record, Table
from tests.wild.corpus import FILES, HELD, TABLES

EVENTS = ("interactions", "action_interactions")


def prepared(source: Any, call: Call, bad: int = 0) -> Prepared:
    options = dict(call.options)
    if call.before:
        source, options = call.before(read(source, **options)), {}
    return prepare(
        source, call.dataset, domain=call.domain, columns=call.columns, metadata=call.metadata,
        on_invalid="drop" if bad else "raise", **options,
    )  # fmt: skip


def staged(source: Any, call: Call, bad: int, folder: Path) -> Staged:
    """Stage as for a put: a bulk import of events asks for a thousand of them."""
    return stage(prepared(source, call, bad), folder, route="put" if call.dataset in EVENTS else "bulk")


def records(found: Staged) -> list[Record]:
    """Return what Amazon Personalize would read, by a reader that knows only its documentation."""
    return [tuple(row) for part in found.parts for row in reader.read(part.path.read_bytes())[1]]


def ordered(rows: Any) -> list[Record]:
    return sorted(rows, key=lambda row: [value or "" for value in row])


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_a_file_gives_its_records(tmp_path: Path, case: File) -> None:
    found = staged(case.write(tmp_path), case.call, case.bad, tmp_path / "staged")
    assert ordered(records(found)) == ordered(case.records)
    assert found.report.rows["dropped"].sum() == case.bad


@pytest.mark.parametrize(("case", "kind"), HELD)
def test_the_same_table_gives_the_same_bytes_from_every_source(
    tmp_path: Path, case: Table, kind: str
) -> None:
    found = staged(SOURCES[kind](case, tmp_path), case.call, case.bad, tmp_path / "staged")
    assert ordered(records(found)) == ordered(case.records)
    plain = staged(case.frame, case.call, case.bad, tmp_path / "plain")
    assert [part.sha256 for part in found.parts] == [part.sha256 for part in plain.parts]


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    names = [*(case.name for case in FILES), *(case.name for case in TABLES)]
    assert len(names) == len(set(names)) >= 60
