"""One plan in a process of its own: it prints its CPU and wall seconds, peak memory and rows as JSON.

``python -m benchmarks.plans pdprep events.csv out/ "UUID ids"``
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks import peers
from benchmarks.shapes import SHAPES, Shape


def passthrough(shape: Shape, source: Path, target: Path) -> None:
    """Copy the columns that are used: the engine's limit."""
    if shape.form == "pandas":
        pl.from_pandas(handed_over(shape, source)).lazy().select(shape.columns).sink_csv(target / "out.csv")
        return
    rows = pl.scan_csv(source, infer_schema=False) if shape.form == "csv" else pl.scan_parquet(source)
    rows.select(shape.columns).sink_csv(target / "out.csv")


def pdprep(shape: Shape, source: Path, target: Path) -> int:
    """Clean, dedupe, hold to every rule and write Personalize's CSV."""
    from pdprep import stage

    return stage(shape.prepared(handed_over(shape, source)), target).rows


def unjudged(shape: Shape, source: Path, target: Path) -> int:
    """The same without a row rule: what validation costs is the difference."""
    from pdprep.engine import first_pass

    first_pass.row_checks = lambda prepared, now: []  # type: ignore[assignment]  # in this process alone
    return pdprep(shape, source, target)


def ledger(shape: Shape, source: Path, target: Path) -> int:
    """The same, and the records as Parquet sorted by id, as a bulk import keeps them."""
    from pdprep import stage
    from pdprep.personalize.imports.staging import RECORDS, ImportRecords

    ready = shape.prepared(handed_over(shape, source))
    shutil.rmtree(target / RECORDS, ignore_errors=True)  # of an earlier round
    records = ImportRecords(target / RECORDS, ready.contract)
    staged = stage(ready, target, on_rows=records.take)
    records.close()
    return staged.rows


@cache
def handed_over(shape: Shape, source: Path) -> Any:
    """Return what a user hands over: the path, or a frame of pandas, made before the clock starts."""
    return shape.frame(source) if shape.form == "pandas" else source


PLANS: Final[dict[str, Callable[[Shape, Path, Path], int | None]]] = {
    each.__name__: each for each in (passthrough, pdprep, unjudged, ledger, peers.pandas, peers.duckdb)
}
_IMPORTED: Final = {"pdprep": "pdprep.engine.stage", "unjudged": "pdprep.engine.stage"}
_IMPORTED |= {"ledger": "pdprep.personalize.imports.staging", "pandas": "pandas", "duckdb": "duckdb"}


def measure(name: str, source: Path, target: Path, shape: Shape = SHAPES["short ids"]) -> dict[str, Any]:
    """Run a plan and tell what it took; interpreter, imports and the making of a frame are not counted.

    ``mb`` is the peak memory of the process, ``beyond`` what of it came after the frame was there.
    """
    __import__(_IMPORTED.get(name, "polars"))
    target.mkdir(parents=True, exist_ok=True)
    handed_over(shape, source)
    held = _peak()
    before, start = _cpu(), time.perf_counter()
    rows = PLANS[name](shape, source, target)
    wall, cpu = time.perf_counter() - start, _cpu() - before
    return {"plan": name, "cpu": cpu, "wall": wall, "mb": _peak(), "beyond": _peak() - held, "rows": rows}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    asked = SHAPES[sys.argv[4] if len(sys.argv) > 4 else "short ids"]
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), asked)))
