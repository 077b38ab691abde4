"""A forked process says that it cannot read, where it would wait for ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os
import pdprep
from pdprep.errors import RefusedError

pdprep.read("x.csv")
child = os.fork()
if child == 0:
    try:
        pdprep.read("x.csv")
    except RefusedError as error:
        os.write(1, error.hint.encode())
    os._exit(0)
os.waitpid(child, 0)
"""


def test_attack_13_a_fork_after_use_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("user,plan\nu,a\n")
    (tmp_path / "forking.py").write_text(SCRIPT)
    run = [sys.executable, "forking.py"]
    said = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60).stdout
    assert said == 'multiprocessing.get_context("spawn")'


CHILDREN = """
import faulthandler
import os

import pdprep
from pdprep.errors import RefusedError

prepared = pdprep.prepare("x.csv", "users", metadata={"PLAN": "PLAN"})
report = pdprep.validate(prepared)
work = [
    lambda: pdprep.validate(prepared),
    lambda: pdprep.validate(pdprep.prepare("x.csv", "users", metadata={"PLAN": "PLAN"})),
    lambda: pdprep.stage(prepared, "staged"),
    lambda: pdprep.infer_contract("x.csv", "users"),
    lambda: prepared.explain(),
    lambda: prepared.frame.collect(),
    lambda: str(report),
    lambda: report.insights,
]
for number in range(20):
    child = os.fork()
    if child == 0:
        faulthandler.dump_traceback_later(30, exit=True)  # shows what waits
        try:
            work[number % len(work)]()
        except RefusedError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0, number
"""


def test_attack_13_whatever_a_child_does_after_a_validate_ends_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("USER_ID,PLAN\nu,a\n")
    (tmp_path / "forking.py").write_text(CHILDREN)
    run = [sys.executable, "forking.py"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
