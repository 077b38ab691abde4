"""The contract as a Pandera schema: the one definition of what a row must be.

Every check bears a rule's name, so that a failing row names its rule. Pandera judges materialised
frames only: on a LazyFrame it checks no values at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import pandera.polars as pa
import polars as pl

from pdprep import assumptions
from pdprep.contract import catalogue, limits, payload_rules, sizes
from pdprep.contract.contract import Contract
from pdprep.contract.doubts import DOUBTS
from pdprep.contract.fields import Field
from pdprep.contract.meanings import is_event_time, is_timestamp, may_be_anonymous

DTYPES: Final = {
    "string": pl.String,
    "int": pl.Int32,
    "long": pl.Int64,
    "float": pl.Float64,
    "double": pl.Float64,
    "boolean": pl.Boolean,
}
# A float of Amazon Personalize is written as text, so the frame keeps the source's full precision.

Holds = Callable[[pl.Expr, Any], pl.Expr]


def at_most(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the number is not above the limit."""
    return column.le(statistics["max_value"])


def at_least(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the number is not below the limit."""
    return column.ge(statistics["min_value"])


def within(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the number is neither below the one limit nor above the other."""
    return column.is_between(statistics["min_value"], statistics["max_value"])


def plausible(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where a time is neither far away nor what numbers of another unit are as seconds."""
    taken = [column.is_between(*span) for span in statistics["not_in"]]
    return within(column, statistics) & ~pl.any_horizontal(taken)


def no_longer(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the text has at most that many characters."""
    return column.str.len_chars().le(statistics["max_value"])


def without(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the pattern is not found in the text."""
    return ~column.str.contains(statistics["pattern"])


def matching(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the text fits the pattern from end to end and is not too long."""
    return column.str.contains(statistics["pattern"]) & no_longer(column, statistics)


def few_parts(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where bars join at most that many parts."""
    return column.str.count_matches("|", literal=True).lt(statistics["max_value"])


def finite(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the number is neither NaN nor infinite."""
    return column.is_finite()


def no_word(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the text is none of the words."""
    words = statistics["words"]
    return column != words[0] if len(words) == 1 else ~column.is_in(words)


def nothing_said(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the text, in any case, is none of the words."""
    return ~column.str.to_lowercase().is_in(statistics["words"])


def one_word(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the text is one of the words, in any case, with a space or an underscore."""
    return column.str.to_lowercase().str.replace_all("_", " ", literal=True).is_in(statistics["words"])


def short_if_asian(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the text is short, is longer than any may be, or has no Chinese or Japanese letter."""
    long = column.str.len_chars().is_between(statistics["min_value"] + 1, statistics["max_value"])
    return ~(long & column.str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}]"))


# What must hold for each rule, as an expression: Pandera's checks and the compiled plan read this one table.
HOLDS: Final[dict[str, Holds]] = {
    "id_length": no_longer,
    "id_bar": without,
    "id_line_break": without,
    "id_characters": without,
    "timestamp_past": at_least,
    "timestamp_future": at_most,
    "event_type_length": no_longer,
    "category_length": no_longer,
    "string_length": no_longer,
    "text_length": no_longer,
    "text_length_asian": short_if_asian,
    "keyword_value": no_word,
    "action_event_type": one_word,
    "number_not_finite": finite,
    "impression_count": few_parts,
    "impression_id": without,
    "impression_list": without,
    "recommendation_id_length": no_longer,
    "attribution_source": matching,
    "put_id_length": no_longer,
    "session_id_word": nothing_said,
    "id_word": nothing_said,
    "time_implausible": plausible,
    "action_value": within,
    "repeat_frequency": within,
}
_USER, _SESSION = pl.col("USER_ID"), pl.col("SESSION_ID")
_WORDS: Final = {"words": list(payload_rules.NOTHING)}
# Checks over several columns of one row, and under which name a breach is shown.
ROW_HOLDS: Final[dict[str, Callable[[Contract], pl.Expr]]] = {
    "id_missing": lambda contract: _USER.is_not_null() | _SESSION.is_not_null(),
    "user_missing_in_bulk": lambda contract: _USER.is_not_null() | _SESSION.is_null(),
    "session_of_user_word": lambda contract: _session_said(contract),
    "properties_length": sizes.properties_fit,
    "event_bytes": sizes.event_fits,
}
# Where no row of a batch can break such a check, as `doubts` has it for those of one column.
ROW_DOUBTS: Final[dict[str, Callable[[Contract], pl.Expr]]] = {
    "session_of_user_word": lambda contract: DOUBTS["id_word"](_USER, _WORDS),
    "properties_length": sizes.properties_doubt,
    "event_bytes": sizes.event_doubt,
}
ROW_COLUMNS: Final = {
    "id_missing": "USER_ID",
    "user_missing_in_bulk": "USER_ID",
    "session_of_user_word": "USER_ID",
    "properties_length": "properties",
    "event_bytes": "event",
}
# Fields that a put sends under a name of the model: the rules of each, with their limits.
_NAMED: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "EVENT_TYPE": {"event_type_length": {"max_value": limits.EVENT_TYPE_LENGTH}},
    "IMPRESSION": {
        "impression_count": {"max_value": payload_rules.IMPRESSIONS},
        "impression_id": {"pattern": payload_rules.IMPRESSION_ID},
        "impression_list": {"pattern": payload_rules.IMPRESSION_LIST},
    },
    "RECOMMENDATION_ID": {"recommendation_id_length": {"max_value": payload_rules.RECOMMENDATION_ID_LENGTH}},
    "EVENT_ATTRIBUTION_SOURCE": {
        "attribution_source": {
            "pattern": payload_rules.ATTRIBUTION_SOURCE,
            "max_value": payload_rules.ATTRIBUTION_LENGTH,
        }
    },
    "SESSION_ID": {
        "put_id_length": {"max_value": payload_rules.PUT_ID_LENGTH},
        "session_id_word": _WORDS,
    },
    "EVENT_ID": {"put_id_length": {"max_value": payload_rules.PUT_ID_LENGTH}},
}
# Numbers of actions that the service bounds.
_BOUNDED: Final[dict[str, tuple[str, int, int]]] = {
    "VALUE": ("action_value", *limits.ACTION_VALUE),
    "REPEAT_FREQUENCY": ("repeat_frequency", 0, limits.REPEAT_FREQUENCY),
}


def schema(contract: Contract, now: datetime) -> pa.DataFrameSchema:
    """Return the Pandera schema of a contract.

    Args:
        contract: What the frame must fulfil.
        now: The time in UTC; timestamps more than a day later are errors.

    >>> from datetime import UTC
    >>> list(schema(Contract.of("users"), datetime(2026, 1, 1, tzinfo=UTC)).columns)
    ['USER_ID']
    """
    columns = {field.name: _column(contract, field, now) for field in contract.fields}
    checks = [_whole_row(name, contract) for name in _row_rules(contract)] + own_checks(contract, "")
    return pa.DataFrameSchema(columns, checks=checks, name=contract.dataset, strict="filter")


def own_checks(contract: Contract, name: str) -> list[pa.Check]:
    """Return the user's own checks of a column, or of whole rows where the name is empty."""
    return [check for column, check in contract.checks if column == name]


def _column(contract: Contract, field: Field, now: datetime) -> pa.Column:
    checks = [*_checks(contract, field, now), *own_checks(contract, field.name)]
    nullable = field.nullable or may_be_anonymous(contract, field)
    return pa.Column(DTYPES[field.type], checks=checks, nullable=nullable, name=field.name)


def _checks(contract: Contract, field: Field, now: datetime) -> Iterator[pa.Check]:
    if field.name in contract.ids:
        yield from _id_checks()
        yield _own("keyword_value", words=[field.name])  # a header line amid the rows; this is a quick check
    elif is_event_time(contract, field):
        yield _own("timestamp_past", min_value=limits.EARLIEST)
        yield _own("timestamp_future", max_value=int(now.timestamp()) + limits.AHEAD)
    elif is_timestamp(field):
        yield _implausible(field, now)
    elif field.numeric:
        yield from _number_checks(contract, field)
    elif field.type == "string":
        yield from _string_checks(contract, field)


def _id_checks() -> Iterator[pa.Check]:
    yield _own("id_length", max_value=limits.ID_LENGTH)
    yield _own("id_bar", pattern=r"\|")
    yield _own("id_line_break", pattern=r"[\r\n]")
    yield _own("id_characters", pattern=r'["[\p{Cc}--[\r\n]]]')
    yield _own("id_word", **_WORDS)


def _implausible(field: Field, now: datetime) -> pa.Check:
    # An action may be made to expire as late as one likes, and expires after there were actions.
    expires = field.name.endswith("EXPIRATION_TIMESTAMP")
    return _own(
        "time_implausible",
        min_value=limits.EARLIEST if expires else limits.OLDEST,
        max_value=2**63 - 1 if expires else int(now.timestamp()) + limits.DISTANT,
        not_in=limits.NUMBERS_TAKEN_FOR_TIMES,
    )


def _number_checks(contract: Contract, field: Field) -> Iterator[pa.Check]:
    if field.type in ("float", "double"):
        yield _own("number_not_finite")
    if contract.dataset == "actions" and field.name in _BOUNDED:
        name, least, most = _BOUNDED[field.name]
        yield _own(name, min_value=least, max_value=most)


def _string_checks(contract: Contract, field: Field) -> Iterator[pa.Check]:
    for name, statistics in _NAMED.get(field.name, {}).items():
        yield _own(name, **statistics)
    if field.name == "EVENT_TYPE" and contract.dataset == "action_interactions":
        yield _own("action_event_type", words=assumptions.text("action_event_types").lower().split(", "))
    if not field.put_only:
        yield _own("keyword_value", words=catalogue.reserved(contract.dataset, contract.domain))
    if field.categorical or field.name == "IMPRESSION":
        yield _own("category_length", max_value=limits.CATEGORY_LENGTH)
    elif field.textual:
        yield _own("text_length", max_value=limits.TEXT_LENGTH)
        yield _own("text_length_asian", min_value=limits.TEXT_LENGTH_ASIAN, max_value=limits.TEXT_LENGTH)
    elif not contract.event_like:
        yield _own("string_length", max_value=limits.STRING_LENGTH)


def _own(name: str, **statistics: Any) -> pa.Check:
    holds = HOLDS[name]

    def check(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(holds(pl.col(data.key), statistics))

    return pa.Check(check, name=name, statistics=statistics)


def _session_said(contract: Contract) -> pl.Expr:
    """Hold where USER_ID does not stand in for a session, or is no word for nothing."""
    said = nothing_said(_USER, _WORDS)
    return said | _SESSION.is_not_null() if "SESSION_ID" in contract.names else said


def _row_rules(contract: Contract) -> Iterator[str]:
    if any(may_be_anonymous(contract, field) for field in contract.fields):
        yield from ("id_missing", "user_missing_in_bulk")
    if contract.event_like:
        yield "session_of_user_word"
    if any(field.type == "string" for field in contract.metadata):
        yield from ("properties_length", "event_bytes") if contract.event_like else ("properties_length",)


def _whole_row(name: str, contract: Contract) -> pa.Check:
    def check(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(ROW_HOLDS[name](contract))

    return pa.Check(check, name=name)
