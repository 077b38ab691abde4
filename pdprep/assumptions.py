"""What the documents leave open about Amazon Personalize: the value we use, why, and who relies on it.

Each row can be changed in this one place once somebody has tried it against AWS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Assumption:
    """One open question and the answer that the code acts on."""

    name: str
    value: bool | int | str
    says: str
    source: str
    used_by: str


ROWS: Final = (
    Assumption(
        "filter_minutes",
        20,
        "filters see a record this many minutes after it was sent; an older edition of the guide says 15",
        "updating-datasets, incremental-data-updates",
        "ledger.effects",
    ),
    Assumption(
        "item_update_hours",
        2,
        "an auto-updating recipe considers new items after this many hours",
        "how-new-data-influences-recommendations",
        "ledger.effects",
    ),
    Assumption(
        "domain_retrain_days",
        7,
        "a recommender of a domain dataset group trains again after this many days",
        "how-new-data-influences-recommendations",
        "personalize.trainings",
    ),
    Assumption(
        "full_keeps_put",
        True,
        "a FULL import replaces the bulk records only; records that were put stay",
        "updating-datasets; that two layers exist is inferred",
        "ledger.layers",
    ),
    Assumption(
        "newest_wins",
        True,
        "of two records of one item or user the one sent last counts, whichever way it went",
        "export-data (mode ALL), importing-items; a FULL import over an older put is untested",
        "ledger.records",
    ),
    Assumption(
        "put_replaces_whole_record",
        True,
        "a put item or user replaces the whole record; a property that is not sent becomes null",
        "importing-items; merging instead is untested",
        "personalize.put",
    ),
    Assumption(
        "one_bad_record_rejects_the_call",
        True,
        "a put call with one bad record rejects all ten, so it is split until the bad one is alone",
        "unknown",
        "personalize.sender",
    ),
    Assumption(
        "same_event_id_is_not_trained_on_twice",
        True,
        "an event sent again with its eventId is not used in training again",
        "recording-events",
        "personalize.sender",
    ),
    Assumption(
        "job_name_can_be_used_once",
        True,
        "the name of an import or export job stays taken, so a job whose reply was lost is found by its name",
        "CreateDatasetImportJob; inferred from ResourceAlreadyExistsException",
        "personalize.bulk",
    ),
)

_BY_NAME: Final = {row.name: row for row in ROWS}


def number(name: str) -> int:
    """Return the value of an assumption that is a number.

    >>> number("filter_minutes")
    20
    """
    return int(_BY_NAME[name].value)
