"""Every value shows itself as text, as HTML and live, and the forms agree."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
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
    ],
)
def test_a_mode_forces_the_forms(
    shell: InteractiveShell, records: Records, monkeypatch: pytest.MonkeyPatch, mode: str, kinds: set[str]
) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", mode)
    found = forms(shell, records)
    assert set(found) == kinds
    assert all(COUNTS in text for text in found.values())


def test_live_there_are_two_outputs_so_that_the_static_one_stays_when_the_widget_is_gone(
    shell: InteractiveShell, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", "widget")
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    assert forms(shell, records) == {}
    static, live = (each["data"] for each in publisher.outputs)
    assert set(static) == {"text/plain", "text/html"}
    assert all(COUNTS in text for text in static.values())
    assert 'class="pdprep-behind"' in static["text/html"]
    assert (live["text/plain"], live["text/html"], set(live[WIDGET]) >= {"model_id"}) == ("", "", True)


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
