"""What a magic takes and how it answers slips, in a real shell."""

from __future__ import annotations

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import (
    GroupError,
    InputError,
    NotPreparedError,
    PdprepError,
    UnknownFrameError,
    ValidationError,
)
from pdprep.notebook.loading import NAMES
from tests.notebook.cells import run as cell

FRAMES = """
import polars as pl
ratings = pl.DataFrame({"userId": [1], "movieId": [2], "timestamp": [1_700_000_000]})
events = ratings.rename({"userId": "USER_ID", "movieId": "ITEM_ID", "timestamp": "TIMESTAMP"})
number = 7
"""
SLIPS = [
    ("events --datset interactions", "--dataset"),
    ("events --on-invalid quarentine", "--on-invalid quarantine"),
    ("events --dataset itms", "--dataset items"),
    ("events -o 3", "-o job"),
    ("'events", "quotes that are closed"),
    ("", "ratings events"),
]


@pytest.fixture
def notebook(shell: InteractiveShell) -> InteractiveShell:
    shell.run_cell(FRAMES)
    return shell


def mistake(shell: InteractiveShell, line: str, cell: str | None = None) -> PdprepError:
    name, _, rest = line.partition(" ")
    given = (rest,) if cell is None else (rest, cell)
    run = shell.run_line_magic if cell is None else shell.run_cell_magic
    with pytest.raises(PdprepError) as raised:
        run(name, *given)
    return raised.value


@pytest.mark.parametrize(("line", "says"), SLIPS)
def test_a_slip_is_answered_with_what_to_type(notebook: InteractiveShell, line: str, says: str) -> None:
    error = mistake(notebook, f"personalize_check {line}")
    assert isinstance(error, InputError)
    assert says in str(error)


@pytest.mark.parametrize("name", NAMES)
def test_help_is_answered(notebook: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert notebook.run_line_magic(name, "--help") is None
    shown = capsys.readouterr().out
    assert f"%{name}" in shown
    assert "Examples:" in shown
    assert "None" not in shown
    assert not [mark for mark in ("::", "<{", "``") if mark in shown]  # of a documentation's markup
    assert shown.startswith(f"usage: %{name}")


@pytest.mark.parametrize(("name", "near"), [("evnts", "Try: events"), ("rating", "Try: ratings")])
def test_a_frame_that_does_not_exist_names_the_nearest(
    notebook: InteractiveShell, name: str, near: str
) -> None:
    error = mistake(notebook, f"personalize_check {name}")
    assert isinstance(error, UnknownFrameError)
    assert near in str(error)


def test_a_variable_that_is_no_frame_is_said_to_be_none(notebook: InteractiveShell) -> None:
    assert "'number' is an int" in str(mistake(notebook, "personalize_check number"))


def test_a_frame_that_is_not_prepared_is_not_sent_and_the_call_is_printed(notebook: InteractiveShell) -> None:
    error = mistake(notebook, "personalize_check ratings")
    assert isinstance(error, NotPreparedError)
    assert error.hint == (
        'import pdprep; ratings_ready = pdprep.prepare(ratings, "interactions", '
        'columns={"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "timestamp"})'
    )


def test_a_hint_bears_the_name_of_the_frame_and_runs_without_further_imports(
    notebook: InteractiveShell,
) -> None:
    notebook.run_cell(
        "names = ['USER_ID', 'ITEM_ID', 'TIMESTAMP', 'TIMESTAMP']\n"
        "twice = __import__('pandas').DataFrame([['u', 'a', 1, 2]], columns=names)"
    ).raise_error()
    error = mistake(notebook, "personalize_check twice")
    assert error.hint == "twice = twice.loc[:, ~twice.columns.duplicated()]"
    assert notebook.run_cell(error.hint).success
    assert notebook.run_line_magic("personalize_check", "twice").read == 1


# Frames in a notebook without `pl` and `pdprep`; what is checked once a hint is pasted, and its first row.
PASTED = {
    "a fix of a report": ('{"USER_ID": ["a|b"], "ITEM_ID": ["x"], "TIMESTAMP": [T]}', "raw", ["a%7Cb"]),
    "an argument": ('{"USER_ID": [b"a"], "ITEM_ID": ["x"], "TIMESTAMP": [T]}', "raw_ready", ["a"]),
    "and columns of one's own": (
        '{"USER_ID": ["a"], "ITEM_ID": [b"x"], "TIMESTAMP": [T], "SHOP": ["s"]}',
        "raw_ready",
        ["a", "x", 1_700_000_000, "s"],
    ),
    "another frame": (
        '{"USER_ID": ["a"], "ITEM_ID": [["x", "y"]], "TIMESTAMP": [T]}',
        "raw",
        ["a", "x", 1_700_000_000],
    ),
}


@pytest.mark.parametrize(("data", "then", "row"), PASTED.values(), ids=list(PASTED))
def test_what_a_magic_says_to_type_mends_as_it_is_printed(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], data: str, then: str, row: list[object]
) -> None:
    cell(shell, f"import polars\nT = 1_700_000_000\nraw = polars.DataFrame({data})")
    capsys.readouterr()
    shell.run_cell("%personalize_check raw")
    shown = capsys.readouterr().out.splitlines()
    said = next(line for line in shown if line.startswith(("  Try: ", "    fix: ")))
    cell(shell, said.partition(": ")[2])
    report = cell(shell, f"%personalize_check {then}")
    assert report.rows["invalid"].sum() == 0
    prepared = next(iter(report.known.values())).prepared() or shell.user_ns["raw"]
    found = getattr(prepared, "frame", prepared).lazy().collect().row(0)
    assert list(found[: len(row)]) == row


