"""The operations of the models: each is a function registered by its name."""

from pdprep.local.operations import (
    common,
    datasets,
    events,
    filters,
    jobs,
    metrics,
    recipes,
    recommenders,
    schemas,
    tags,
    trackers,
    training,
)
from pdprep.local.operations.registry import OPERATIONS

__all__ = [
    "OPERATIONS", "common", "datasets", "events", "filters", "jobs", "metrics", "recipes", "recommenders",
    "schemas", "tags", "trackers", "training",
]  # fmt: skip
