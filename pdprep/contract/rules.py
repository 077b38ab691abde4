"""Every rule that a row or a dataset is held to: one named row, with the route it stops.

``level`` is error, warning or info; ``stops`` is the route an error stops: all, bulk, put, or none
(training). A warning never stops anything. ``source`` is a page of the Amazon Personalize Developer Guide.
"""

from __future__ import annotations

from typing import Final

from pdprep.contract import payload_rules
from pdprep.contract.rule import Level as Level
from pdprep.contract.rule import Route as Route
from pdprep.contract.rule import Rule as Rule
from pdprep.contract.rule import Stops as Stops
from pdprep.contract.rule import of_dataset as _dataset
from pdprep.contract.rule import of_row as _row

ID_LENGTH: Final = 256
CATEGORY_LENGTH: Final = 1000
STRING_LENGTH: Final = 1000
TEXT_LENGTH: Final = 20_000
EVENT_TYPE_LENGTH: Final = 256
BULK_INTERACTIONS: Final = 1000
TRAINING_INTERACTIONS: Final = 1000
TRAINING_USERS: Final = 25
EVENT_TYPES: Final = 10
EARLIEST: Final = 315_532_800  # 1980-01-01, seconds since 1970
AHEAD: Final = 86_400  # one day, in seconds


_DROP = 'drop such rows with on_invalid="drop", or keep them aside with on_invalid="quarantine"'
_FORMAT = "how-it-works-dataset-schema"

