"""Run a command and everything that it starts in 2 GB, as Binder does; beyond it all of them are ended.

    python binder/limited.py COMMAND...

What a run holds is the memory of every process that inherited its mark, also of those in the background.
Pages that several of them share count once (PSS), as a container counts them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid

import psutil

LIMIT = int(os.environ.get("PDPREP_MEMORY_LIMIT", 2 * 1024**3))  # bytes
MARK = "PDPREP_MEMORY_RUN"
STEP = 0.2  # s between two looks
STATUS = 137  # what a container ends with that was killed for its memory


def main(command: list[str]) -> int:
    """Return the command's status, or 137 where the limit was reached."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(command, env={**os.environ, MARK: mark})
    most = 0
    while process.poll() is None:
        most = max(most, held := sum(map(memory, marked(mark))))
        if held > LIMIT:
            for each in marked(mark):
                each.kill()
            process.wait()
            print(f"{held:,} bytes of memory are beyond {LIMIT:,}: killed", file=sys.stderr)
            return STATUS
        time.sleep(STEP)
    print(f"memory: {most:,} bytes at most of {LIMIT:,}", flush=True)
    return process.returncode


def marked(mark: str) -> list[psutil.Process]:
    """Return the processes of a run."""
    found = []
    for each in psutil.process_iter():
        try:
            if each.environ().get(MARK) == mark:
                found.append(each)
        except (psutil.Error, OSError):
            continue  # ended meanwhile, or another user's
    return found


def memory(process: psutil.Process) -> int:
    """Return the bytes that a process holds; 0 where it has ended."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, OSError):
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
