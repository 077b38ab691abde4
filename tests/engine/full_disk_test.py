"""A disk that is full, or a limit on the size of files: two lines that say where, and no half parts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pdprep import disks
from pdprep.errors import DiskError
from tests.conftest import PROJECT

LIMITED = """
import resource, sys, polars as pl, pdprep
from pdprep.errors import PdprepError
rows = pl.int_range(100_000, eager=True)
frame = pl.DataFrame({"USER_ID": "u" + rows.cast(pl.String), "ITEM_ID": "i" + (rows % 97).cast(pl.String),
    "TIMESTAMP": 1_700_000_000 + rows})
prepared = pdprep.prepare(frame, "interactions")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    CALL
except PdprepError as error:
    print("\\n".join(error._render_traceback_()))
"""


def limited(call: str, folder: Path) -> list[str]:
    """Return what a call says in a process whose files may have 200,000 bytes."""
    surroundings = {**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(folder)}
    command = [sys.executable, "-c", LIMITED.replace("CALL", call)]
    done = subprocess.run(command, env=surroundings, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


IN_FILES = "import pdprep.engine.partitioner as p; p.HELD_BYTES = 1_000_000; "


@pytest.mark.parametrize("in_files", [False, True])
def test_attack_14_stage_beyond_ulimit_f(tmp_path: Path, in_files: bool) -> None:
    said = limited(IN_FILES * in_files + "pdprep.stage(prepared, 'staged')", tmp_path)
    assert len(said) == 2
    assert "would be larger than 200,000 bytes" in said[0]
    assert ("spill-" if in_files else "staged") in said[0]
    assert "ulimit -f unlimited" in said[1]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_attack_14_validate_beyond_ulimit_f(tmp_path: Path) -> None:
    said = limited(IN_FILES + "print(pdprep.validate(prepared))", tmp_path)
    assert len(said) == 2
    assert "would be larger than 200,000 bytes" in said[0]


def test_attack_14_what_stops_a_write_is_told(tmp_path: Path) -> None:
    with disks.told(tmp_path):
        pass
    with pytest.raises(DiskError) as caught, disks.told(tmp_path):
        raise OSError(28, "No space left on device")
    assert caught.value.statement.startswith(f"the disk of {tmp_path} is full")
    with pytest.raises(DiskError, match="read-only"), disks.told(tmp_path):
        raise OSError(30, "Read-only file system")
    with pytest.raises(FileNotFoundError), disks.told(tmp_path):
        raise FileNotFoundError(2, "No such file")


def test_attack_14_stage_to_a_device_that_is_full(tmp_path: Path) -> None:
    with (
        pytest.raises(DiskError, match=r"the disk of .* is full"),
        disks.told(tmp_path),
        open("/dev/full", "wb") as full,
    ):
        full.write(b"x" * 100_000)
