"""Rules of the ids of users, items and actions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import polars as pl

from pdprep.contract import limits
from pdprep.contract.meanings import UNSAID, may_be_anonymous
from pdprep.contract.rules import criteria
from pdprep.contract.rules.rule import (
    Criterion,
    MissingRule,
    Place,
    ReadingRule,
    RecordRule,
    ValueRule,
)

ASIDE: Final = 'on_invalid="quarantine"  # keeps such rows aside; "drop" leaves them out'
WITHOUT_WORDS: Final = (
    'frame.lazy().filter(~pl.col("$column").cast(pl.String).str.strip_chars().str.to_lowercase().is_in('
    f"{json.dumps(UNSAID)}).fill_null(False))"
)


def _encoded(codes: str, written: str) -> str:
    """Return code that percent-encodes some characters of ids, so that two ids never become one.

    Args:
        codes: A pattern of the characters' codes; an id that already holds one has its ``%`` encoded.
        written: Python of what each character becomes.
    """
    text = 'pl.col("$column").cast(pl.String).str.strip_chars()'
    apart = f'.str.replace_all("%(25|{codes})", "%25${{1}}")'
    same = "items, users and later puts need the same change"
    return f"frame.lazy().with_columns({text}{apart}.str.replace_many({written}))  # {same}"


def is_id(at: Place) -> bool:
    """Say whether the field is an id of the dataset type."""
    return at.name in at.schema.ids


def _missing(at: Place) -> pl.Expr:
    null = at.column.is_null()
    return null & pl.col("SESSION_ID").is_null() if may_be_anonymous(at.schema, at.field) else null


RULES: Final = (
    MissingRule(
        name="id_missing",
        level="error",
        stops="all",
        text="an id is missing",
        mend=ASIDE,
        source="interactions-datasets",
        applies=lambda at: is_id(at) and not at.field.nullable,
        criterion=Criterion(_missing, ("nulls",), lambda at, statistics: statistics[at.name].nulls > 0),
    ),
    RecordRule(
        name="user_missing_in_bulk",
        level="error",
        stops="bulk",
        text="USER_ID is missing; an anonymous event with a SESSION_ID goes by put alone",
        mend="group.put(frame)  # takes those that have a SESSION_ID",
        source="recording-events",
        shown="USER_ID",
        applies=lambda at: may_be_anonymous(at.schema, at.field),
        criterion=Criterion(
            lambda at: at.column.is_null() & pl.col("SESSION_ID").is_not_null(),
            ("nulls",),
            lambda at, statistics: statistics[at.name].nulls > 0,
        ),
    ),
    ValueRule(
        name="id_length",
        level="error",
        stops="all",
        text=f"an id has more than {limits.ID_LENGTH} characters",
        mend=ASIDE,
        source="limits",
        limit=limits.ID_LENGTH,
        applies=is_id,
        criterion=criteria.longer(limits.ID_LENGTH),
    ),
    ReadingRule(
        name="id_unreadable",
        level="error",
        stops="all",
        text="an id is a number with a fraction, or a float so large that it may have lost digits",
        mend='on_invalid="quarantine"  # keeps such rows aside; or read the column as text, or as integers',
        source="interactions-datasets",
    ),
    ValueRule(
        name="id_bar",
        level="error",
        stops="all",
        text="an id holds '|', which joins several values",
        mend=_encoded("7C", '{"|": "%7C"}'),
        source="interactions-datasets",
        applies=is_id,
        criterion=criteria.unusual(r"\|"),
    ),
    ValueRule(
        name="id_line_break",
        level="error",
        stops="all",
        text="an id holds a line break; a record of the CSV is one line",
        mend=_encoded("0A|0D", r'{"\n": "%0A", "\r": "%0D"}'),
        source="preparing-training-data",
        applies=is_id,
        criterion=criteria.unusual(r"[\r\n]"),
    ),
    ValueRule(
        name="id_characters",
        level="warning",
        stops="none",
        text="an id holds a quotation mark or a control character, which AWS asks to avoid",
        mend=_encoded(
            "22|7F|[0189][0-9A-F]",
            '{chr(n): f"%{n:02X}" for n in [*range(10), 11, 12, *range(14, 32), 34, *range(127, 160)]}',
        ),
        source="preparing-training-data",
        applies=is_id,
        # A line break is a control character too, and has a rule of its own.
        criterion=criteria.unusual(r'["[\p{Cc}--[\r\n]]]'),
    ),
    ValueRule(
        name="id_word",
        level="warning",
        stops="none",
        text="an id is a word for a missing value, such as null, None, undefined, N/A or \\N",
        mend=WITHOUT_WORDS,
        source="aws-sdk-js issue 3371",
        applies=is_id,
        criterion=replace(criteria.NOTHING_SAID, fails=lambda at: at.column.str.to_lowercase().is_in(UNSAID)),
    ),
)
