"""Preparing data of many shapes: each beside a bare copy of its columns and DuckDB doing the same work.

``python benchmarks/shapes_bench.py [rows] [rounds] [shape ...]``; a round runs the three once, in turn.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.prepare_bench import BARE, OURS, Round, measured, spread
from benchmarks.shapes import SHAPES

ROWS, ROUNDS, PEER = 2_000_000, 5, "duckdb"
WIDE: Final = {"items with HTML": 20}  # such rows are twenty times as long, so there are fewer of them
HEADER: Final = (
    "| shape | bytes a row | CPU | wall | DuckDB wall / ours | peak MB | beyond a frame |",
    "|---|---|---|---|---|---|---|",
)


def main(rows: int, rounds: int, names: list[str]) -> None:
    """Print a line a shape."""
    print("\n".join(HEADER), flush=True)
    for name in names:
        found, size = measured(SHAPES[name], rows // WIDE.get(name, 1), rounds, (BARE, OURS, PEER))
        kept = {one[plan]["rows"] for one in found for plan in (OURS, PEER)}
        assert len(kept) == 1, f"{name}: {kept} rows: the two do not do the same work"
        print(line(name, size, found), flush=True)


def line(name: str, size: float, found: list[Round]) -> str:
    """Return the line of a shape: medians of the ratios in one round, with their quartiles."""
    cpu, wall = (spread([one[OURS][unit] / one[BARE][unit] for one in found]) for unit in ("cpu", "wall"))
    faster = spread([one[PEER]["wall"] / one[OURS]["wall"] for one in found])
    peak, beyond = (max(one[OURS][unit] for one in found) for unit in ("mb", "beyond"))
    framed = f"{beyond:.0f}" if SHAPES[name].form == "pandas" else ""
    return f"| {name} | {size:.0f} | {cpu} | {wall} | {faster} | {peak:.0f} | {framed} |"


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else ROWS,
        int(given[1]) if len(given) > 1 else ROUNDS,
        given[2:] or list(SHAPES),
    )
