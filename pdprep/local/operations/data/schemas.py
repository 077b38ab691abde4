"""Schemas: Avro text that datasets follow; no status, they are there at once."""

from __future__ import annotations

from typing import Any

from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import in_use, limit
from pdprep.local.rows import avro, schema_rules

MOST = 500


@operation("CreateSchema")
def create_schema(call: OperationCall) -> dict[str, Any]:
    """Read the Avro text and keep it."""
    given = call.given
    schema = avro.parse(given["schema"])
    schema_rules.check(schema, given.get("domain", ""))
    if len(call.state.resources.list("schema", call.region)) >= MOST:
        raise limit(f"More than {MOST} schemas.")
    tail = f"schema/{given['name']}"
    made = create(call, "schema", tail, schema=given["schema"], domain=given.get("domain"), type=schema.type)
    return {"schemaArn": made.arn}


@operation("DeleteSchema")
def delete_schema(call: OperationCall) -> dict[str, Any]:
    """Delete a schema that no dataset follows; it is gone at once."""
    resources = call.state.resources
    found = resources.get(call.given["schemaArn"], "schema")
    if any(dataset.body["schemaArn"] == found.arn for dataset in resources.list("dataset")):
        raise in_use(f"The schema {found.arn} is used by a dataset.")
    call.state.store.run("DELETE FROM resources WHERE arn = ?", found.arn)
    return {}
