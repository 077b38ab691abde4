"""When filters are current again: twenty minutes after the latest import or put.

Source: developer guide, updating-datasets and incremental-data-updates. The service shows it nowhere, so the
admin path does. A clock that makes every status instant makes filters current at once.
"""

from __future__ import annotations

from typing import Any

from pdprep.local.life.resources import DONE, Resource
from pdprep.local.life.store import Store
from pdprep.local.state import ServerState

SECONDS = 20 * 60.0


def touch(store: Store, dataset: str, now: float) -> None:
    """Note that records were put into a dataset now."""
    store.run("INSERT OR REPLACE INTO touched (dataset, at) VALUES (?, ?)", dataset, now)


def moments(state: ServerState) -> dict[str, dict[str, Any]]:
    """Return for each filter since when, or from when on, it sees every record (seconds since 1970)."""
    found = {}
    for each in state.resources.list("filter"):
        later = state.clock.lasting(SECONDS)
        touched = max([each.created, *(_latest(state, dataset) for dataset in _datasets(state, each))])
        at = max([each.created, *(_latest(state, dataset) + later for dataset in _datasets(state, each))])
        now = state.clock.now()
        # Touched in a time that has been, where the clock went back since.
        found[each.arn] = {"current": at <= now or touched > now, "current_at": at}
    return found


def _datasets(state: ServerState, filter_: Resource) -> list[Resource]:
    held = state.resources.list("dataset", parent=filter_.parent)
    return [dataset for dataset in held if _latest(state, dataset)]


def _latest(state: ServerState, dataset: Resource) -> float:
    put = state.store.value("SELECT at FROM touched WHERE dataset = ?", dataset.arn) or 0.0
    jobs = state.resources.list("dataset-import-job", parent=dataset.arn)
    return max([float(put), *(job.updated for job in jobs if job.work == DONE)])
