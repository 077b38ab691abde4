"""The command as cron and CI run it: a process, its output, its exit status."""

from __future__ import annotations

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import PROJECT

EVENTS = 1_200
COLUMNS = ["--column", "USER_ID=userId", "--column", "ITEM_ID=movieId", "--column", "TIMESTAMP=timestamp"]
OF = ["--dataset", "interactions"]
ROUTES = (("--route", "put"), ("--route", "bulk"))
TO = ["--group", "movies"]
# status, words
WRONG = [
    (2, ["check", "nowhere.csv", *OF]),
    (2, ["check", "good.csv"]),
    (2, ["check", "good.csv", *OF, "--column", "USER_ID"]),
    (2, ["records", "interactions", *TO, "--out", "records.txt"]),
    (2, ["jobs", "--group", "mo vies"]),
    (2, ["bulk", "good.csv", *OF]),
    (2, ["frob"]),
    (2, []),
    (5, ["jobs", *TO, "--home", "good.csv/home"]),
]


@pytest.fixture
def shop(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder with three files: a good one, one with two bad rows, one to be mapped."""
    monkeypatch.setenv("PDPREP_LOCAL_SPEED", "50")
    rows = [(f"u{n % 40}", f"i{n % 70}", 1_700_000_000 + n) for n in range(EVENTS)]
    frame = pl.DataFrame(rows, ["USER_ID", "ITEM_ID", "TIMESTAMP"], orient="row")
    frame.write_csv("good.csv")
    frame.rename({"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "timestamp"}).write_csv("other.csv")
    with_holes = frame.with_row_index().with_columns(
        pl.when(pl.col("index").is_in([4, 8])).then(None).otherwise("ITEM_ID").alias("ITEM_ID")
    )
    with_holes.drop("index").write_csv("bad.csv")
    return Path.cwd()


def pdprep(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person's shell would."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pdprep", *words],
        capture_output=True,
        text=True,
        env=surroundings(),
    )


def surroundings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "100"}


def told(*words: str) -> Any:
    return json.loads(pdprep(*words, "--json").stdout)


def test_the_script_that_is_installed_is_the_command() -> None:
    scripts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, name = scripts["pdprep"].partition(":")
    assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize("command", ["check", "stage", "plan", "bulk", "put", "records", "jobs"])
def test_every_command_explains_itself(command: str) -> None:
    done = pdprep(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: pdprep {command}")


def test_local_explains_itself() -> None:
    assert "--clock {auto,instant,manual}" in pdprep("local", "--help").stdout


def test_a_good_file_is_0_and_a_bad_one_1(shop: Path) -> None:
    good, bad = pdprep("check", "good.csv", *OF), pdprep("check", "bad.csv", *OF)
    assert (good.returncode, bad.returncode) == (0, 1)
    assert good.stdout.startswith("interactions: ready")
    assert "bad.csv line 6: ITEM_ID breaks id_missing" in bad.stdout
    assert (good.stderr, bad.stderr) == ("", "")
    assert "report." not in bad.stdout


def test_what_only_puts_take_is_1_unless_puts_are_meant(shop: Path) -> None:
    few = (shop / "good.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:31]
    (shop / "today.csv").write_text("".join(few), encoding="utf-8")
    plain, put, bulk = (pdprep("check", "today.csv", *OF, *more) for more in ((), *ROUTES))
    assert [done.returncode for done in (plain, put, bulk)] == [1, 0, 1]
    assert plain.stdout.startswith("interactions: ready for put, not for bulk: 1 rule broken")
    assert put.stdout.startswith("interactions: ready for put")
    found = told("check", "today.csv", *OF)
    assert (found["ready"], found["ready_for"]) == (False, ["put"])


def test_what_mends_is_a_command_or_says_that_it_is_python(shop: Path) -> None:
    (shop / "few.csv").write_text("USER_ID,ITEM_ID,TIMESTAMP\nu|1,a,1700000000\n", encoding="utf-8")
    lines = pdprep("check", "few.csv", *OF).stdout.splitlines()
    mends = [line.removeprefix("    fix: ") for line in lines if line.startswith("    fix: ")]
    assert mends[0].startswith('in Python, import polars as pl; pdprep.read("few.csv")')
    assert mends[1] == "pdprep put FILE --group NAME --new-only  # or import more history"


def test_check_tells_a_program_the_same(shop: Path) -> None:
    found = told("check", "bad.csv", *OF)
    assert (found["ready"], found["datasets"][0]["invalid"]) == (False, 2)
    assert [(row["rule"], row["line"], "value" in row) for row in found["failures"]] == [
        ("id_missing", 6, False),
        ("id_missing", 10, False),
    ]


def test_a_file_with_other_names_is_answered_with_the_line_that_maps_them(shop: Path) -> None:
    done = pdprep("check", "other.csv", *OF)
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first.startswith("MappingError: interactions needs USER_ID")
    again = second.removeprefix("  Try: pdprep ").split()
    assert again == ["check", "other.csv", *OF, *COLUMNS]
    assert pdprep(*again).returncode == 0


@pytest.mark.parametrize("typed", [[], ["--column", "ITEM_ID=ITEMID"]])
def test_a_field_of_ones_own_that_is_needed_is_proposed_as_a_flag(shop: Path, typed: list[str]) -> None:
    (shop / "items.csv").write_text("ITEMID,GENRE\n1,Tea\n2,Coffee\n", encoding="utf-8-sig")
    given = ["check", "items.csv", "--dataset", "items"]
    done = pdprep(*given, *typed)
    hint = shlex.split(done.stderr.partition("Try: ")[2])
    assert hint[-2:] == ["--metadata", "GENRE=GENRE"]
    flags = [*typed, *hint] if typed else hint[hint.index("--column") :]
    assert (done.returncode, pdprep(*given, *flags).returncode) == (2, 0)


def test_stage_writes_parts_and_schema(shop: Path) -> None:
    found = told("stage", "good.csv", *OF, "--to", "out")
    assert (found["rows"], found["parts"], found["schema"]) == (
        EVENTS,
        [str(Path("out/interactions-00000.csv"))],
        str(Path("out/schema.avsc")),
    )
    assert all((shop / each).is_file() for each in [*found["parts"], found["schema"]])


def test_the_journey_from_plan_to_records(shop: Path) -> None:
    assert told("plan", "good.csv", *OF, *TO)["route"] == "bulk"
    bulk = pdprep("bulk", "good.csv", *OF, *TO)
    assert (bulk.returncode, bulk.stdout, bulk.stderr) == (
        0,
        "bulk-0001 interactions: ACTIVE, 1,200 records\n",
        "",
    )
    (shop / "today.csv").write_text("USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1700100000\n")
    assert told("put", "today.csv", *OF, *TO)["status"] == "DONE"
    found = told("records", "interactions", *TO, "--out", "records.parquet")
    assert found["records"] == {"bulk": EVENTS, "incremental": 1, "both": 0}
    assert pl.read_parquet("records.parquet")["ORIGIN"].value_counts(sort=True)["count"].to_list() == [
        EVENTS,
        1,
    ]
    assert [(job["id"], job["status"]) for job in told("jobs", *TO)] == [
        ("put-0002", "DONE"),
        ("bulk-0001", "ACTIVE"),
    ]


def test_what_is_refused_is_3_with_the_line_that_does_it_all_the_same(shop: Path) -> None:
    pdprep("bulk", "good.csv", *OF, *TO)
    line = ["bulk", "bad.csv", *OF, *TO, "--on-invalid", "drop"]
    done = pdprep(*line)
    assert done.returncode == 3
    assert done.stderr.splitlines()[1] == f"  Try: pdprep {' '.join(line)} --replace"
    assert pdprep(*line, "--replace").returncode == 0


def test_rows_that_break_a_rule_stop_a_bulk_with_1_and_the_report(shop: Path) -> None:
    done = pdprep("bulk", "bad.csv", *OF, *TO)
    assert done.returncode == 1
    assert done.stdout.startswith("interactions: not ready")
    assert done.stderr.splitlines()[1].startswith("  Try: --on-invalid quarantine")


def test_an_error_is_told_a_program_too(shop: Path) -> None:
    assert told("bulk", "bad.csv", *OF, *TO)["error"]["type"] == "ValidationError"


@pytest.mark.parametrize(("status", "words"), WRONG, ids=[" ".join(words) or "nothing" for _, words in WRONG])
def test_what_goes_wrong_is_two_lines_and_a_status(shop: Path, status: int, words: list[str]) -> None:
    done = pdprep(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert len(done.stderr.splitlines()) == 2
    assert done.stderr.splitlines()[1].startswith("  Try: ")


def test_a_server_that_does_not_start_is_4(shop: Path) -> None:
    (shop / "else" / ".pdprep" / "local").mkdir(parents=True)
    (shop / "else" / ".pdprep" / "local" / "state.sqlite").write_bytes(b"no database" * 100)
    done = pdprep("jobs", *TO, "--home", "else/.pdprep")
    assert (done.returncode, done.stderr.splitlines()[1][:29]) == (4, "  Try: python -m pdprep.local")


def test_a_terminal_sees_the_progress(shop: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pdprep", "bulk", "good.csv", *OF, *TO]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=surroundings())
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(ours)
    assert process.communicate()[0].startswith(b"bulk-0001")
    assert b"\r\x1b[K" in seen
    assert seen.endswith(b"\r\x1b[K")


def test_ctrl_c_ends_a_put_after_the_step_in_hand(shop: Path) -> None:
    pdprep("bulk", "good.csv", *OF, *TO)
    command = [sys.executable, "-m", "pdprep", "put", "good.csv", *OF, *TO, "--rate", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=surroundings())
    while not any(job["id"] == "put-0002" and job["status"] == "RUNNING" for job in told("jobs", *TO)):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert said.strip().splitlines() == [
        "put-0002 ends after the step in hand.",
        "  Try: pdprep jobs --group movies",
    ]
    assert told("jobs", *TO)[0]["status"] == "STOPPED"


def test_local_runs_until_it_is_asked_to_end(shop: Path) -> None:
    command = [sys.executable, "-m", "pdprep", "local", "--home", "elsewhere"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=surroundings())
    assert process.stdout
    assert process.stdout.readline().startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 0
