"""How one local Personalize is set up: where its state lives, which clock it follows, what it bounds."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

ACCOUNT = "000000000000"
SERVER = f"pdprep-local (not AWS; account {ACCOUNT}; recommendations are a preview)"
CLOCKS = ("auto", "instant", "manual")
LINGER_SECONDS = 600.0


@dataclass(frozen=True)
class ServerSettings:
    """The settings of a server.

    ``speed`` divides the times of the ``auto`` clock, ``fixed`` is the time at which another one stops.
    With ``linger`` the server ends that many seconds after its last lease. ``strict`` keeps to the guide
    where AWS's samples do not, ``rates`` throttles puts. ``compact_rows`` is how many put records wait for a
    Parquet file, ``part_rows`` how many rows are in memory at once, ``answer_wait`` how many seconds a call
    waits for its job where statuses are instant.
    """

    folder: Path
    port: int = 0
    clock: str = "auto"
    speed: float = 1.0
    fixed: str = ""
    linger: float | None = None
    strict: bool = False
    rates: bool = False
    chunk_bytes: int = 16 << 20
    compact_rows: int = 100_000
    part_rows: int = 2_500_000
    answer_wait: float = 20.0


def from_environment(folder: Path, **changes: object) -> ServerSettings:
    """Return settings for ``folder``; ``PDPREP_CLOCK`` fixes the time and makes every status instant.

    A clock that is moved by hand begins at the fixed time.

    >>> from_environment(Path("/tmp/x"), port=4599).port
    4599
    """
    fixed = os.environ.get("PDPREP_CLOCK", "")
    settings = ServerSettings(folder, speed=float(os.environ.get("PDPREP_LOCAL_SPEED", "1")), fixed=fixed)
    settings = replace(settings, strict=os.environ.get("PDPREP_LOCAL_STRICT", "") == "1")
    settings = replace(settings, rates=os.environ.get("PDPREP_LOCAL_RATES", "") == "1")
    # Last, so that what a caller asks for wins over the variables.
    settings = replace(settings, **changes)  # type: ignore[arg-type]  # names are checked by replace itself
    return replace(settings, clock="instant") if fixed and settings.clock != "manual" else settings


def linger_seconds() -> float:
    """Return how long a server stays after its last lease closed (``PDPREP_LOCAL_LINGER``, seconds)."""
    return float(os.environ.get("PDPREP_LOCAL_LINGER", LINGER_SECONDS))


def state_folder(home: Path) -> Path:
    """Return the state folder of a pdprep home: ``home/local``, or ``home`` itself where it is that folder.

    In a folder of other things the home is its folder ``.pdprep``, where one is there.

    >>> state_folder(Path("/a/.pdprep")).name
    'local'
    """
    if home.name == "local" or (home / "state.sqlite").exists():
        return home
    inner = home / ".pdprep" / "local"
    return inner if inner.is_dir() and not (home / "local").is_dir() else home / "local"
