"""What does not exist yet and would be created."""

from __future__ import annotations

from collections.abc import Iterator

from pdprep.contract.rules.rule import Route
from pdprep.errors import ServiceError
from pdprep.personalize.aws.client import call, missing, pages
from pdprep.personalize.planning.diff import Tracker
from pdprep.personalize.resources.ensuring import Dataset, Group
from pdprep.personalize.resources.target import Target


def creates(
    target: Target, group: Group | None, dataset: Dataset | None, kind: str, route: Route,
    tracker: Tracker | None,
) -> Iterator[str]:  # fmt: skip
    """Yield what sending by a route would create.

    Args:
        target: Where it would be sent.
        group: The dataset group, where it exists.
        dataset: The dataset, where it exists.
        kind: The dataset type.
        route: bulk or put.
        tracker: The event tracker, where there is one.
    """
    if group is None:
        yield f"dataset group {target.name} ({target.domain})"
    if dataset is None:
        yield f"schema and dataset {kind}"
    if route == "put" and kind == "interactions" and tracker is None:
        yield "event tracker"
    if route == "bulk" and not _bucket(target):
        yield f"bucket {target.environment.place[0]}"


def event_tracker(target: Target, group: Group | None) -> Tracker | None:
    """Return the oldest event tracker of a group, which the service sends events to."""
    if group is None:
        return None
    rows = pages(target.environment, "list_event_trackers", "eventTrackers", datasetGroupArn=group.arn)
    found = [Tracker(row["name"], int(row["creationDateTime"].timestamp())) for row in rows]
    return min(found, key=lambda each: each.created, default=None)


def _bucket(target: Target) -> bool:
    try:
        call(target.environment, "s3", "head_bucket", Bucket=target.environment.place[0])
    except ServiceError as error:
        return not missing(error)
    return True
