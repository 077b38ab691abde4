"""What became of one record, as sentences: when it came by which route, what replaced it, when it counts."""

from __future__ import annotations

from typing import Any

import polars as pl

from pdprep.ledger import filters, timeline
from pdprep.notebook.views import cells


def title(record: dict[str, Any]) -> str:
    """Return what a record is called.

    >>> title({"USER_ID": "u1", "TIMESTAMP": 0})
    'USER_ID u1, TIMESTAMP 1970-01-01 00:00:00'
    """
    return ", ".join(f"{name} {cells.cell(name, value) or 'null'}" for name, value in record.items())


def lines(versions: pl.DataFrame) -> list[str]:
    """Return a sentence a version, oldest first; times are in UTC."""
    before: dict[str, Any] = {}
    said = []
    for version in versions.iter_rows(named=True):
        said.append(f"{_came(version)}{_changes(version, before)}; {_fate(version)}.")
        before = version
    return said


def _came(version: dict[str, Any]) -> str:
    route = "in bulk" if version["ORIGIN"] == "bulk" else "incrementally"
    return f"{cells.moment(version['SENT_AT'])}: {route}, {version['IMPORT']} ({version['STATUS']})"


def _changes(version: dict[str, Any], before: dict[str, Any]) -> str:
    values = {name: value for name, value in version.items() if name not in timeline.FACTS}
    changed = {name: value for name, value in values.items() if before and before[name] != value}
    return f", with {title(changed)}" if changed else ""


def _fate(version: dict[str, Any]) -> str:
    if version["REPLACED_BY"]:
        return f"replaced by {version['REPLACED_BY']}"
    at = f" ({cells.moment(version['EFFECT_AT'])})" if version["EFFECT_AT"] else ""
    seen = f"from {cells.moment(version['FILTERS_AT'])}"
    if version["FILTERS_AT"] == version["SENT_AT"]:
        seen = f"within {filters.seconds()}"
    return f"it stands, effect: {version['EFFECT']}{at}, in filters {seen}"
