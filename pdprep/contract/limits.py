"""The limits as numbers. Source: Amazon Personalize Developer Guide, limits, or as said."""

from __future__ import annotations

from typing import Final

ID_LENGTH: Final = 256
CATEGORY_LENGTH: Final = 1000
STRING_LENGTH: Final = 1000
TEXT_LENGTH: Final = 20_000
EVENT_TYPE_LENGTH: Final = 256
BULK_INTERACTIONS: Final = 1000
TRAINING_INTERACTIONS: Final = 1000
TRAINING_USERS: Final = 25
EVENT_TYPES: Final = 10
EARLIEST: Final = 315_532_800  # 1980-01-01, seconds since 1970: of an event
AHEAD: Final = 86_400  # one day, in seconds: of an event
# No page bounds the other times. Outside these bounds a time is mostly a number of another unit.
OLDEST: Final = -5_364_662_400  # 1800-01-01, seconds since 1970
DISTANT: Final = 10 * 366 * 86_400  # ten years ahead, in seconds
NUMBERS_TAKEN_FOR_TIMES: Final = (
    (0, 86_399),  # a year, a number of days, or zero for nothing
    (18_000_101, 21_001_231),  # a date written as a number: 20240131
)
ACTION_VALUE: Final = (1, 10)  # actions-datasets
REPEAT_FREQUENCY: Final = 30  # days; actions-datasets
TEXT_LENGTH_ASIAN: Final = 7_000  # Chinese and Japanese; items-datasets
TRAINING_SHARE: Final = 100  # one user in a hundred needs two interactions
BETTER_INTERACTIONS: Final = 50_000  # analyzing-data
BETTER_USERS: Final = 1_000  # analyzing-data
EVENT_TYPES_AND_METADATA: Final = 10
ATTRIBUTION_SOURCES: Final = 100
SCHEMA_LENGTH: Final = 20_000  # characters; CreateSchema
ITEMS_CONSIDERED: Final = 750_000
ITEMS_CONSIDERED_V2: Final = 5_000_000
ITEMS_CONSIDERED_SEMANTIC: Final = 10_000_000  # native-recipe-semantic-similarity
ACTIONS_CONSIDERED: Final = 1_000
# The pages say GB and MB and not which: the smaller numbers are the safe ones.
FULL_BYTES: Final = 100 * 10**9
INCREMENTAL_BYTES: Final = 10**9
JOBS_AT_ONCE: Final = 5
NAME_LENGTH: Final = 63
ARN_LENGTH: Final = 256
TAGS: Final = 200
DELETION_BYTES: Final = 100 * 10**6
RECORDS_A_CALL: Final = 10
COLUMN_NAME_LENGTH: Final = 150  # API_TrainingDataConfig
COLUMNS_CHOSEN: Final = 50  # API_TrainingDataConfig
ACTION_EVENTS: Final = 50  # of each kind an action: native-recipe-next-best-action
ACTION_WEEKS: Final = 6  # native-recipe-next-best-action
EVENTS_A_SECOND: Final = 1_000
RECORD_CALLS_A_SECOND: Final = 10
# Of single records: the service model that botocore ships (pages API_UBS_*), and limits.
IMPRESSIONS: Final = 25
RECOMMENDATION_ID_LENGTH: Final = 40
PUT_ID_LENGTH: Final = 256
ATTRIBUTION_LENGTH: Final = 1024
EVENT_BYTES: Final = 10_240
PROPERTIES_LENGTH: Final = {  # characters of the JSON in `properties`
    "interactions": 1024,
    "items": 32_000,
    "users": 24_000,
    "actions": 32_000,
    "action_interactions": 1024,
}
METADATA_FIELDS: Final = {  # of one's own: limits
    "interactions": 5,
    "items": 100,
    "users": 25,
    "actions": 10,
    "action_interactions": 5,
}
TEXTUAL_FIELDS: Final = 1  # of items: limits
