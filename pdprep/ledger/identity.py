"""What makes two records of a dataset one."""

from __future__ import annotations

from pdprep.contract.contract import Contract


def columns(contract: Contract) -> list[str]:
    """Return the columns that make two records one: all of an event, the id of an item, user or action."""
    return list(contract.columns) if contract.event_like else [contract.key]


def key(contract: Contract) -> list[str]:
    """Return what tells one record from another before its values: of events ids, time and type."""
    names = [*contract.ids, "TIMESTAMP", "EVENT_TYPE"] if contract.event_like else [contract.key]
    return [name for name in names if name in contract.columns]
