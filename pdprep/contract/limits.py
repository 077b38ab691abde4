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
EARLIEST: Final = 315_532_800  # 1980-01-01, seconds since 1970
AHEAD: Final = 86_400  # one day, in seconds
TEXT_LENGTH_ASIAN: Final = 7_000  # Chinese and Japanese; items-datasets
TRAINING_SHARE: Final = 100  # one user in a hundred needs two interactions
BETTER_INTERACTIONS: Final = 50_000  # analyzing-data
BETTER_USERS: Final = 1_000  # analyzing-data
EVENT_TYPES_AND_METADATA: Final = 10
ATTRIBUTION_SOURCES: Final = 100
SCHEMA_LENGTH: Final = 20_000  # characters; CreateSchema
ITEMS_CONSIDERED: Final = 750_000
ITEMS_CONSIDERED_V2: Final = 5_000_000
ACTIONS_CONSIDERED: Final = 1_000
FULL_BYTES: Final = 100 * 1024**3
INCREMENTAL_BYTES: Final = 1024**3
JOBS_AT_ONCE: Final = 5
NAME_LENGTH: Final = 63
ARN_LENGTH: Final = 256
TAGS: Final = 200
DELETION_BYTES: Final = 100 * 1024**2
RECORDS_A_CALL: Final = 10
EVENTS_A_SECOND: Final = 1_000
RECORD_CALLS_A_SECOND: Final = 10
