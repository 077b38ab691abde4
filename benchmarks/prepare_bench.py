"""Preparing interactions, peers side by side, as ratios of a bare copy of the same columns.

``python benchmarks/prepare_bench.py [rows] [rounds] [plan ...]``; a round runs every plan once, in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

PROJECT: Final = Path(__file__).parents[1]
PLANS: Final = ("passthrough", "pdprep", "pdprep_validate", "pandas")
ROWS, ROUNDS = 1_000_000, 7


def main(rows: int, rounds: int, plans: tuple[str, ...]) -> None:
    """Generate the rows, run the plans in turn and print the table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        source = Path(folder) / "events.csv"
        _python("benchmarks.generate", str(rows), str(source))
        print(f"{rows:,} rows, {source.stat().st_size / rows:.0f} bytes each, {rounds} rounds")
        found = [{plan: _run(plan, source, Path(folder)) for plan in plans} for _ in range(rounds)]
    for line in table(found, plans):
        print(line)


def table(rounds: list[dict[str, dict[str, Any]]], plans: tuple[str, ...]) -> list[str]:
    """Return a line a plan: the median of its ratios to the round's passthrough, and their quartiles."""
    lines = [f"{'plan':<16} {'CPU':>20} {'wall':>20} {'peak MB':>8} {'rows':>12}"]
    for plan in plans:
        cells = [
            _ratio([one[plan][unit] / one[plans[0]][unit] for one in rounds]) for unit in ("cpu", "wall")
        ]
        peak = max(one[plan]["mb"] for one in rounds)
        kept = rounds[0][plan]["rows"]
        lines.append(f"{plan:<16} {cells[0]:>20} {cells[1]:>20} {peak:>8.0f} {kept or '':>12}")
    return lines


def _ratio(values: list[float]) -> str:
    low, _, high = quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{median(values):.2f} ({low:.2f}-{high:.2f})"


def _run(plan: str, source: Path, folder: Path) -> dict[str, Any]:
    measured: dict[str, Any] = json.loads(_python("benchmarks.plans", plan, str(source), str(folder / plan)))
    return measured


def _python(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else ROWS,
        int(given[1]) if len(given) > 1 else ROUNDS,
        ("passthrough", *given[2:]) if len(given) > 2 else PLANS,
    )
