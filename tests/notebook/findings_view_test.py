"""Permissions, comparisons and staged parts show themselves in every form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from IPython.core.interactiveshell import InteractiveShell

import pdprep
from pdprep.personalize.exports.compare import no_counts
from pdprep.personalize.exports.verify import Verification
from pdprep.personalize.planning.check import Check, Permission

POLICY = '{"Action": "iam:PassRole"}'
CHECK = Check(
    (Permission("list schemas", True), Permission("pass the role", False, "denied", ("a policy", POLICY))), ""
)
EVENTS = pl.DataFrame({"n": range(1_200)}).select(
    USER_ID=pl.col("n") % 50, ITEM_ID=pl.col("n") % 40, TIMESTAMP=1_700_000_000 + pl.col("n")
)


def forms(shell: InteractiveShell, value: object) -> dict[str, str]:
    formatter: Any = shell.display_formatter
    found: dict[str, str] = formatter.format(value)[0]
    return found


@pytest.fixture
def notebook(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setenv("PDPREP_DISPLAY", "html")
    return shell


def test_a_missing_permission_is_code_to_paste(notebook: InteractiveShell) -> None:
    found = forms(notebook, CHECK)
    assert all("Paste as a policy" in text and "denied" in text for text in found.values())
    assert POLICY in found["text/plain"]
    assert "&quot;iam:PassRole&quot;" in found["text/html"]


@pytest.mark.parametrize(("missing", "says"), [(0, "holds what"), (3, "differs from")])
def test_a_comparison_says_whether_both_agree(notebook: InteractiveShell, missing: int, says: str) -> None:
    counts = no_counts().with_columns(missing=pl.lit(missing))
    found = forms(notebook, Verification("items", counts, pl.LazyFrame()))
    assert all(
        f"items: the service {says} the ledger" in text.replace(" says", "") for text in found.values()
    )


def test_staged_parts_are_listed(notebook: InteractiveShell, home: Path) -> None:
    staged = pdprep.stage(pdprep.prepare(EVENTS, "interactions"), "out")
    found = forms(notebook, staged)
    assert all("1,200" in text and staged.parts[0].path.name in text for text in found.values())
    assert "kB" in found["text/plain"]
