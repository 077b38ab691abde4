"""What would happen, before it does: a dry run, and a refusal that can be copied with its flag."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import RefusedError, ReplaceRefused
from tests.notebook.cells import BULK, NEW, PREPARE, run

BOTH_FORMS = ("text/plain", "text/html")


@pytest.fixture
def notebook(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setenv("PDPREP_CLOCK", "2026-01-01T00:00:00Z")
    monkeypatch.setenv("PDPREP_DISPLAY", "html")
    run(shell, PREPARE)
    run(shell, "%personalize movies --domain CUSTOM")
    return shell


@pytest.fixture
def sent(notebook: InteractiveShell) -> InteractiveShell:
    run(notebook, "%personalize_bulk history")
    run(notebook, "%personalize_put today")
    return notebook


@pytest.fixture
def published(sent: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(sent, "display_pub", publisher)
    outputs: list[dict[str, Any]] = publisher.outputs
    return outputs


def forms(shell: InteractiveShell, value: object) -> dict[str, str]:
    formatter: Any = shell.display_formatter
    found: dict[str, str] = formatter.format(value)[0]
    return found


@pytest.mark.parametrize("line", ["%personalize_bulk history --dry-run", "%personalize_put today --dry-run"])
def test_a_dry_run_sends_nothing(notebook: InteractiveShell, line: str) -> None:
    plan = run(notebook, f"{line} -o kept")
    assert plan.rows in (BULK, NEW)
    assert notebook.user_ns["kept"] is plan
    assert len(run(notebook, "%personalize_jobs")) == 0


def test_what_goes_and_what_stays_in_every_form(sent: InteractiveShell) -> None:
    found = forms(sent, run(sent, "%personalize_bulk other --dry-run"))
    for said in (
        "The dataset before",
        "goes: not in the frame",
        "1,200",
        "removed",
        "incremental, stays",
        "25",
    ):
        assert all(said in found[form] for form in BOTH_FORMS)


def test_a_plan_ends_with_the_line_that_does_it(sent: InteractiveShell) -> None:
    found = forms(sent, run(sent, "%personalize_bulk other --dry-run --dataset interactions"))
    line = "%personalize_bulk other --dataset interactions --replace"
    assert found["text/plain"].endswith(f"    {line}")
    assert f">{line}</pre><button" in found["text/html"]


def test_a_plan_asks_for_all_that_the_import_needs(sent: InteractiveShell) -> None:
    run(sent, "few = history.head(1_000)")
    assert run(sent, "%personalize_bulk few --dry-run").line == "%personalize_bulk few --replace --shrink"
    assert run(sent, "%personalize_put few --dry-run").line == "%personalize_put few --new-only"


def test_a_plan_in_python_ends_with_python(sent: InteractiveShell) -> None:
    run(sent, "group = %personalize")
    plan = run(sent, "group.plan(group.prepare(other, 'interactions'))")
    assert "group.put(frame)" in forms(sent, plan)["text/html"]


def test_a_plan_s_notes_name_the_notebook_s_frame(sent: InteractiveShell) -> None:
    run(sent, "few = pl.concat([history.head(100), events(30_000, 5)])")
    found = forms(sent, run(sent, "%personalize_put few --dry-run --dataset interactions"))
    assert all(
        "%personalize_put few --new-only sends the 5 that are new" in found[form] for form in BOTH_FORMS
    )
    run(sent, "group = %personalize\nkept = group.prepare(few, 'interactions')")
    found = forms(sent, run(sent, "group.plan(kept)"))
    assert all("group.put(kept, new_only=True) sends the 5 that" in found[form] for form in BOTH_FORMS)


def test_several_frames_are_several_plans(sent: InteractiveShell) -> None:
    plans = run(sent, "%personalize_put history today --dry-run")
    assert [plan.rows for plan in plans] == [BULK, NEW]
    assert forms(sent, plans)["text/plain"].count("records of the frame, beside") == 2
    assert forms(sent, plans)["text/html"].count("nothing to send") == 2


def test_where_nothing_was_sent_there_is_nothing_to_compare(notebook: InteractiveShell) -> None:
    plan = run(notebook, "%personalize_bulk history history --dry-run")
    assert "The dataset before" not in forms(notebook, plan)["text/plain"]


def test_a_query_keeps_its_body(sent: InteractiveShell) -> None:
    plan = run(sent, "%%personalize_bulk --dry-run\nSELECT * FROM other WHERE USER_ID <> 'u1'")
    assert plan.line == "%%personalize_bulk --replace\nSELECT * FROM other WHERE USER_ID <> 'u1'"


def test_a_plan_of_what_is_not_valid_gives_no_code(notebook: InteractiveShell) -> None:
    found = forms(notebook, run(notebook, "%personalize_bulk today --dry-run"))
    assert "at least 1,000 rows" in found["text/html"]
    assert "<pre" not in found["text/html"]


@pytest.mark.parametrize(
    ("line", "flags"),
    [("%personalize_bulk other", "--replace"), ("%personalize_bulk few --replace", "--replace --shrink")],
)
def test_a_refusal_stops_and_shows_the_line_to_copy(
    sent: InteractiveShell, published: list[dict[str, Any]], line: str, flags: str
) -> None:
    sent.run_cell("few = history.head(1_000)")
    with pytest.raises(RefusedError) as raised:
        run(sent, line)
    assert set(raised.value.flags) == set(flags.split())
    data = published[-1]["data"]
    assert f"{line.partition(' --')[0]} {flags}" in data["text/plain"]
    assert all("incremental records that would stay" in data[form] for form in BOTH_FORMS)


def test_in_a_terminal_the_error_says_it_all(
    sent: InteractiveShell,
    published: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", "text")
    with pytest.raises(ReplaceRefused) as raised:
        run(sent, "%personalize_bulk other")
    assert published == []
    assert raised.value.hint == "%personalize_bulk other --replace"
    assert "group.bulk(" not in "".join(capsys.readouterr())


def test_what_was_typed_is_text_not_html(sent: InteractiveShell) -> None:
    with pytest.warns(UserWarning, match="has no NOTE"):
        plan = run(sent, "%%personalize_bulk --dry-run\nSELECT *, '<b>' AS NOTE FROM other")
    assert "<b>" not in forms(sent, plan)["text/html"]
