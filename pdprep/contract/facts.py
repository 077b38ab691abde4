"""What the documents say the service does with data that it has: one row each, with its page.

What they leave open is in ``pdprep.assumptions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ServiceFact:
    """One thing that the service does; ``value`` is what a probe of it must see."""

    name: str
    value: bool
    says: str
    source: str


ROWS: Final = (
    ServiceFact(
        "put_lengths",
        True,
        "properties have 1,024 characters at most (events, action interactions), 32,000 (items, actions) or "
        "24,000 (users)",
        "API_UBS_Event, API_UBS_ActionInteraction, API_UBS_Item, API_UBS_Action, API_UBS_User",
    ),
    ServiceFact(
        "full_keeps_put",
        True,
        "a FULL import replaces the bulk records only; records that were put stay",
        "API_CreateDatasetImportJob, bulk-data-import-step",
    ),
    ServiceFact(
        "same_event_id_is_not_trained_on_twice",
        True,
        "an event sent again with its eventId is not used in training again",
        "API_UBS_Event, API_UBS_ActionInteraction",
    ),
    ServiceFact(
        "string_length_stops",
        True,
        "a string of items, users or actions of more than 1,000 characters stops an import, unless textual",
        "items-datasets, users-datasets, actions-datasets, error-messages",
    ),
    ServiceFact(
        "event_types_stop_training_only",
        True,
        "more than ten distinct event types make training fail, and not the import",
        "analyzing-data",
    ),
    ServiceFact(
        "exports_collapse_equal_rows",
        True,
        "an export lists records once that are equal in every field, in every mode",
        "export-data",
    ),
    ServiceFact(
        "exports_keep_versions",
        True,
        "BULK and PUT exports list several versions of an item or user, ALL the newest",
        "export-data",
    ),
    ServiceFact(
        "actions_are_not_exported",
        True,
        "actions and action interactions cannot be exported",
        "export-data",
    ),
)
