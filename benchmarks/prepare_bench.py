"""Preparing interactions, peers side by side: CPU and wall as ratios of a bare copy of the same columns.

``python benchmarks/prepare_bench.py [rows] [rounds] [plan ...]``; a round runs every plan once, in turn.
Without arguments it runs every plan at a million rows and all but pandas at ten; with PDPREP_DEEP pdprep at
fifty too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shapes import SHAPES, Shape

PROJECT: Final = Path(__file__).parents[1]
BARE, OURS = "passthrough", "pdprep"
SIZES: Final = (
    (1_000_000, 7, (BARE, OURS, "unjudged", "ledger", "duckdb", "pandas")),
    (10_000_000, 5, (BARE, OURS, "unjudged", "ledger", "duckdb")),
    *([(50_000_000, 3, (BARE, OURS))] if os.environ.get("PDPREP_DEEP") else []),
)

Round = dict[str, dict[str, Any]]


def main(rows: int, rounds: int, plans: tuple[str, ...]) -> None:
    """Generate the rows, run the plans in turn and print what they took."""
    found, size = measured(SHAPES["short ids"], rows, rounds, plans)
    print(f"{rows:,} rows, {size:.0f} bytes each, {rounds} rounds", flush=True)
    print("\n".join([*table(found, plans), "", *sentences(found), ""]), flush=True)


def measured(shape: Shape, rows: int, rounds: int, plans: tuple[str, ...]) -> tuple[list[Round], float]:
    """Generate rows of a shape and run the plans in turn; return the rounds, and the bytes of a row."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        source = Path(folder) / f"rows.{'csv' if shape.form == 'csv' else 'parquet'}"
        _python("benchmarks.shapes", shape.name, str(rows), str(source))
        found = [
            {plan: _run(plan, source, Path(folder) / "out", shape) for plan in plans} for _ in range(rounds)
        ]
        return found, source.stat().st_size / rows


def table(rounds: list[Round], plans: tuple[str, ...]) -> list[str]:
    """Return a line a plan: median and quartiles of its ratios to the round's bare copy, its peak memory."""
    lines = ["| plan | CPU | wall | CPU s | peak MB | rows |", "|---|---|---|---|---|---|"]
    for plan in plans:
        cells = [spread([one[plan][unit] / one[BARE][unit] for one in rounds]) for unit in ("cpu", "wall")]
        cpu = median(one[plan]["cpu"] for one in rounds)
        peak = max(one[plan]["mb"] for one in rounds)
        kept = rounds[0][plan]["rows"]
        lines.append(f"| {plan} | {' | '.join(cells)} | {cpu:.1f} | {peak:.0f} | {kept or ''} |")
    return lines


def sentences(rounds: list[Round]) -> list[str]:
    """Return what the peers' figures are beside ours."""
    said = []
    for peer in ("pandas", "duckdb"):
        if peer in rounds[0]:
            wall = spread([one[peer]["wall"] / one[OURS]["wall"] for one in rounds])
            memory = spread([one[OURS]["mb"] / one[peer]["mb"] for one in rounds])
            said.append(f"pdprep is {wall} times as fast as {peer}, in {memory} of its memory.")
    if "unjudged" in rounds[0]:
        share = spread([1 - one["unjudged"]["cpu"] / one[OURS]["cpu"] for one in rounds])
        said.append(f"Validation's share of the CPU: {share}.")
    return said


def spread(values: list[float]) -> str:
    """Return the median, and the quartiles in brackets."""
    low, _, high = quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{median(values):.2f} ({low:.2f}-{high:.2f})"


def _run(plan: str, source: Path, target: Path, shape: Shape) -> dict[str, Any]:
    took: dict[str, Any] = json.loads(_python("benchmarks.plans", plan, str(source), str(target), shape.name))
    return took


def _python(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    given = sys.argv[1:]
    if not given:
        for size in SIZES:
            main(*size)
    else:
        asked = (BARE, *given[2:]) if len(given) > 2 else SIZES[0][2]
        main(int(given[0]), int(given[1]) if len(given) > 1 else 7, asked)
