"""The quotas that sending meets, each with its source, and the rates that leave room for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Quota:
    """One number of Amazon Personalize."""

    name: str
    value: int
    unit: str
    source: str


QUOTAS: Final = (
    Quota("records_a_call", 10, "records", "model, PutEvents"),
    Quota("events_rate", 1000, "calls a second and dataset group", "limits"),
    Quota("records_rate", 10, "calls a second and dataset group", "limits"),
    Quota("event_bytes", 10_240, "bytes an event", "limits"),
    Quota("import_jobs", 5, "pending or running import jobs a region", "error-messages"),
    Quota("bulk_interactions", 1000, "rows an import job of interactions", "limits"),
    Quota("full_bytes", 100 * 10**9, "bytes a FULL import", "limits"),
    Quota("incremental_bytes", 10**9, "bytes an INCREMENTAL import", "limits"),
    Quota("schema_characters", 20_000, "characters a schema", "model, CreateSchema"),
    Quota("name_length", 63, "characters a name", "model"),
)
# An application shares the quotas, so a put takes a tenth, or half, unless it is told otherwise.
POLITE: Final = {"events_rate": 100, "records_rate": 5}

_BY_NAME: Final = {quota.name: quota for quota in QUOTAS}


def quota(name: str) -> int:
    """Return the value of a quota.

    >>> quota("records_a_call")
    10
    """
    return _BY_NAME[name].value
