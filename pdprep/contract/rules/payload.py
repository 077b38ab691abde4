"""Rules of single records: what the put operations take beyond what a CSV may hold.

boto3 sends anything; the service refuses the call. Source: the service model that botocore ships (pages
API_UBS_*) and the page limits of the Amazon Personalize Developer Guide.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pdprep.contract import limits
from pdprep.contract.batch_statistics import Statistics
from pdprep.contract.meanings import NOTHING
from pdprep.contract.record_sizes import RecordSize
from pdprep.contract.rules import criteria
from pdprep.contract.rules.ids import ASIDE
from pdprep.contract.rules.rule import Criterion, Place, RecordRule, ValueRule
from pdprep.contract.rules.text import is_string

_IMPRESSION_ID: Final = r"^\||\|\||\|$|[^|]{257}"  # an empty one, or more than 256 characters
# A bracket about all of it, spaces around a bar, or commas or semicolons and no bar.
_IMPRESSION_LIST: Final = r"^\s*[\[{(].*[\]})]\s*$|\s\||\|\s|^[^|]*[,;][^|]*$"
_PRINTABLE: Final = r"^[ -~]{0,1023}[!-~][ -~]{0,1023}$"
_BULK: Final = "group.bulk(frame)  # takes them; or shorten them"


def _named(at: Place, *names: str) -> bool:
    return is_string(at) and at.name in names


def _strings(at: Place) -> bool:
    """Say whether a record may hold text of one's own; without, no record is too large."""
    return any(field.type == "string" for field in at.schema.metadata)


def _stands_in(at: Place) -> pl.Expr:
    """Fail where USER_ID, which stands in for a session that an event lacks, is a word for nothing."""
    word = pl.col("USER_ID").str.to_lowercase().is_in(NOTHING)
    return word & pl.col("SESSION_ID").is_null() if "SESSION_ID" in at.schema.names else word


def _smaller(most: int | dict[str, int], *, with_event: bool) -> Criterion:
    """Fail where a record is larger than the dataset type's operation takes."""

    def limit(at: Place) -> int:
        return most if isinstance(most, int) else most[at.schema.dataset]

    def may_fail(at: Place, statistics: Statistics) -> bool:
        return RecordSize(at.schema, with_event).bound(lambda name: statistics[name].longest) > limit(at)

    return Criterion(
        lambda at: RecordSize(at.schema, with_event).above(limit(at)),
        ("longest",),
        may_fail,
        lambda at: RecordSize(at.schema, with_event).measured,
    )


