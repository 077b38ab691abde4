"""Rules of text: categories, plain strings, texts in a natural language, event types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from pdprep import assumptions
from pdprep.contract import catalogue, limits
from pdprep.contract.rules import criteria
from pdprep.contract.rules.ids import ASIDE, is_id
from pdprep.contract.rules.rule import Criterion, MissingRule, Place, ReadingRule, ValueRule

_FORMAT: Final = "how-it-works-dataset-schema"
_ACTION_EVENT_TYPES: Final = assumptions.text("action_event_types").lower().split(", ")


def is_string(at: Place) -> bool:
    """Say whether the field is text and no id."""
    return at.field.type == "string" and not is_id(at)


def _categorical(at: Place) -> bool:
    return is_string(at) and (at.field.categorical or at.name == "IMPRESSION")


def _textual(at: Place) -> bool:
    return is_string(at) and at.field.textual and not _categorical(at)


def _plain(at: Place) -> bool:
    return is_string(at) and not (_categorical(at) or _textual(at) or at.schema.event_like)


def _reserved(at: Place) -> Sequence[str]:
    """Return what a header line amid the rows would hold: an id's own name alone, which is a quick check."""
    return (at.name,) if is_id(at) else catalogue.reserved(at.schema.dataset, at.schema.domain)


def _long_asian(at: Place) -> pl.Expr:
    size = at.column.str.len_chars()
    long = size.is_between(limits.TEXT_LENGTH_ASIAN + 1, limits.TEXT_LENGTH)  # longer: text_length says so
    return long & at.column.str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}]")


def _no_type_of_an_action(at: Place) -> pl.Expr:
    said = at.column.str.to_lowercase().str.replace_all("_", " ", literal=True)
    return ~said.is_in(_ACTION_EVENT_TYPES)


def _may_be_missing(at: Place) -> bool:
    return at.field.nullable or is_id(at) or at.name == "TIMESTAMP"


RULES: Final = (
    MissingRule(
        name="event_type_missing",
        level="error",
        stops="all",
        text="EVENT_TYPE is missing; every event must have one",
        mend='frame.lazy().with_columns(pl.col("$column").cast(pl.String).str.strip_chars()'
        '.replace("", None).fill_null("click"))  # or what such events are',
        example="event",
        source="interactions-datasets",
        applies=lambda at: at.name == "EVENT_TYPE" and not at.field.nullable,
        criterion=criteria.MISSING,
    ),
    MissingRule(
        name="value_missing",
        level="error",
        stops="all",
        text="a value is missing in a field that may not be null",
        mend=ASIDE,
        source=_FORMAT,
        applies=lambda at: not _may_be_missing(at) and at.name != "EVENT_TYPE",
        criterion=criteria.MISSING,
    ),
    ReadingRule(
        name="boolean_unreadable",
        level="error",
        stops="all",
        text="a value is neither true nor false",
        mend='frame.lazy().pipe(transforms.truth_text, "$column", strict=False)'
        "  # makes null what is neither",
        example="hd",
        source=_FORMAT,
    ),
    ReadingRule(
        name="category_bar",
        level="error",
        stops="all",
        text="a single category holds '|', which joins several categories",
        mend="frame.lazy().with_columns("
        'pl.col("$column").list.eval(pl.element().str.replace_all("|", "/", literal=True)))',
        example="genres",
        source="items-datasets",
    ),
    ValueRule(
        name="event_type_length",
        level="error",
        stops="put",
        text=f"EVENT_TYPE has more than {limits.EVENT_TYPE_LENGTH} characters",
        mend='frame.lazy().with_columns(pl.col("$column").cast(pl.String).str.slice(0, 256))',
        example="event",
        source="API_UBS_Event",
        limit=limits.EVENT_TYPE_LENGTH,
        applies=lambda at: is_string(at) and at.name == "EVENT_TYPE",
        criterion=criteria.longer(limits.EVENT_TYPE_LENGTH),
    ),
    ValueRule(
        name="action_event_type",
        level="error",
        stops="all",
        text="EVENT_TYPE of an action interaction is none of Taken, Not Taken and Viewed",
        mend=ASIDE,
        example="event",
        source="action-interactions-datasets",
        applies=lambda at: at.name == "EVENT_TYPE" and at.schema.dataset == "action_interactions",
        criterion=Criterion(_no_type_of_an_action),
    ),
    ValueRule(
        name="keyword_value",
        level="warning",
        stops="none",
        text="a value is a reserved field name, as in a header line amid the rows",
        mend='frame.lazy().filter(~pl.col("$column").cast(pl.String).str.strip_chars().is_in(["USER_ID"]).fill_null(False))',
        source="custom-datasets-and-schemas",
        applies=lambda at: is_id(at) or (is_string(at) and not at.field.put_only),
        criterion=criteria.one_of(_reserved),
    ),
    ValueRule(
        name="category_length",
        level="error",
        stops="all",
        text=f"a categorical value has more than {limits.CATEGORY_LENGTH} characters; "
        "the import job would fail",
        # Whole categories are kept, as many as there is room for.
        mend='frame.lazy().with_columns(pl.col("$column").str.slice(0, 1001)'
        r'.str.replace(r"\|[^|]*$", "").str.slice(0, 1000))',
        example="genres",
        source="items-datasets",
        limit=limits.CATEGORY_LENGTH,
        applies=_categorical,
        criterion=criteria.longer(limits.CATEGORY_LENGTH),
    ),
    ValueRule(
        name="text_length",
        level="warning",
        stops="none",
        text=f"a text has more than {limits.TEXT_LENGTH:,} characters; the service reads only those",
        mend='frame.lazy().with_columns(pl.col("$column").str.slice(0, 20_000))  # or nothing',
        example="description",
        source="items-datasets",
        limit=limits.TEXT_LENGTH,
        applies=_textual,
        criterion=criteria.longer(limits.TEXT_LENGTH),
    ),
    ValueRule(
        name="text_length_asian",
        level="warning",
        stops="none",
        text=f"a Chinese or Japanese text exceeds {limits.TEXT_LENGTH_ASIAN:,} characters; no more are read",
        mend='frame.lazy().with_columns(pl.col("$column").str.slice(0, 7_000))  # or nothing',
        example="description",
        source="items-datasets",
        limit=limits.TEXT_LENGTH_ASIAN,
        applies=_textual,
        criterion=Criterion(
            _long_asian,
            ("longest",),
            lambda at, statistics: statistics[at.name].longest > limits.TEXT_LENGTH_ASIAN,
        ),
    ),
    ValueRule(
        name="string_length",
        level="error",
        stops="all",
        text=f"a string has more than {limits.STRING_LENGTH:,} characters; the import job would fail",
        mend='frame.lazy().pipe(transforms.trim, "$column")  # cuts it at 1,000 characters',
        example="note",
        source="items-datasets, users-datasets, actions-datasets, error-messages",
        limit=limits.STRING_LENGTH,
        applies=_plain,
        criterion=criteria.longer(limits.STRING_LENGTH),
    ),
)
