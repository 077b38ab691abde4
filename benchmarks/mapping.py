"""Which column of the generated events is which field."""

from __future__ import annotations

from typing import Final

COLUMNS: Final = ("user", "item", "event", "ts", "value", "device")
MAPPING: Final = {
    "USER_ID": "user",
    "ITEM_ID": "item",
    "EVENT_TYPE": "event",
    "TIMESTAMP": "ts",
    "EVENT_VALUE": "value",
}
