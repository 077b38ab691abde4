"""Cells that several stories begin with, and how to run one."""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell

BULK, NEW = 1_200, 25
PREPARE = f"""
import polars as pl
def events(first, count):
    numbers = list(range(first, first + count))
    return pl.DataFrame({{
        "USER_ID": [f"u{{n % 60}}" for n in numbers],
        "ITEM_ID": [f"i{{n % 40}}" for n in numbers],
        "TIMESTAMP": [1_700_000_000 + n for n in numbers],
    }})
history, today, other = events(0, {BULK}), events(10_000, {NEW}), events(20_000, {BULK})
"""


def run(shell: InteractiveShell, cell: str) -> Any:
    """Run a cell and return its result; what it raises is raised."""
    result = shell.run_cell(cell, store_history=True)
    result.raise_error()
    return result.result