def test_what_is_prepared_by_hand_is_prepared_again(shell: InteractiveShell) -> None:
    frame = 'polars.DataFrame({"USER_ID": ["a|b"], "ITEM_ID": ["x"], "TIMESTAMP": [1_700_000_000]})'
    ready = 'ready = pdprep.prepare(raw, "interactions")'
    cell(shell, f"import polars, pdprep\nraw = {frame}\n{ready}\n%personalize shop")
    with pytest.raises(ValidationError) as raised:
        cell(shell, "%personalize_put ready --wait")
    cell(shell, raised.value.hint)
    assert cell(shell, "%personalize_put ready --wait").rows == 1


def test_what_no_name_leads_to_is_set_aside_by_the_magic(shell: InteractiveShell) -> None:
    data = '{"USER_ID": [None, "a"], "ITEM_ID": ["x", "y"], "TIMESTAMP": [1_700_000_000] * 2}'
    ready = f"pdprep.prepare(polars.DataFrame({data}), 'interactions')"
    cell(shell, f"import polars, pdprep\nready = {ready}\n%personalize shop")
    with pytest.raises(ValidationError) as raised:
        cell(shell, "%personalize_put ready --wait")
    assert raised.value.hint == "%personalize_put ready --on-invalid quarantine"
    assert cell(shell, raised.value.hint).rows == 1


def test_a_rule_of_imports_alone_is_answered_with_the_magic_that_puts(shell: InteractiveShell) -> None:
    frame = 'polars.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["x"], "TIMESTAMP": [1_700_000_000]})'
    cell(shell, f"import polars\nraw = {frame}\n%personalize shop")
    with pytest.raises(ValidationError) as raised:
        cell(shell, "%personalize_bulk raw")
    assert raised.value.hint == "%personalize_put raw --new-only"


def test_a_query_that_names_no_fields_is_answered_with_the_query_it_takes(notebook: InteractiveShell) -> None:
    error = mistake(notebook, "personalize_check", "SELECT * FROM ratings")
    assert error.hint == (
        "SELECT userId AS USER_ID, movieId AS ITEM_ID, timestamp AS TIMESTAMP "
        "FROM (SELECT * FROM ratings) AS query"
    )


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("SELECT * FROM ratngs", "Try: FROM ratings"),
        ("SELEKT", "Polars cannot run this SQL"),
        ("SELECT nope FROM ratings", 'unable to find column "nope"'),
        ("  ", "an empty cell"),
    ],
)
def test_a_query_that_cannot_run_says_why(notebook: InteractiveShell, cell: str, says: str) -> None:
    assert says in str(mistake(notebook, "personalize_check", cell))


def test_frames_and_a_query_at_once_are_refused(notebook: InteractiveShell) -> None:
    assert "one of the two" in str(mistake(notebook, "personalize_check events", "SELECT * FROM events"))


@pytest.mark.parametrize("name", ["bulk events", "put events", "records", "jobs"])
def test_without_a_group_nothing_is_sent(notebook: InteractiveShell, name: str) -> None:
    error = mistake(notebook, f"personalize_{name}")
    assert isinstance(error, GroupError)
    assert error.hint == "%personalize movies"


def test_columns_with_contract_names_need_no_prepare(notebook: InteractiveShell) -> None:
    report = notebook.run_line_magic("personalize_check", "events")
    assert report.rows["dataset"].to_list() == ["interactions"]
    assert report.read == 1


