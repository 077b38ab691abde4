"""What an import may do: pure answers from what stands and what comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pdprep.errors import RefusedError, ReplaceRefused
from pdprep.ledger.rows import ImportRow
from pdprep.ledger.status import Status
from pdprep.personalize.imports.guards import Coming, DatasetState, earlier, refusal

FULL = ImportRow(
    1,
    "bulk-0001",
    "items",
    "FULL",
    "first",
    "same",
    100,
    100,
    "",
    "[]",
    0,
    "",
    "arn",
    Status.ACTIVE,
    "",
    0,
    0,
)
MORE = replace(FULL, seq=2, job="bulk-0002", mode="INCREMENTAL", name="second", fingerprint="more")
STATE = DatasetState((FULL,), 100, 100, put=5)
COMING = Coming("FULL", 100, 100, 1_000, "other")


@pytest.mark.parametrize(
    ("coming", "replacing", "shrink", "kind"),
    [
        (COMING, False, False, ReplaceRefused),
        (COMING, True, False, None),
        (replace(COMING, rows=89), True, False, RefusedError),
        (replace(COMING, keys=89), True, False, RefusedError),
        (replace(COMING, rows=90, keys=90), True, False, None),
        (replace(COMING, rows=1), True, True, None),
        (replace(COMING, mode="INCREMENTAL"), False, False, None),
        (replace(COMING, mode="INCREMENTAL", bytes=10**9 + 1), False, False, RefusedError),
        (replace(COMING, bytes=10**11 + 1), True, False, RefusedError),
    ],
)
def test_over_bulk_records(
    coming: Coming, replacing: bool, shrink: bool, kind: type[RefusedError] | None
) -> None:
    refused = refusal(STATE, coming, replacing, shrink)
    assert (type(refused) if refused else None) is kind


def test_into_an_empty_dataset_full_goes_and_incremental_does_not() -> None:
    assert refusal(DatasetState(), COMING, False, False) is None
    assert refusal(DatasetState(), replace(COMING, mode="INCREMENTAL"), False, False) is not None


def test_imports_of_others_are_named() -> None:
    refused = refusal(DatasetState(unknown=("theirs of 2026-01-01",)), COMING, False, False)
    assert "theirs of 2026-01-01" in str(refused)


@pytest.mark.parametrize(
    ("imports", "mode", "fingerprint", "replacing", "expected"),
    [
        ((FULL,), "FULL", "same", False, "bulk-0001"),
        ((FULL,), "FULL", "same", True, "bulk-0001"),
        ((FULL,), "FULL", "other", False, None),
        ((FULL, MORE), "FULL", "same", False, "bulk-0001"),
        ((FULL, MORE), "FULL", "same", True, None),
        ((FULL, MORE), "FULL", "more", False, None),
        ((FULL, MORE), "INCREMENTAL", "more", False, "bulk-0002"),
    ],
)
def test_the_same_bytes(
    imports: tuple[ImportRow, ...], mode: str, fingerprint: str, replacing: bool, expected: str | None
) -> None:
    coming = replace(COMING, mode=mode, fingerprint=fingerprint)
    found = earlier(DatasetState(imports, 100, 100), coming, replacing)
    assert (found.job if found else None) == expected
