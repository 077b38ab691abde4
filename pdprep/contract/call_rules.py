"""What CSV files and calls must be like: pdprep makes them, and so keeps these rules by itself."""

from __future__ import annotations

from typing import Final

from pdprep.contract import limits
from pdprep.contract.rule import Rule, of_call

_CSV = "preparing-training-data"
_ERRORS = "error-messages"
_EVENTS = "API_UBS_PutEvents"

RULES: Final = (
    of_call("csv_header", "error", "bulk", "the header line stands first, unquoted, without a BOM", _CSV),
    of_call(
        "csv_columns", "error", "bulk", "every schema field has a column, in the schema's order", _ERRORS
    ),
    of_call(
        "csv_escaping",
        "error",
        "bulk",
        r"text with a quotation mark, comma or backslash stands in double quotes, \" and \\ within",
        "items-datasets",
    ),
    of_call("csv_line", "error", "bulk", "a record is one line", _CSV),
    of_call("csv_encoding", "error", "bulk", "files are UTF-8, each with the same header", _CSV),
    of_call(
        "full_bytes", "error", "bulk", "a FULL import is not larger than 100 GB", "limits", limits.FULL_BYTES
    ),
    of_call(
        "incremental_bytes",
        "error",
        "bulk",
        "an INCREMENTAL import is not larger than 1 GB",
        "limits",
        limits.INCREMENTAL_BYTES,
    ),
    of_call(
        "incremental_new",
        "error",
        "bulk",
        "an INCREMENTAL import of interactions or action interactions brings so many new ones",
        "updating-datasets",
        limits.BULK_INTERACTIONS,
    ),
    of_call(
        "incremental_first",
        "error",
        "bulk",
        "an INCREMENTAL import needs an earlier bulk import",
        "API_CreateDatasetImportJob",
    ),
    of_call(
        "duplicates",
        "info",
        "none",
        "rows that are equal in every field count once; all but the first are left out",
        "import-data",
    ),
    of_call(
        "resource_name",
        "error",
        "all",
        "names of jobs, datasets and schemas: letters, digits, - and _, the first a letter or digit",
        "API_CreateDatasetImportJob",
        limits.NAME_LENGTH,
    ),
    of_call(
        "data_location",
        "error",
        "bulk",
        "the S3 folder holds the CSV files of this import and no other",
        _ERRORS,
        limits.ARN_LENGTH,
    ),
    of_call(
        "role_arn",
        "error",
        "bulk",
        "a role that may read the bucket, named by its ARN",
        "API_CreateDatasetImportJob",
        limits.ARN_LENGTH,
    ),
    of_call(
        "import_mode",
        "warning",
        "none",
        "the service takes FULL if no mode is named; over bulk records pdprep asks for replace=True",
        "API_CreateDatasetImportJob",
    ),
    of_call(
        "jobs_at_once",
        "error",
        "bulk",
        "so many import jobs a region at a time",
        _ERRORS,
        limits.JOBS_AT_ONCE,
    ),
    of_call("s3_access", "error", "bulk", "role and bucket policy allow GetObject and ListBucket", _ERRORS),
    of_call(
        "deletion_running", "warning", "none", "no import while a data deletion job runs", "delete-records"
    ),
    of_call(
        "tags",
        "error",
        "bulk",
        "so many tags, keys to 128 and values to 256 characters",
        "API_Tag",
        limits.TAGS,
    ),
    of_call(
        "deletion_file",
        "error",
        "none",
        "a deletion job reads a CSV of one column, USER_ID, to 100 MB",
        "delete-records",
        limits.DELETION_BYTES,
    ),
    of_call("records_a_call", "error", "put", "one to ten records a call", "limits", limits.RECORDS_A_CALL),
    of_call("one_user_a_call", "error", "put", "a call of events is of one user and one session", _EVENTS),
    of_call("event_members", "error", "put", "an event has its type, its time and its tracking id", _EVENTS),
    of_call("properties_json", "error", "put", "properties are JSON text, not an object", "API_UBS_Event"),
    of_call(
        "property_names",
        "error",
        "put",
        "properties bear the schema's names in camelCase",
        "recording-events",
    ),
    of_call(
        "event_id_again",
        "warning",
        "none",
        "an event sent again bears the same event id, so that it is not trained on twice",
        "API_UBS_Event",
    ),
    of_call("sent_at", "error", "put", "sentAt is seconds since 1970", "API_UBS_Event"),
    of_call("event_value", "error", "put", "an event's value is a finite number", "API_UBS_Event"),
    Rule(
        "whole_record",
        "call",
        "warning",
        "none",
        "a put item, user or action replaces the whole record: fields that are left out become null",
        "group.put(frame, fill=True)  # sends the values along that the ledger knows",
        "importing-items",
    ),
    of_call("id_text", "error", "put", "ids go as text, numbers too", "API_UBS_Item"),
    of_call(
        "events_a_second",
        "error",
        "put",
        "so many calls of events a second; throttled calls are sent again",
        "limits",
        limits.EVENTS_A_SECOND,
    ),
    of_call(
        "record_calls_a_second",
        "error",
        "put",
        "so many calls of items, users or actions a second",
        "limits",
        limits.RECORD_CALLS_A_SECOND,
    ),
    of_call(
        "put_errors",
        "info",
        "none",
        "a put answers 200, no body, or InvalidInput, ResourceNotFound, ResourceInUse, Throttling",
        _EVENTS,
    ),
)