RULES: Final = (
    _row("id_missing", "error", "all", "an id is missing", _DROP, "interactions-datasets"),
    _row(
        "user_missing_in_bulk",
        "error",
        "bulk",
        "USER_ID is missing; an anonymous event with a SESSION_ID goes by put alone",
        "send these rows with group.put(...)",
        "recording-events",
    ),
    _row(
        "id_length",
        "error",
        "all",
        f"an id has more than {ID_LENGTH} characters",
        "use a shorter id",
        "limits",
    ),
    _row(
        "id_unreadable",
        "error",
        "all",
        "an id is a fraction, or a float above 2^53 that has lost digits",
        "read the column as text or as integers",
        "interactions-datasets",
    ),
    _row(
        "id_bar",
        "error",
        "all",
        "an id holds '|', which joins several values",
        'replace it: pl.col("id").str.replace_all("|", "_", literal=True)',
        "interactions-datasets",
    ),
    _row(
        "id_line_break",
        "error",
        "all",
        "an id holds a line break; a record of the CSV is one line",
        'remove it: pl.col("id").str.replace_all(r"[\\r\\n]", "")',
        "preparing-training-data",
    ),
    _row(
        "id_characters",
        "warning",
        "none",
        "an id holds a quotation mark or a control character, which AWS asks to avoid",
        'pl.col("id").str.replace_all(r"[\\"\\p{C}]", "")',
        "preparing-training-data",
    ),
    _row("timestamp_missing", "error", "all", "a timestamp is missing", _DROP, "interactions-datasets"),
    _row(
        "timestamp_unreadable",
        "error",
        "all",
        "a timestamp cannot be read as a date or as a number",
        'parse it yourself: columns={"TIMESTAMP": pl.col("when").str.to_datetime("%d.%m.%Y %H:%M")}',
        "interactions-datasets",
    ),
    _row(
        "timestamp_unit",
        "error",
        "all",
        "the unit of a timestamp cannot be told: no s, ms, us or ns between 1980 and 2286",
        'convert it yourself: columns={"TIMESTAMP": pl.col("when") // 60}',
        "interactions-datasets",
    ),
    _row(
        "timestamp_past",
        "error",
        "all",
        "a timestamp lies before 1980",
        "check the unit: Amazon Personalize takes seconds since 1970",
        "interactions-datasets",
    ),
    _row(
        "timestamp_future",
        "error",
        "all",
        "a timestamp lies more than a day ahead",
        "check the unit and the time zone",
        "interactions-datasets",
    ),
    _row(
        "event_type_missing",
        "error",
        "all",
        "EVENT_TYPE is missing; every event must have one",
        'fill it: columns={"EVENT_TYPE": pl.col("event").fill_null("click")}',
        "interactions-datasets",
    ),
    _row(
        "event_type_length",
        "error",
        "put",
        f"EVENT_TYPE has more than {EVENT_TYPE_LENGTH} characters",
        "use a shorter name",
        "API_UBS_Event",
    ),
    _row(
        "value_missing",
        "error",
        "all",
        "a value is missing in a field that may not be null",
        "fill it with fill_null(...), or make the field nullable before the first import",
        _FORMAT,
    ),
    _row(
        "number_unreadable",
        "error",
        "all",
        "a value cannot be read as a number of the field's type",
        'clean it: pl.col("price").str.replace_all(r"[^0-9.]", "").cast(pl.Float64)',
        _FORMAT,
    ),
    _row(
        "number_not_finite",
        "error",
        "all",
        "a number is NaN or infinite",
        'fill it: pl.col("price").fill_nan(None)',
        _FORMAT,
    ),
    _row(
        "boolean_unreadable",
        "error",
        "all",
        "a value is neither true nor false",
        "use true and false",
        _FORMAT,
    ),
    _row(
        "category_bar",
        "error",
        "all",
        "a single category holds '|', which joins several categories",
        'replace it: pl.col("genres").list.eval(pl.element().str.replace_all("|", "/", literal=True))',
        "items-datasets",
    ),
    _row(
        "category_length",
        "error",
        "all",
        f"a categorical value has more than {CATEGORY_LENGTH} characters; the import job would fail",
        "keep fewer or shorter categories",
        "items-datasets",
    ),
    _row(
        "string_length",
        "error",
        "all",
        f"a string has more than {STRING_LENGTH} characters",
        "cut it: pl.col(...).str.slice(0, 1000)",
        "limits",
    ),
    _row(
        "text_length",
        "warning",
        "none",
        f"a text has more than {TEXT_LENGTH:,} characters; the service reads only those",
        "nothing, or cut it yourself",
        "items-datasets",
    ),
    _dataset(
        "rows_none",
        "error",
        "all",
        "no row is left to send",
        "check the source and the filters before prepare(...)",
        "interactions-datasets",
    ),
    _dataset(
        "bulk_minimum",
        "error",
        "bulk",
        f"a bulk import of interactions needs at least {BULK_INTERACTIONS:,} rows",
        "send them with group.put(...), or import more history",
        "limits",
    ),
    _dataset(
        "training_interactions",
        "warning",
        "none",
        f"training needs at least {TRAINING_INTERACTIONS:,} interactions, bulk and put together",
        "send more interactions before you train",
        "limits",
    ),
    _dataset(
        "training_users",
        "warning",
        "none",
        f"training needs at least {TRAINING_USERS} users with two interactions, bulk and put together",
        "send more interactions before you train",
        "limits",
    ),
    _dataset(
        "event_types",
        "warning",
        "none",
        f"more than {EVENT_TYPES} distinct event types make training fail",
        "map rare event types to fewer names",
        "analyzing-data",
    ),
    _dataset(
        "timestamp_single",
        "warning",
        "none",
        "all timestamps are the same, so there is no order to learn from",
        "check the mapping of TIMESTAMP",
        "analyzing-data",
    ),
    _dataset(
        "id_twice",
        "warning",
        "none",
        "several rows bear one id; the service keeps one record an id",
        'keep the last: frame.unique("ITEM_ID", keep="last")',
        "items-datasets",
    ),
    *payload_rules.RULES,
)

_BY_NAME: Final = {rule.name: rule for rule in RULES}


def rule(name: str) -> Rule:
    """Return the rule of that name.

    >>> rule("id_length").stops
    'all'
    """
    return _BY_NAME[name]


def known(name: str) -> bool:
    """Say whether the name is a rule of ours (a user's own check is not)."""
    return name in _BY_NAME