def test_a_query_makes_the_frame_with_columns_of_its_own(notebook: InteractiveShell) -> None:
    cell = "SELECT movieId AS ITEM_ID, 'Drama' AS GENRES FROM ratings"
    report = notebook.run_cell_magic("personalize_check", "-o kept", cell)
    assert report.rows.row(0)[:3] == ("items", 1, 1)
    assert notebook.user_ns["kept"] is report


def test_braces_and_dollars_are_left_alone(notebook: InteractiveShell) -> None:
    notebook.run_cell("n = 1")
    error = mistake(notebook, "personalize_check $number{n}")
    assert "no frame '$number{n}'" in str(error)


def test_an_error_is_two_lines_and_fails_the_cell(
    notebook: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    result = notebook.run_cell("%personalize_check evnts")
    assert isinstance(result.error_in_exec, UnknownFrameError)
    assert capsys.readouterr().out.splitlines() == [
        "UnknownFrameError: no frame 'evnts'; a frame of this notebook: ratings, events.",
        "  Try: events",
    ]


FILLED = [
    ("SELECT * FROM events WHERE ITEM_ID > {number}", "{number}", 0),
    ("SELECT * FROM events WHERE ITEM_ID > $number", "$number", 0),
    ("SELECT * FROM events WHERE ITEM_ID > :number", ":number", 0),
    ("SELECT * FROM events WHERE ITEM_ID < { number + 1 }", "{ number + 1 }", 1),
    ("SELECT * FROM events WHERE ITEM_ID = '{number}'", "'{number}'", 0),
    ("SELECT * FROM events WHERE ITEM_ID IN {wanted}", "{wanted}", 1),
]


@pytest.mark.parametrize(("cell", "place", "rows"), FILLED)
def test_field_13_what_is_to_be_filled_in_comes_by_a_frame(
    notebook: InteractiveShell, cell: str, place: str, rows: int
) -> None:
    notebook.run_cell("wanted = [2, 9]; wanted_frame = 'mine'")
    error = mistake(notebook, "personalize_check", cell)
    assert place.strip("'") in error.found
    assert "nothing is filled in" in error.expected
    notebook.run_cell(error.hint).raise_error()
    written = str(re.search(r"write (\(SELECT .*\)) in place of", error.expected)[1])  # type: ignore[index]
    report = notebook.run_cell_magic("personalize_check", "", cell.replace(place, written))
    assert report.read == rows
    assert notebook.user_ns["wanted_frame"] == "mine"


def test_field_13_a_frame_in_braces_is_named_without_them(notebook: InteractiveShell) -> None:
    error = mistake(notebook, "personalize_check", "SELECT * FROM {events}")
    assert error.hint == "FROM events"


def test_field_13_braces_in_a_text_are_text(notebook: InteractiveShell) -> None:
    cell = "SELECT * FROM events WHERE USER_ID::VARCHAR <> '{\"user\": 1}' AND '10:30' <> '$5'"
    assert notebook.run_cell_magic("personalize_check", "", cell).read == 1


def test_columns_of_any_name_are_one_error(
    notebook: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    cell(notebook, '%config PersonalizeMagics.display = "html"')
    cell(notebook, "raw = pl.DataFrame({'order id': ['a'], 'Größe (cm)': [1], '2nd': ['x']})")
    capsys.readouterr()
    with pytest.raises(NotPreparedError):
        cell(notebook, "%personalize_check raw --dataset interactions")
    shown = capsys.readouterr()
    assert (shown.out + shown.err).count("Error") == 1


def test_rate_and_fast_are_flags(notebook: InteractiveShell) -> None:
    cell(notebook, "%personalize movies")
    with pytest.raises(InputError, match=r"rate=9999\.0"):
        cell(notebook, "%personalize_put events --rate 9999")
    assert cell(notebook, "%personalize_put events --rate 500 --fast --wait").sent == 1


def test_one_record_is_one(shell: InteractiveShell) -> None:
    frame = 'polars.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["x"], "TIMESTAMP": [1_700_000_000]})'
    cell(shell, f"import polars\nraw = {frame}\n%personalize shop -o group\njob = %personalize_put raw")
    job = shell.user_ns["job"]
    assert "DONE, 1 record>" in repr(job)
    assert "1 record" in str(shell.user_ns["group"].jobs())


def test_a_job_is_found_by_its_id(notebook: InteractiveShell) -> None:
    cell(notebook, "%personalize movies\n%personalize_put events --wait")
    assert cell(notebook, "jobs = %personalize_jobs\njobs['put-0001']").id == "put-0001"
    with pytest.raises(InputError, match=r"no job 'put-1'.*group\.jobs\(\)\[.put-0001.\]"):
        cell(notebook, "jobs['put-1']")
