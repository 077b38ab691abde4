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
