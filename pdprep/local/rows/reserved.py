"""Fields whose type and attributes the service fixes: one row each, with its page of the developer guide.

A row without a domain holds in every domain. How many metadata fields there may be is in ``limits``.
"""

from __future__ import annotations

from dataclasses import dataclass

PLAIN, CATEGORY, TEXT = "", "categorical", "textual"
SHOP, FILM = "ECOMMERCE", "VIDEO_ON_DEMAND"


@dataclass(frozen=True)
class Reserved:
    """One field. ``nulls``: its type may include null; ``needed``: a schema must have it."""

    domain: str
    dataset: str
    name: str
    types: tuple[str, ...] = ("string",)
    mark: str = PLAIN
    nulls: bool = True
    needed: bool = False
    source: str = "custom-datasets-and-schemas"


_INTER, _ITEMS, _USERS, _ACTIONS, _TAKEN = "INTERACTIONS", "ITEMS", "USERS", "ACTIONS", "ACTION_INTERACTIONS"
_EC, _VOD = "ECOMMERCE-datasets", "VIDEO-ON-DEMAND-datasets"
_LONG, _FLOAT = ("long",), ("float",)

ROWS = (
    Reserved("", _INTER, "USER_ID", nulls=False, needed=True, source="interactions-datasets"),
    Reserved("", _INTER, "ITEM_ID", nulls=False, needed=True, source="interactions-datasets"),
    Reserved("", _INTER, "TIMESTAMP", _LONG, nulls=False, needed=True, source="interactions-datasets"),
    Reserved("", _INTER, "EVENT_TYPE"),
    Reserved("", _INTER, "EVENT_VALUE", _FLOAT),
    Reserved("", _INTER, "IMPRESSION"),
    Reserved("", _INTER, "RECOMMENDATION_ID"),
    Reserved("", _INTER, "EVENT_ATTRIBUTION_SOURCE"),
    Reserved(SHOP, _INTER, "EVENT_TYPE", needed=True, source=_EC),
    Reserved(FILM, _INTER, "EVENT_TYPE", needed=True, source=_VOD),
    Reserved("", _ITEMS, "ITEM_ID", nulls=False, needed=True, source="items-datasets"),
    Reserved("", _ITEMS, "CREATION_TIMESTAMP", _LONG),
    # The ECOMMERCE schema page says long, its items page float: both are taken.
    Reserved(SHOP, _ITEMS, "CREATION_TIMESTAMP", ("long", "float"), source=_EC),
    Reserved(SHOP, _ITEMS, "PRICE", _FLOAT, needed=True, source=_EC),
    Reserved(SHOP, _ITEMS, "CATEGORY_L1", mark=CATEGORY, needed=True, source=_EC),
    *(Reserved(SHOP, _ITEMS, name, mark=CATEGORY, source=_EC)
      for name in ("CATEGORY_L2", "CATEGORY_L3", "AGE_GROUP", "ADULT", "GENDER")),
    Reserved(SHOP, _ITEMS, "PRODUCT_DESCRIPTION", mark=TEXT, source=_EC),
    Reserved(FILM, _ITEMS, "CREATION_TIMESTAMP", _LONG, needed=True, source=_VOD),
    Reserved(FILM, _ITEMS, "GENRES", mark=CATEGORY, needed=True, source=_VOD),
    *(Reserved(FILM, _ITEMS, name, mark=CATEGORY, source=_VOD)
      for name in ("GENRE_L2", "GENRE_L3", "CONTENT_OWNER", "CONTENT_CLASSIFICATION")),
    *(Reserved(FILM, _ITEMS, name, _FLOAT, source=_VOD) for name in ("PRICE", "DURATION", "AVERAGE_RATING")),
    Reserved(FILM, _ITEMS, "PRODUCT_DESCRIPTION", mark=TEXT, source=_VOD),
    Reserved("", _USERS, "USER_ID", nulls=False, needed=True, source="users-datasets"),
    Reserved(FILM, _USERS, "SUBSCRIPTION_MODEL", mark=CATEGORY, source=_VOD),
    Reserved("", _ACTIONS, "ACTION_ID", nulls=False, needed=True, source="actions-datasets"),
    # The page's table says EXPIRATION_TIMESTAMP, its text ACTION_EXPIRATION_TIMESTAMP: both are taken.
    *(Reserved("", _ACTIONS, name, _LONG)
      for name in ("CREATION_TIMESTAMP", "REPEAT_FREQUENCY", "EXPIRATION_TIMESTAMP",
                   "ACTION_EXPIRATION_TIMESTAMP")),
    Reserved("", _ACTIONS, "VALUE", _LONG),
    Reserved("", _ACTIONS, "TYPE"),
    *(Reserved("", _TAKEN, name, nulls=False, needed=True, source="action-interactions-datasets")
      for name in ("USER_ID", "ACTION_ID", "EVENT_TYPE")),
    Reserved("", _TAKEN, "TIMESTAMP", _LONG, nulls=False, needed=True, source="action-interactions-datasets"),
    *(Reserved("", _TAKEN, name) for name in ("IMPRESSION", "RECOMMENDATION_ID")),
)  # fmt: skip

# Metadata fields a schema may have besides reserved ones of interactions. Source: limits.
MOST = {_USERS: 25, _ITEMS: 100, _ACTIONS: 10, _INTER: 5, _TAKEN: 5}
KEYS = {_ITEMS: "ITEM_ID", _USERS: "USER_ID", _ACTIONS: "ACTION_ID"}
DATASET_TYPES = (_INTER, _ITEMS, _USERS, _ACTIONS, _TAKEN)
# The least and the most a reserved number may be. Source: actions-datasets, "Value data", "Repeat frequency
# data"; the page gives the days to wait a maximum alone, and none is the least there can be.
RANGES = {(_ACTIONS, "VALUE"): (1, 10), (_ACTIONS, "REPEAT_FREQUENCY"): (0, 30)}


def rows(dataset: str, domain: str) -> dict[str, Reserved]:
    """Return the reserved fields of a dataset type; a domain's own row comes before the general one.

    >>> [row.name for row in rows("ITEMS", "VIDEO_ON_DEMAND").values() if row.needed]
    ['ITEM_ID', 'CREATION_TIMESTAMP', 'GENRES']
    """
    fitting = [row for row in ROWS if row.dataset == dataset and row.domain in ("", domain)]
    return {row.name: row for row in fitting}
