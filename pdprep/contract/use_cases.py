"""What each use case and recipe needs before it can be trained: one row each.

Sources: Amazon Personalize Developer Guide, ECOMMERCE-use-cases, VIDEO_ON_DEMAND-use-cases, and the page of
each recipe. A dataset group of a domain may hold custom solutions too (create-custom-resources), but no
actions (actions-datasets).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pdprep.contract import catalogue, limits

_EVENTS: Final = ("interactions",)
_BOTH: Final = ("interactions", "items")
_EC = "ECOMMERCE-use-cases"
_VOD = "VIDEO_ON_DEMAND-use-cases"


@dataclass(frozen=True, slots=True)
class UseCase:
    """One use case of a domain, or one recipe of a custom dataset group.

    Attributes:
        event_type: The type that is counted against the minimum; empty where any counts.
        needs: The dataset types that must be there.
        minimum: The interactions that it needs; with none it needs no users with two of them either.
        items: What the items must have: own metadata, a text and a name, or a text and a plain string.
        recipe: Whether it has an ARN of its own; else it is a way to use another one.
    """

    domain: str
    name: str
    event_type: str
    needs: tuple[str, ...]
    source: str
    minimum: int = limits.TRAINING_INTERACTIONS
    items: Literal["", "metadata", "text", "themes"] = ""
    recipe: bool = True


ROWS: Final = (
    UseCase("ECOMMERCE", "Most viewed", "View", _EVENTS, _EC),
    UseCase("ECOMMERCE", "Best sellers", "Purchase", _EVENTS, _EC),
    UseCase("ECOMMERCE", "Frequently bought together", "Purchase", _EVENTS, _EC),
    UseCase("ECOMMERCE", "Customers who viewed X also viewed", "View", _EVENTS, _EC),
    UseCase("ECOMMERCE", "Recommended for you", "", _EVENTS, _EC),
    UseCase("VIDEO_ON_DEMAND", "Because you watched X", "Watch", _EVENTS, _VOD),
    UseCase("VIDEO_ON_DEMAND", "More like X", "", _BOTH, _VOD),
    UseCase("VIDEO_ON_DEMAND", "Most popular", "Watch", _EVENTS, _VOD),
    UseCase("VIDEO_ON_DEMAND", "Trending now", "", _EVENTS, _VOD),
    UseCase("VIDEO_ON_DEMAND", "Top picks for you", "", _EVENTS, _VOD),
    UseCase("CUSTOM", "User-Personalization-v2", "", _EVENTS, "native-recipe-user-personalization-v2"),
    UseCase("CUSTOM", "User-Personalization", "", _EVENTS, "native-recipe-new-item-USER_PERSONALIZATION"),
    UseCase("CUSTOM", "Personalized-Ranking-v2", "", _EVENTS, "native-recipe-personalized-ranking-v2"),
    UseCase("CUSTOM", "Personalized-Ranking", "", _EVENTS, "native-recipe-search"),
    UseCase("CUSTOM", "Popularity-Count", "", _EVENTS, "native-recipe-popularity"),
    UseCase("CUSTOM", "Trending-Now", "", _EVENTS, "native-recipe-trending-now"),
    UseCase("CUSTOM", "Similar-Items", "", _EVENTS, "native-recipe-similar-items"),
    UseCase(
        "CUSTOM", "Themed batch recommendations", "", _BOTH, "themed-batch-recommendations", items="themes",
        recipe=False,
    ),
    UseCase("CUSTOM", "SIMS", "", _EVENTS, "native-recipe-sims"),
    UseCase(
        "CUSTOM", "Semantic-Similarity", "", ("items",), "native-recipe-semantic-similarity", 0, "text",
    ),
    UseCase("CUSTOM", "Item-Affinity", "", _EVENTS, "item-affinity-recipe"),
    UseCase(
        "CUSTOM", "Item-Attribute-Affinity", "", _BOTH, "item-attribute-affinity-recipe", items="metadata",
    ),
    UseCase("CUSTOM", "Next-Best-Action", "", (*_EVENTS, "actions"), "native-recipe-next-best-action"),
)  # fmt: skip


def of_domain(domain: str) -> tuple[UseCase, ...]:
    """Return the use cases of a domain, or the recipes of CUSTOM.

    >>> [row.name for row in of_domain("ECOMMERCE") if row.event_type == "Purchase"]
    ['Best sellers', 'Frequently bought together']
    """
    return tuple(row for row in ROWS if row.domain == domain)


def of_group(domain: str) -> tuple[UseCase, ...]:
    """Return what a dataset group of a domain can do: its use cases, then recipes of custom solutions.

    >>> [row.domain for row in of_group("ECOMMERCE")][4:6]
    ['ECOMMERCE', 'CUSTOM']
    """
    if domain == "CUSTOM":
        return of_domain(domain)
    custom = (row for row in of_domain("CUSTOM") if not {*catalogue.CUSTOM_ONLY} & {*row.needs})
    return (*of_domain(domain), *custom)


def event_types(domain: str) -> tuple[str, ...]:
    """Return the event types that a domain's use cases count."""
    return tuple(sorted({row.event_type for row in of_domain(domain)} - {""}))
