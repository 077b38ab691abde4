"""A proposal for data of other people passes prepare and validation, or says what it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

import pdprep
from pdprep import Prepared, Proposal, infer_contract, stage
from tests.wild.cases import SOURCES, Call, File, Table
from tests.wild.corpus import FILES, HELD

EVENTS: Final = ("interactions", "action_interactions")
# What nobody can tell from the data alone: a film above its ratings, no times, gaps of an owner's.
CANNOT: Final = {
    "ratings of many users under a line with the film",
    "books with semicolons, everything quoted, in cp1252",
    "news with what was shown and clicked in one text",
    "invoices of customers who are unknown",
    "articles with a path of categories",
    "orders whose further lines leave the order's columns out",
    "events in microseconds with properties that not every event has",
    "anonymous visits with a session",
    "columns that are named like patterns",
}


def check(proposal: Proposal, source: Any, call: Call, folder: Path) -> None:
    """Paste what is proposed and stage it, as the person who reads the proposal would."""
    assert all(line and "\n" not in line and len(line) < 500 for line in proposal.ends)
    if proposal.ends:
        return
    prepared: Prepared = eval(proposal.code, {"pdprep": pdprep, "pl": pl, "frame": source})
    assert prepared.contract == proposal.contract
    staged = stage(prepared, folder / "staged", route="put" if call.dataset in EVENTS else "bulk")
    assert staged.report.ok
    assert staged.rows > 0
    assert staged.report.read == staged.rows + staged.report.duplicates


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_field_f_a_proposal_for_a_file_passes_or_says_what_it_cannot(tmp_path: Path, case: File) -> None:
    path = case.write(tmp_path)
    proposal = infer_contract(path, case.call.dataset, case.call.domain, **case.call.options)
    assert bool(proposal.ends) == (case.name in CANNOT), proposal
    check(proposal, path, case.call, tmp_path)


@pytest.mark.parametrize(("case", "kind"), HELD)
def test_field_f_a_proposal_for_a_table_passes_from_every_source(
    tmp_path: Path, case: Table, kind: str
) -> None:
    source = SOURCES[kind](case, tmp_path)
    proposal = infer_contract(source, case.call.dataset, case.call.domain)
    assert not proposal.ends, proposal
    assert set(proposal.columns) == set(case.call.columns)
    check(proposal, source, case.call, tmp_path)
