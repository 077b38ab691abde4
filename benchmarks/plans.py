"""One plan in a process of its own: it prints its CPU and wall seconds, peak memory and rows as JSON.

``python -m benchmarks.plans pdprep events.csv out/``
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import polars as pl

COLUMNS: Final = ("user", "item", "event", "ts", "value", "device")
MAPPING: Final = {
    "USER_ID": "user",
    "ITEM_ID": "item",
    "EVENT_TYPE": "event",
    "TIMESTAMP": "ts",
    "EVENT_VALUE": "value",
}


def passthrough(source: Path, target: Path) -> int | None:
    """Copy six columns: the engine's limit."""
    pl.scan_csv(source, infer_schema=False).select(COLUMNS).sink_csv(target / "out.csv")
    return None


def pdprep(source: Path, target: Path) -> int | None:
    """Clean, dedupe, hold to every rule and write Personalize's CSV."""
    from pdprep import prepare, stage

    ready = prepare(source, "interactions", columns=MAPPING, metadata={"DEVICE": "device"}, on_invalid="drop")
    return stage(ready, target).rows


def pdprep_validate(source: Path, target: Path) -> int | None:
    """Hold to every rule, write nothing."""
    from pdprep import prepare, validate

    ready = prepare(source, "interactions", columns=MAPPING, metadata={"DEVICE": "device"}, on_invalid="drop")
    return validate(ready, route="bulk").kept


def pandas(source: Path, target: Path) -> int | None:
    """Do the same the way AWS's sample notebooks do, in pandas."""
    import pandas as pd

    frame = pd.read_csv(source, usecols=list(COLUMNS), dtype=str)
    for name in ("user", "item", "event"):
        frame[name] = frame[name].str.strip()
    frame = frame.dropna(subset=["user", "item", "event", "ts"])
    number = pd.to_numeric(frame["ts"], errors="coerce")
    iso = pd.to_datetime(frame["ts"].where(number.isna()), utc=True, errors="coerce")
    seconds = (iso - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    frame["ts"] = (number // 1000).fillna(seconds).astype("int64")
    frame["value"] = frame["value"].astype(float)
    frame = frame[(frame["user"].str.len() <= 256) & (frame["item"].str.len() <= 256)]
    frame = frame.drop_duplicates()
    named = frame.rename(columns={column: field for field, column in MAPPING.items()} | {"device": "DEVICE"})
    named.to_csv(target / "out.csv", index=False, escapechar="\\", doublequote=False)
    return len(named)


PLANS: Final[dict[str, Callable[[Path, Path], int | None]]] = {
    each.__name__: each for each in (passthrough, pdprep, pdprep_validate, pandas)
}


def measure(name: str, source: Path, target: Path) -> dict[str, Any]:
    """Run a plan and tell what it took; interpreter and imports are not counted."""
    if name.startswith("pdprep"):
        import pdprep.engine.stage  # noqa: F401 - imported before the clock starts
    target.mkdir(parents=True, exist_ok=True)
    before, start = _cpu(), time.perf_counter()
    rows = PLANS[name](source, target)
    wall, cpu = time.perf_counter() - start, _cpu() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"plan": name, "cpu": cpu, "wall": wall, "mb": peak, "rows": rows}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
