"""Tags of any resource."""

from __future__ import annotations

from typing import Any

from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import set_tags
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import Refusal

MOST_KEYS = 50


@operation("TagResource")
def tag(call: OperationCall) -> dict[str, Any]:
    """Add tags or change their values."""
    call.state.resources.get(call.given["resourceArn"])
    set_tags(call, call.given["resourceArn"], call.given["tags"])
    return {}


@operation("UntagResource")
def untag(call: OperationCall) -> dict[str, Any]:
    """Remove tags."""
    call.state.resources.get(call.given["resourceArn"])
    keys = call.given["tagKeys"]
    if len(keys) > MOST_KEYS:
        raise Refusal("TooManyTagKeysException", f"At most {MOST_KEYS} tag keys can be removed at once.")
    values = [(call.given["resourceArn"], key) for key in keys]
    call.state.store.many("DELETE FROM tags WHERE arn = ? AND name = ?", values)
    return {}


@operation("ListTagsForResource")
def list_tags(call: OperationCall) -> dict[str, Any]:
    """List the tags of a resource by key."""
    call.state.resources.get(call.given["resourceArn"])
    rows = call.state.store.rows("SELECT * FROM tags WHERE arn = ? ORDER BY name", call.given["resourceArn"])
    return {"tags": [{"tagKey": row["name"], "tagValue": row["value"]} for row in rows]}
