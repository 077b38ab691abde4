"""The operations of the models: each is a function registered by its name."""

from pdprep.local.operations import common
from pdprep.local.operations.data import datasets, events, filters, jobs, metrics, schemas, tags, trackers
from pdprep.local.operations.models import batch, recipes, recommenders, runtime, training
from pdprep.local.operations.registry import OPERATIONS

__all__ = [
    "OPERATIONS", "batch", "common", "datasets", "events", "filters", "jobs", "metrics", "recipes",
    "recommenders", "runtime", "schemas", "tags", "trackers", "training",
]  # fmt: skip
