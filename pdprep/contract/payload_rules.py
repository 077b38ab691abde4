"""What single records must fulfil beyond their columns: the lengths that the put operations take.

boto3 sends anything; the service refuses the call. Source: the service model that botocore ships (pages
API_UBS_*) and the page limits of the Amazon Personalize Developer Guide.
"""

from __future__ import annotations

from typing import Final

from pdprep import assumptions
from pdprep.contract.rule import of_row

IMPRESSIONS: Final = 25
IMPRESSION_ID: Final = r"^\||\|\||\|$|[^|]{257}"  # an empty one, or more than 256 characters
# A bracket about all of it, spaces around a bar, or commas or semicolons and no bar.
IMPRESSION_LIST: Final = r"^\s*[\[{(].*[\]})]\s*$|\s\||\|\s|^[^|]*[,;][^|]*$"
RECOMMENDATION_ID_LENGTH: Final = 40
PUT_ID_LENGTH: Final = 256
ATTRIBUTION_SOURCE: Final = r"^[ -~]{0,1023}[!-~][ -~]{0,1023}$"
ATTRIBUTION_LENGTH: Final = 1024
# How programs write that there is nothing, in lower case.
NOTHING: Final = tuple(assumptions.text("words_for_nothing").split(", "))
EVENT_BYTES: Final = 10_240
# Characters of the JSON in `properties`.
PROPERTIES_LENGTH: Final = {
    "interactions": 1024,
    "items": 32_000,
    "users": 24_000,
    "actions": 32_000,
    "action_interactions": 1024,
}
# Names that must not be keys of `properties`, in lower case.
FORBIDDEN: Final = ("userid", "sessionid", "eventtype", "timestamp", "recommendationid", "impression")

# Columns that stand beside `properties` in an event.
BESIDE: Final = ("ITEM_ID", "ACTION_ID", "EVENT_TYPE", "RECOMMENDATION_ID", "IMPRESSION")

_DROP = 'on_invalid="quarantine"  # keeps such rows aside; "drop" leaves them out'
_BULK = "group.bulk(frame)  # takes them; or shorten them"

RULES: Final = (
    of_row(
        "impression_count",
        "error",
        "put",
        f"IMPRESSION lists more than {IMPRESSIONS} ids; an event carries no more",
        'frame.lazy().with_columns(pl.col("shown").list.head(25))',
        "API_UBS_Event",
    ),
    of_row(
        "impression_id",
        "error",
        "put",
        "IMPRESSION holds an id that is empty or has more than 256 characters",
        "leave such ids out of the list",
        "API_UBS_Event",
    ),
    of_row(
        "impression_list",
        "error",
        "all",
        "IMPRESSION is a list written as text, so all its ids would count as one",
        'frame.lazy().pipe(transforms.split, "shown", separator=",")',
        "interactions-datasets",
    ),
    of_row(
        "recommendation_id_length",
        "error",
        "put",
        f"RECOMMENDATION_ID has more than {RECOMMENDATION_ID_LENGTH} characters",
        "use the recommendationId that GetRecommendations returned",
        "API_UBS_Event",
    ),
    of_row(
        "attribution_source",
        "error",
        "put",
        f"EVENT_ATTRIBUTION_SOURCE is not 1 to {ATTRIBUTION_LENGTH:,} printable ASCII characters",
        "use a short plain name such as newsletter",
        "API_UBS_MetricAttribution",
    ),
    of_row(
        "put_id_length",
        "error",
        "put",
        f"SESSION_ID or EVENT_ID has more than {PUT_ID_LENGTH} characters",
        "use a shorter id",
        "API_UBS_PutEvents",
    ),
    of_row(
        "session_id_word",
        "error",
        "put",
        "SESSION_ID is a word for nothing, such as null or undefined: by one report such events are lost",
        'frame.lazy().with_columns(pl.when(~pl.col("session").str.to_lowercase().is_in('
        '["null", "undefined", "none", "nan", "[object object]"])).then(pl.col("session")))',
        "aws-sdk-js issue 3371",
    ),
    of_row(
        "session_of_user_word",
        "error",
        "put",
        "USER_ID is a word for nothing and stands in for SESSION_ID: by one report such events are lost",
        _DROP,
        "aws-sdk-js issue 3371",
    ),
    of_row(
        "properties_length",
        "error",
        "put",
        "the properties of a record are longer than a put call takes",
        _BULK,
        "API_UBS_Event, API_UBS_Item, API_UBS_User, API_UBS_Action, API_UBS_ActionInteraction",
    ),
    of_row(
        "event_bytes",
        "error",
        "put",
        f"an event has more than {EVENT_BYTES:,} bytes",
        _BULK,
        "limits",
    ),
)