RULES: Final = (
    ValueRule(
        name="impression_count",
        level="error",
        stops="put",
        text=f"IMPRESSION lists more than {limits.IMPRESSIONS} ids; an event carries no more",
        mend='frame.lazy().with_columns(pl.col("$column").list.head(25))',
        example="shown",
        source="API_UBS_Event",
        applies=lambda at: _named(at, "IMPRESSION"),
        criterion=Criterion(lambda at: at.column.str.count_matches("|", literal=True) >= limits.IMPRESSIONS),
    ),
    ValueRule(
        name="impression_id",
        level="error",
        stops="put",
        text="IMPRESSION holds an id that is empty or has more than 256 characters",
        mend='frame.lazy().with_columns(pl.col("$column")'
        ".list.eval(pl.element().filter(pl.element().str.len_chars().is_between(1, 256))))",
        example="shown",
        source="API_UBS_Event",
        applies=lambda at: _named(at, "IMPRESSION"),
        criterion=criteria.with_pattern(_IMPRESSION_ID),
    ),
    ValueRule(
        name="impression_list",
        level="error",
        stops="all",
        text="IMPRESSION is a list written as text, so all its ids would count as one",
        mend='frame.lazy().pipe(transforms.split, "$column", separator=",")',
        example="shown",
        source="interactions-datasets",
        applies=lambda at: _named(at, "IMPRESSION"),
        criterion=criteria.with_pattern(_IMPRESSION_LIST),
    ),
    ValueRule(
        name="recommendation_id_length",
        level="error",
        stops="put",
        text=f"RECOMMENDATION_ID has more than {limits.RECOMMENDATION_ID_LENGTH} characters",
        mend='frame.lazy().with_columns(pl.when(pl.col("$column").str.len_chars() <= 40)'
        '.then(pl.col("$column")))'
        "  # it is the recommendationId that GetRecommendations returned",
        example="recommendation",
        source="API_UBS_Event",
        applies=lambda at: _named(at, "RECOMMENDATION_ID"),
        criterion=criteria.longer(limits.RECOMMENDATION_ID_LENGTH),
    ),
    ValueRule(
        name="attribution_source",
        level="error",
        stops="put",
        text=f"EVENT_ATTRIBUTION_SOURCE is not 1 to {limits.ATTRIBUTION_LENGTH:,} printable ASCII characters",
        mend='frame.lazy().with_columns(pl.when(pl.col("$column").str.contains("^[ -~]{1,1024}$"))'
        '.then(pl.col("$column")))  # or a short plain name such as newsletter',
        example="campaign",
        source="API_UBS_MetricAttribution",
        applies=lambda at: _named(at, "EVENT_ATTRIBUTION_SOURCE"),
        criterion=Criterion(
            lambda at: (
                ~at.column.str.contains(_PRINTABLE) | (at.column.str.len_chars() > limits.ATTRIBUTION_LENGTH)
            )
        ),
    ),
    ValueRule(
        name="put_id_length",
        level="error",
        stops="put",
        text=f"SESSION_ID or EVENT_ID has more than {limits.PUT_ID_LENGTH} characters",
        mend='frame.lazy().with_columns(pl.when(pl.col("$column").str.len_chars() <= 256)'
        '.then(pl.col("$column")))  # or a shorter id',
        example="session",
        source="API_UBS_PutEvents",
        applies=lambda at: _named(at, "SESSION_ID", "EVENT_ID"),
        criterion=criteria.longer(limits.PUT_ID_LENGTH),
    ),
    ValueRule(
        name="session_id_word",
        level="error",
        stops="put",
        text="SESSION_ID is a word for a missing value, such as null or undefined; the service is reported "
        "to lose such events",
        mend='frame.lazy().with_columns(pl.when(~pl.col("$column").str.strip_chars().str.to_lowercase().is_in('
        '["null", "undefined", "none", "nan", "[object object]"])).then(pl.col("$column")))',
        example="session",
        source="aws-sdk-js issue 3371",
        applies=lambda at: _named(at, "SESSION_ID"),
        criterion=criteria.NOTHING_SAID,
    ),
    RecordRule(
        name="session_of_user_word",
        level="error",
        stops="put",
        text="SESSION_ID is missing, so the USER_ID is sent in its place, and that is a word for a missing "
        "value, such as null; the service is reported to lose such events",
        mend=ASIDE,
        source="aws-sdk-js issue 3371",
        shown="USER_ID",
        applies=lambda at: at.schema.event_like,
        criterion=Criterion(_stands_in, ("nothing",), lambda at, statistics: statistics["USER_ID"].nothing),
    ),
    RecordRule(
        name="properties_length",
        level="error",
        stops="put",
        text="the properties of a record are longer than a put call takes",
        mend=_BULK,
        source="API_UBS_Event, API_UBS_Item, API_UBS_User, API_UBS_Action, API_UBS_ActionInteraction",
        shown="properties",
        applies=_strings,
        criterion=_smaller(limits.PROPERTIES_LENGTH, with_event=False),
    ),
    RecordRule(
        name="event_bytes",
        level="error",
        stops="put",
        text=f"an event has more than {limits.EVENT_BYTES:,} bytes",
        mend=_BULK,
        source="limits",
        shown="event",
        applies=lambda at: _strings(at) and at.schema.event_like,
        criterion=_smaller(limits.EVENT_BYTES, with_event=True),
    ),
)
