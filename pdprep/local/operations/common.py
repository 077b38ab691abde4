"""Describe, List and Delete of every kind, and paging: the same for all, made from the table of kinds."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from pdprep.local.life.kinds import KINDS, ResourceKind
from pdprep.local.life.resources import Resource
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.registry import OPERATIONS, Operation
from pdprep.local.refusals import Refusal, in_use

DEFAULT_PAGE = 100
FINISHED = ("ACTIVE", "CREATE FAILED", "COMPLETED", "FAILED", "INACTIVE", "")


def create(
    call: OperationCall,
    kind: str,
    tail: str,
    *,
    parent: str = "",
    family: str = "",
    at: Any = 0.0,
    **body: Any,
) -> Resource:
    """Store a new resource with its tags and return it; ``at`` is when, where that is not now."""
    row = KINDS[kind]
    name = call.given.get(row.named, tail.rpartition("/")[2])
    tags = call.given.get("tags", [])
    resource = Resource(call.arn(tail), kind, call.region, name, parent, family or parent, at, body=body)
    with call.state.store.transaction():
        resource = call.state.resources.add(resource)
        set_tags(call, resource.arn, tags)
    return resource


def set_tags(call: OperationCall, arn: str, tags: list[dict[str, str]]) -> None:
    """Add tags; a resource has at most fifty (developer guide, tagging-resources)."""
    with call.state.store.transaction():
        values = [(arn, tag["tagKey"], tag["tagValue"]) for tag in tags]
        call.state.store.many("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", values)
        if call.state.store.value("SELECT count(*) FROM tags WHERE arn = ?", arn) > 50:
            raise Refusal("TooManyTagsException", "A resource can have at most 50 tags.")


def page(call: OperationCall, items: Sequence[Resource], member: str) -> dict[str, Any]:
    """Answer one page of resources, newest first; the token names the last one shown.

    So a resource that is made between two pages moves none of the others.
    """
    after = position(call.given.get("nextToken"))
    left = [item for item in items if after is None or item.seq < after]
    size = call.given.get("maxResults", DEFAULT_PAGE)
    shown = left[:size]
    following = token(shown[-1].seq) if len(left) > size else None
    return {member: [call.state.resources.view(item) for item in shown], "nextToken": following}


def check_finished(call: OperationCall, resource: Resource) -> None:
    """Refuse to touch a resource that is being made or deleted."""
    status = call.state.resources.status(resource)
    if status not in FINISHED:
        raise in_use(f"The resource {resource.arn} is {status}.")


def token(seq: int) -> str:
    """Return the opaque token of the page after a resource."""
    return base64.urlsafe_b64encode(json.dumps({"after": seq}).encode()).decode()


def position(text: str | None) -> int | None:
    """Read a token of ours; None where none was given."""
    if text is None:
        return None
    try:
        return int(json.loads(base64.urlsafe_b64decode(text.encode()))["after"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("InvalidNextTokenException", "The token is not valid.") from error


def _describe(kind: ResourceKind) -> Operation:
    def describe(call: OperationCall) -> dict[str, Any]:
        found = call.state.resources.get(call.given[kind.arn], kind.name)
        return {kind.member: call.state.resources.view(found)}

    return describe


def listing(kind: ResourceKind) -> Operation:
    """Return the operation that lists a kind."""

    def list_(call: OperationCall) -> dict[str, Any]:
        parent = call.given.get(kind.parent, "")
        return page(call, call.state.resources.list(kind.name, call.region, parent), kind.members)

    return list_


def _delete(kind: ResourceKind) -> Operation:
    def delete(call: OperationCall) -> dict[str, Any]:
        found = call.state.resources.get(call.given[kind.arn], kind.name)
        check_finished(call, found)
        call.state.resources.delete(found.arn)
        return {}

    return delete


# A module that answers one of these differently registers its own afterwards, in place of this.
for _kind in KINDS.values():
    OPERATIONS[f"Describe{_kind.noun}"] = _describe(_kind)
    OPERATIONS[f"List{_kind.plural}"] = listing(_kind)
    if _kind.deletable:
        OPERATIONS[f"Delete{_kind.noun}"] = _delete(_kind)
