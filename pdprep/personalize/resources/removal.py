"""List and remove what pdprep created for a dataset group, told by its tag."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pdprep.contract.catalogue import DATASETS
from pdprep.contract.payloads import camel
from pdprep.errors import GroupError, RefusedError, ServiceError
from pdprep.personalize.aws.client import Environment, call, missing, pages
from pdprep.personalize.imports import uploads
from pdprep.personalize.resources import names
from pdprep.personalize.resources.ensuring import Group
from pdprep.personalize.resources.polling import Patience, describe
from pdprep.personalize.resources.target import Target

PATIENCE_SECONDS: Final = 1800.0


@dataclass(frozen=True, slots=True)
class CreatedResource:
    """A resource of the service: its kind, as in the names of operations, its name and its ARN."""

    kind: str
    name: str
    arn: str


def delete(target: Target, confirm: str | None) -> tuple[str, ...]:
    """Remove what pdprep created for a group and return what that was.

    Raises:
        GroupError: There is no such group.
        RefusedError: ``confirm`` is not the group's name, or something in the group is of others.
    """
    group = target.group()
    if group is None:
        raise GroupError(f"no dataset group {target.name}", "a group that exists", "group.describe()")
    # In the order in which they can go, the group last.
    found = [*_children(target.environment, group), CreatedResource("dataset_group", group.name, group.arn)]
    made = [each for each in found if _tagged(target.environment, each, group.name)]
    others = [each for each in found if each not in made]
    schemas = list(_schemas(target.environment, group))
    shown = tuple(f"{each.kind.replace('_', ' ')} {each.name}" for each in (*made, *schemas))
    _agree(group, confirm, shown, others)
    for each in made:
        _remove(target.environment, each)
    for schema in schemas:
        call(target.environment, "personalize", "delete_schema", schemaArn=schema.arn)
    _, prefix = target.environment.place
    uploads.remove(
        target.environment, uploads.keys_below(target.environment, uploads.group_prefix(prefix, group.name))
    )
    return shown


def _agree(group: Group, confirm: str | None, shown: tuple[str, ...], others: list[CreatedResource]) -> None:
    if others:
        theirs = ", ".join(f"{each.kind.replace('_', ' ')} {each.name}" for each in others)
        raise RefusedError(
            f"pdprep did not create {theirs}",
            f"a group whose every resource bears the tag {names.TAG}",
            "group.delete()  # once you have deleted those: it lists what is left",
        )
    if confirm != group.name:
        raise RefusedError(
            f"this would delete {', '.join(shown)}, with every record in them",
            "the name of the group as confirm=",
            f'group.delete(confirm="{group.name}")',
        )


def _children(environment: Environment, group: Group) -> Iterator[CreatedResource]:
    for kind in ("recommender", "solution", "filter", "event_tracker", "metric_attribution", "dataset"):
        member = camel(kind.upper())
        # The members of a list bear the plural; filters alone begin with a capital. Source: service model.
        plural = "Filters" if kind == "filter" else f"{member}s"
        for row in pages(environment, f"list_{kind}s", plural, datasetGroupArn=group.arn):
            yield CreatedResource(kind, row["name"], row[f"{member}Arn"])


def _schemas(environment: Environment, group: Group) -> Iterator[CreatedResource]:
    """Schemas take no tags; their names tell whose they are."""
    start = f"{group.name[:30]}-"
    for row in pages(environment, "list_schemas", "schemas"):
        dataset, _, digest = row["name"].removeprefix(start).rpartition("-")
        if row["name"].startswith(start) and dataset in DATASETS and len(digest) == names.DIGITS:
            yield CreatedResource("schema", row["name"], row["schemaArn"])


def _tagged(environment: Environment, made: CreatedResource, group: str) -> bool:
    if made.kind == "metric_attribution":  # takes no tags; the name tells
        return made.name == names.dataset(group, "metrics")
    found = call(environment, "personalize", "list_tags_for_resource", resourceArn=made.arn)["tags"]
    return {"tagKey": names.TAG, "tagValue": group} in found


def _remove(environment: Environment, made: CreatedResource) -> None:
    member = camel(made.kind.upper())
    call(environment, "personalize", f"delete_{made.kind}", **{f"{member}Arn": made.arn})
    deadline, patience = time.monotonic() + PATIENCE_SECONDS, Patience()
    while time.monotonic() < deadline:
        try:
            describe(environment, made.kind, made.arn)
        except ServiceError as error:
            if missing(error):
                return
            raise
        patience.wait(f"waits until the {made.kind.replace('_', ' ')} {made.name} is gone")
        time.sleep(min(environment.poll, 1.0))
    raise ServiceError(
        f"the {made.kind.replace('_', ' ')} {made.name} is still there after half an hour",
        "a deletion that comes to its end",
        "group.delete(confirm=group.name)",
    )
