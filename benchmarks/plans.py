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

from benchmarks import peers
from benchmarks.mapping import COLUMNS, MAPPING


def passthrough(source: Path, target: Path) -> None:
    """Copy six columns: the engine's limit."""
    pl.scan_csv(source, infer_schema=False).select(COLUMNS).sink_csv(target / "out.csv")


def pdprep(source: Path, target: Path) -> int:
    """Clean, dedupe, hold to every rule and write Personalize's CSV."""
    from pdprep import stage

    return stage(_prepared(source), target).rows


def unjudged(source: Path, target: Path) -> int:
    """The same without a row rule: what validation costs is the difference."""
    from pdprep.engine import judging

    judging.violations = lambda prepared, now: ()  # type: ignore[assignment]  # in this process alone
    return pdprep(source, target)


def ledger(source: Path, target: Path) -> int:
    """The same, and the records as Parquet sorted by id, as a bulk import keeps them."""
    from pdprep import stage
    from pdprep.ledger import layers

    ready, written = _prepared(source), []

    def keep(rows: pl.DataFrame) -> None:
        layers.write_records(target, len(written), rows, ready.contract)
        written.append(rows[ready.contract.key].n_unique())

    return stage(ready, target, on_rows=keep).rows


def _prepared(source: Path) -> Any:
    from pdprep import prepare

    return prepare(source, "interactions", columns=MAPPING, metadata={"DEVICE": "device"}, on_invalid="drop")


PLANS: Final[dict[str, Callable[[Path, Path], int | None]]] = {
    each.__name__: each for each in (passthrough, pdprep, unjudged, ledger, peers.pandas, peers.duckdb)
}
_IMPORTED: Final = {"pdprep": "pdprep.engine.stage", "unjudged": "pdprep.engine.stage"}
_IMPORTED |= {"ledger": "pdprep.ledger.layers", "pandas": "pandas", "duckdb": "duckdb"}


def measure(name: str, source: Path, target: Path) -> dict[str, Any]:
    """Run a plan and tell what it took; interpreter and imports are not counted."""
    __import__(_IMPORTED.get(name, "polars"))
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
