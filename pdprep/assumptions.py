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
        "filters see an event that is put within seconds; another page says so many minutes: both are shown",
        "filter against incremental-data-updates",
        "ledger.filters",
    ),
    Assumption(
        "segments_read_puts",
        True,
        "user segments read what was put before their training; another page says FULL imports only",
        "getting-user-segments against how-new-data-influences-batch-recommendations",
        "ledger.effects",
    ),
    Assumption(
        "csv_doubled_quotes",
        True,
        "imports read text whose quotes are doubled, as pandas writes it; pdprep never writes it so",
        "preparing-training-data asks for a backslash; AWS's own samples import such files",
        "local.rows.csvtext",
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
        "personalize.puts.put",
    ),
    Assumption(
        "one_bad_record_rejects_the_call",
        True,
        "a put call with one bad record rejects all ten, so it is split until the bad one is alone",
        "unknown",
        "personalize.puts.transport.sender",
    ),
    Assumption(
        "job_name_can_be_used_once",
        True,
        "the name of an import or export job stays taken, so a job whose reply was lost is found by its name",
        "CreateDatasetImportJob; inferred from ResourceAlreadyExistsException",
        "personalize.imports.bulk",
    ),
    Assumption(
        "action_event_types",
        "Taken, Not Taken, Viewed",
        "these are the event types of an action interaction, in any case, with a space or an underscore",
        "action-interactions-datasets (TAKEN and Taken on one page), API_UBS_ActionInteraction (Not Taken)",
        "contract.rules.text",
    ),
    Assumption(
        "categories_most",
        1_000,
        "a categorical field of more categories is called out; an older page says 30",
        "analyzing-data, items-datasets; dw-analyze-data says 30",
        "validation.insights",
    ),
    Assumption(
        "duplicates_differ_in_any_field",
        True,
        "two interactions are the same if every field is; AWS's sample compares user, item and time",
        "import-data; amazon-personalize-samples, diagnose.py",
        "engine.distinct",
    ),
    Assumption(
        "incremental_adds_interactions",
        True,
        "an INCREMENTAL import of interactions replaces nothing, since interactions carry no id",
        "updating-datasets; inferred",
        "ledger.records",
    ),
    Assumption(
        "full_removes_absent_ids",
        True,
        "items and users that a FULL import does not bring are gone from the bulk layer",
        "updating-datasets; inferred from 'replaced'",
        "personalize.imports.guards",
    ),
    Assumption(
        "older_put_outlives_full_import",
        True,
        "a put item or user stays beside a corrected bulk record of its id",
        "updating-datasets; inferred",
        "personalize.planning.plan",
    ),
    Assumption(
        "incremental_needs_new_rows",
        1000,
        "an INCREMENTAL import of interactions needs this many rows that the bulk layer does not have",
        "updating-datasets; what counts as new is open",
        "personalize.imports.guards",
    ),
    Assumption(
        "equal_rows_are_one",
        True,
        "two events are one if every field is equal; AWS's samples compare user, item and time alone",
        "import-data; the samples' diagnose.py says otherwise",
        "ledger.record_files",
    ),
    Assumption(
        "deleted_users_leave_both_layers",
        True,
        "a deletion job takes users out of both layers of every dataset",
        "delete-records",
        "personalize.deletions.deletion",
    ),
    Assumption(
        "property_digits",
        True,
        "a digit in a field's name stays where it is in camelCase: CATEGORY_L1 is categoryL1",
        "recording-events; the case of digits is inferred",
        "contract.payloads",
    ),
    Assumption(
        "no_byte_order_mark",
        True,
        "the CSV begins with its header, without a byte order mark",
        "preparing-training-data; inferred",
        "engine.stage",
    ),
    Assumption(
        "empty_text_is_null",
        True,
        "an empty text is sent as a blank value, since how an empty quoted text is read is open",
        "preparing-training-data",
        "preparation.escaping",
    ),
    Assumption(
        "names_without_case",
        True,
        "two field names that differ in case or underscores only clash",
        "how-it-works-dataset-schema; that case does not matter is inferred",
        "contract.contract",
    ),
    Assumption(
        "earliest_year",
        1980,
        "the time of an event before this year or more than a day ahead is of another unit",
        "inferred; AWS's own example holds 1997",
        "contract.rules.timestamps",
    ),
    Assumption(
        "ecommerce_creation_timestamp",
        "long",
        "CREATION_TIMESTAMP of ECOMMERCE items is a long in a new schema; one deployed as float is taken too",
        "ECOMMERCE-datasets-and-schemas (long) against ECOMMERCE-items-dataset and items-datasets (float)",
        "contract.catalogue",
    ),
    Assumption(
        "action_expiration_timestamp",
        "ACTION_EXPIRATION_TIMESTAMP",
        "the reserved field of actions has this name; the table on the same page says EXPIRATION_TIMESTAMP",
        "custom-datasets-and-schemas",
        "contract.catalogue",
    ),
    Assumption(
        "metadata_may_be_textual",
        True,
        "the one metadata field that items need may be textual; another page asks for a category or a number",
        "custom-datasets-and-schemas against items-datasets",
        "contract.shape",
    ),
    Assumption(
        "reserved_is_no_metadata",
        True,
        "reserved fields, such as VALUE, are not the one metadata field that items, users and actions need; "
        "those of a domain are, as its default schemas have no other",
        "custom-datasets-and-schemas, VIDEO-ON-DEMAND-users-dataset",
        "contract.shape",
    ),
    Assumption(
        "times_before_1970",
        True,
        "a time may lie before 1970; the unit of a negative number is seconds",
        "no page; AWS's samples (diagnose/example_ml_100k.ipynb) hold a film of 1940",
        "contract.rules.timestamps",
    ),
    Assumption(
        "repeat_frequency_of_nothing",
        True,
        "a REPEAT_FREQUENCY of 0 is taken; the page names the most, 30 days, and no least",
        "actions-datasets",
        "contract.rules.numbers",
    ),
    Assumption(
        "words_for_nothing",
        "null, undefined, none, nan, [object object]",
        "an event whose session is one of these words, in any case, is answered with HTTP 200 and lost",
        "aws-sdk-js issue 3371: one report, of null",
        "contract.meanings",
    ),
    Assumption(
        "column_names",
        150,
        "a field's name has at most this many characters; the page bounds those that a training chooses",
        "API_TrainingDataConfig",
        "contract.shape",
    ),
    Assumption(
        "sent_at_range",
        True,
        "the service takes any sentAt that the frame's own rules let through",
        "unknown",
        "personalize.puts.calls",
    ),
    Assumption(
        "throttled_calls_have_no_effect",
        True,
        "a throttled call has had no effect, so it is sent again",
        "common errors; inferred",
        "personalize.puts.transport.sender",
    ),
    Assumption(
        "equal_names_mean_equal_jobs",
        True,
        "an import job of our name with our data location is ours, though its reply was lost",
        "inferred",
        "personalize.imports.creating",
    ),
)

_BY_NAME: Final = {row.name: row for row in ROWS}


def number(name: str) -> int:
    """Return the value of an assumption that is a number.

    >>> number("filter_minutes")
    20
    """
    return int(_BY_NAME[name].value)


def text(name: str) -> str:
    """Return the value of an assumption that is text."""
    return str(_BY_NAME[name].value)
