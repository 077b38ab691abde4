"""Every value shows itself as text, as HTML and live, and the forms agree."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.ledger.records import Records

WIDGET = "application/vnd.jupyter.widget-view+json"
COUNTS = "interactions: 60 bulk, 4 incremental, 1 both"
SECRET = "user with a space and a name"
BAD = f"""
import polars as pl, pdprep
users, items, times = ["u", "{SECRET}" * 20], ["i", "j"], [1_700_000_000] * 2
bad = pl.DataFrame({{"USER_ID": users, "ITEM_ID": items, "TIMESTAMP": times}})
report = pdprep.validate(pdprep.prepare(bad, "interactions"))
"""


def forms(shell: InteractiveShell, value: object) -> dict[str, Any]:
    formatter: Any = shell.display_formatter
    found: dict[str, Any] = formatter.format(value)[0]
    return found


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        ("text", {"text/plain"}),
        ("html", {"text/plain", "text/html"}),
        ("widget", {"text/plain", "text/html", WIDGET}),
    ],
)
def test_a_mode_forces_the_forms(
    shell: InteractiveShell, records: Records, monkeypatch: pytest.MonkeyPatch, mode: str, kinds: set[str]
) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", mode)
    found = forms(shell, records)
    assert set(found) == kinds
    assert all(COUNTS in text for mime, text in found.items() if mime != WIDGET)


def test_cells_are_escaped(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", "html")
    shell.run_cell("import polars as pl, pdprep\nframe = pl.DataFrame({'USER_ID': ['1'], '<b>': [2]})")
    shell.run_cell("shown = pdprep.prepare(frame, 'users', metadata={'AGE': '<b>'}).explain()")
    found = forms(shell, shell.user_ns["shown"])
    assert "<b>" not in found["text/html"]
    assert "&lt;b&gt;" in found["text/html"]


@pytest.mark.parametrize("mode", ["text", "html", "widget"])
def test_no_form_of_a_report_shows_the_values_of_failing_rows(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", mode)
    shell.run_cell(BAD)
    found = forms(shell, shell.user_ns["report"])
    assert all("USER_ID" in text and SECRET not in text for text in found.values())
