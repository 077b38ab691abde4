"""Which file systems are of this machine: only there may SQLite keep a write-ahead log."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
# What shares memory between processes of one machine. Source: sqlite.org/wal.html.
LOCAL: Final = frozenset(
    ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay", "tmpfs", "ramfs", "bcachefs")
)


def is_local(path: Path, mounts: Path = MOUNTS) -> bool:
    """Say whether a path is surely on a file system of this machine; where nobody tells, it is not."""
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    place = path.resolve()
    found = [(point, kind) for point, kind in map(_mount, lines) if place.is_relative_to(point)]
    # Of the mount points above a path the deepest is the one that it is on.
    _, kind = max(found, key=lambda each: len(each[0].parts), default=(place, ""))
    return kind in LOCAL


def _mount(line: str) -> tuple[Path, str]:
    """Read mount point and type of a line of mountinfo. Source: proc(5)."""
    before, _, after = line.partition(" - ")
    point = before.split()[4].replace("\\040", " ")
    return Path(point), after.split()[0]
