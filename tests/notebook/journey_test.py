"""The main job by magics alone, in a real shell, against the local Personalize."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import GroupError, ReplaceRefused, ValidationError
from tests.notebook.cells import BULK, NEW, PREPARE, run

MORE = 'few, broken = events(0, 999), history.with_columns(USER_ID=pl.lit(""))'


@pytest.fixture
def notebook(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setenv("PDPREP_CLOCK", "2026-01-01T00:00:00Z")  # every status changes at once
    run(shell, PREPARE + MORE)
    run(shell, "%personalize movies --domain CUSTOM")
    return shell


def counts(shell: InteractiveShell) -> dict[str, int]:
    frame = run(shell, "%personalize_records interactions").counts()
    return dict(zip(frame["origin"], frame["records"], strict=True))


def test_bulk_then_put_then_which_went_how(
    notebook: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    job = run(notebook, "%personalize_bulk history -o first")
    assert (job.status, job.rows) == ("ACTIVE", BULK)
    assert notebook.user_ns["first"] is job
    assert run(notebook, "put = %personalize_put today\nput").status == "DONE"
    assert counts(notebook) == {"bulk": BULK, "incremental": NEW, "both": 0}
    assert [each.route for each in run(notebook, "%personalize_jobs")] == ["put", "bulk"]
    assert f"interactions, bulk FULL: ACTIVE, {BULK:,} records" in capsys.readouterr().out


def test_a_terminal_gets_a_line_and_the_value(
    notebook: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(notebook, "%personalize_put today")
    line, value = capsys.readouterr().out.splitlines()
    seen = "filters current within seconds, by 00:20 UTC at the latest"
    assert line.startswith(f"interactions, put: DONE, 25 records, {seen}")
    assert value.endswith("<Job put-0001 interactions: DONE, 25 records>")


def test_several_frames_are_several_jobs(notebook: InteractiveShell) -> None:
    people = "pl.DataFrame({'USER_ID': ['a'], 'AGE': [1]})"
    found = run(notebook, f"people = {people}\njobs = %personalize_put today people\njobs")
    assert {each.dataset: each.rows for each in found} == {"interactions": NEW, "users": 1}


def test_a_query_is_sent(notebook: InteractiveShell) -> None:
    job = run(notebook, "%%personalize_put\nSELECT * FROM today WHERE USER_ID = 'u40'")
    assert job.rows == 1


def test_the_same_full_import_again_is_the_finished_job(notebook: InteractiveShell) -> None:
    run(notebook, "%personalize_bulk history")
    again = run(notebook, "%personalize_bulk history")
    assert (again.status, again.rows) == ("ACTIVE", BULK)
    assert again.note


def test_another_full_import_is_refused_with_the_counts(notebook: InteractiveShell) -> None:
    run(notebook, "%personalize_bulk history")
    run(notebook, "%personalize_put today")
    with pytest.raises(ReplaceRefused, match=rf"{BULK:,}.*{NEW}"):
        run(notebook, "%personalize_bulk other")
    assert run(notebook, "%personalize_bulk other --replace --shrink").status == "ACTIVE"


@pytest.mark.parametrize(("name", "says"), [("few", "1,000"), ("broken", "USER_ID")])
def test_what_is_not_valid_is_not_sent(
    notebook: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    with pytest.raises(ValidationError):
        run(notebook, f"%personalize_bulk {name} -o kept")
    assert notebook.user_ns["kept"].status == "FAILED"
    assert says in capsys.readouterr().out
    assert counts(notebook) == {"bulk": 0, "incremental": 0, "both": 0}


def test_where_one_is(notebook: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    group = run(notebook, "%personalize")
    shown = capsys.readouterr().out
    for fact in ("movies", "CUSTOM", "000000000000", "export AWS_ENDPOINT_URL=http://127.0.0.1:"):
        assert fact in shown
    notebook.user_ns["mine"] = group
    assert run(notebook, "%personalize --use mine") is group


def test_a_group_one_letter_off_is_refused(notebook: InteractiveShell) -> None:
    run(notebook, "%personalize_put today")
    with pytest.raises(GroupError, match="movies"):
        run(notebook, "%personalize moveis")


def test_without_waiting_the_job_is_returned_at_once(notebook: InteractiveShell) -> None:
    job = run(notebook, "%personalize_bulk history --no-wait")
    assert job.wait().status == "ACTIVE"


def test_text_and_html_of_every_value_agree(
    notebook: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(notebook, "%personalize_bulk history -o job")
    run(notebook, "group = %personalize\nready = group.prepare(other, 'interactions')")
    run(notebook, "values = [group, group.jobs(), group.records('interactions'), group.plan(ready), job]")
    monkeypatch.setenv("PDPREP_DISPLAY", "html")
    formatter: Any = notebook.display_formatter
    facts = (
        ("movies", "CUSTOM"),
        ("bulk-0001", "1,200"),
        ("1,200 bulk",),
        ("1,200", "replace=True"),
        ("1,200",),
    )
    for value, expected in zip(notebook.user_ns["values"], facts, strict=True):
        forms = formatter.format(value)[0]
        assert set(forms) == {"text/plain", "text/html"}
        assert all(fact in form for form in forms.values() for fact in expected)


def test_field_j_the_line_of_a_plan_sends_only_what_is_new(notebook: InteractiveShell) -> None:
    run(notebook, "%personalize_bulk history")
    run(notebook, "mixed = pl.concat([history.tail(5), today])")
    plan = run(notebook, "%personalize_put mixed --dry-run")
    assert plan.line == "%personalize_put mixed --new-only"
    assert run(notebook, plan.line).rows == NEW
    assert counts(notebook) == {"bulk": BULK, "incremental": NEW, "both": 0}
    assert "nothing to send" in str(run(notebook, "%personalize_put mixed --dry-run"))


def test_field_7_a_magic_fills_in_what_its_frame_leaves_out(notebook: InteractiveShell) -> None:
    frames = """
films = pl.DataFrame({"ITEM_ID": ["a"], "GENRES": ["Drama"], "COLOR": ["red"]})
colors = pl.DataFrame({"ITEM_ID": ["a"], "COLOR": ["blue"]})
"""
    run(notebook, f"{frames}\n%personalize_put films")
    assert run(notebook, "%personalize_put colors --dry-run").balance.nulled == (("GENRES", 1),)
    plan = run(notebook, "%personalize_put colors --fill --dry-run")
    assert (plan.balance.nulled, plan.line) == ((), "%personalize_put colors --fill")
    run(notebook, plan.line)
    [record] = run(notebook, "%personalize_records items").page().rows(named=True)
    assert (record["GENRES"], record["COLOR"]) == ("Drama", "blue")
