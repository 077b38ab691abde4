"""Tables of events that are given as a catalogue: an id stands in many rows, each of another user or item."""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from pdprep.contract.choices import DatasetType
from pdprep.preparation import naming
from pdprep.preparation.calls import mapping
from pdprep.preparation.evidence import Evidence

HEAD: Final = 10_000
_PLAIN: Final = 2  # how usual the name of an id is that needs no time beside it: user and customer, no author
_DIFFER: Final = 0.5  # of the ids with several rows have different values in them
_EVENTS: Final[dict[str, tuple[DatasetType, str, str]]] = {
    "items": ("interactions", "ITEM_ID", "USER_ID"),
    "users": ("interactions", "USER_ID", "ITEM_ID"),
    "actions": ("action_interactions", "ACTION_ID", "USER_ID"),
}


class LikeEvents(NamedTuple):
    """The dataset that rows look like, and the columns that would be its fields."""

    dataset: DatasetType
    columns: dict[str, str]

    def __str__(self) -> str:
        key, *others = self.columns.values()
        return (
            f"looks like {self.dataset}: rows of one {key} differ in {' and '.join(others)}: "
            f'prepare(..., "{self.dataset}", columns={mapping(self.columns)})'
        )


def like_events(head: pl.DataFrame, dataset: str, key: str) -> LikeEvents | None:
    """Return what first rows look like that are given as a catalogue and have several rows an id.

    Args:
        head: The first rows, all columns.
        dataset: The dataset type that they are given as.
        key: The column of its id.

    >>> orders = pl.DataFrame({"sku": ["a", "a", "b"], "customer": ["u", "v", "u"]})
    >>> print(like_events(orders, "items", "sku"))
    looks like interactions: rows of one sku differ in customer: prepare(..., "interactions", \
columns={"ITEM_ID": "sku", "USER_ID": "customer"})
    """
    if dataset not in _EVENTS:
        return None
    events, own, other = _EVENTS[dataset]
    plain = [name for name, dtype in head.schema.items() if name != key and not dtype.is_nested()]
    several = head.filter(head.get_column(key).is_duplicated() & head.get_column(key).is_not_null())
    if several.is_empty():
        return None

    def differs(name: str) -> bool:
        pairs = pl.DataFrame({"key": several.get_column(key), "value": several.get_column(name)})
        return float(pairs.group_by("key").agg(pl.n_unique("value") > 1)["value"].mean()) >= _DIFFER  # type: ignore[arg-type]  # there are rows

    ids = [name for name in naming.candidates(other, plain, events) if differs(name)]
    times = [
        name
        for name in naming.candidates("TIMESTAMP", plain, events)
        if name not in ids[:1] and differs(name) and _is_time(head.get_column(name))
    ]
    usual = (naming.rank(other, ids[0], events) or 0) <= _PLAIN if ids else False
    if not ids or not (usual or times):
        return None
    return LikeEvents(events, {own: key, other: ids[0], **({"TIMESTAMP": times[0]} if times else {})})


def _is_time(values: pl.Series) -> bool:
    told = Evidence.of(values)
    return told.moments or told.kind == "format" or bool(told.day_format)
