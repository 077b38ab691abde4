"""What each recipe or use case reads when it is trained, and what it does with newer records until then.

Each row is what the page of the Amazon Personalize Developer Guide that it names says of one recipe; which of
them have which feature is also listed in use-case-recipe-features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# What a recipe does between two trainings:
#   realtime          an event that is put counts at once, if its item was there at the latest training
#   realtime actions  the same for the events of actions
#   new items         items that no training knew are considered every two hours
#   new actions       the same for actions
#   trends            all interactions, bulk or put, are evaluated every 30 minutes to 2 hours
#   fresh items       new and changed items count after about 30 minutes (performIncrementalUpdate)
Feature = Literal["realtime", "realtime actions", "new items", "new actions", "trends", "fresh items"]

# These are of the latest fully trained version only; the others are of any version that is deployed.
OF_LATEST: Final = ("new items", "new actions", "fresh items")
EVENTS: Final = ("interactions",)
ITEMS: Final = (*EVENTS, "items")
USERS: Final = (*ITEMS, "users")
ALL: Final = (*USERS, "actions", "action_interactions")
_SHOP, _FILM = "ECOMMERCE-use-cases", "VIDEO_ON_DEMAND-use-cases"


@dataclass(frozen=True, slots=True)
class RecipeFacts:
    """One recipe or use case.

    Attributes:
        name: The end of its ARN.
        reads: The dataset types that its training uses.
        features: What it does with records between two trainings.
        source: The page that says so.
        segments: Whether it makes user segments, which leave out what INCREMENTAL imports brought;
            getting-user-segments says so.
    """

    name: str
    reads: tuple[str, ...]
    features: tuple[Feature, ...] = ()
    source: str = ""
    segments: bool = False


_PERSONAL: Final[tuple[Feature, ...]] = ("realtime", "new items")
_ACTIONS: Final[tuple[Feature, ...]] = ("realtime", "realtime actions", "new actions")
_RANKING: Final[tuple[Feature, ...]] = ("realtime",)
_TRENDS: Final[tuple[Feature, ...]] = ("trends",)
RECIPES: Final = (
    RecipeFacts("aws-user-personalization", USERS, _PERSONAL, "native-recipe-new-item-USER_PERSONALIZATION"),
    RecipeFacts("aws-user-personalization-v2", USERS, _PERSONAL, "native-recipe-user-personalization-v2"),
    RecipeFacts("aws-personalized-ranking", USERS, _RANKING, "native-recipe-search"),
    RecipeFacts("aws-personalized-ranking-v2", USERS, _RANKING, "native-recipe-personalized-ranking-v2"),
    RecipeFacts("aws-next-best-action", ALL, _ACTIONS, "native-recipe-next-best-action"),
    RecipeFacts("aws-trending-now", EVENTS, _TRENDS, "native-recipe-trending-now"),
    RecipeFacts("aws-popularity-count", EVENTS, (), "native-recipe-popularity"),
    RecipeFacts("aws-sims", EVENTS, (), "native-recipe-sims"),
    RecipeFacts("aws-similar-items", ITEMS, (), "native-recipe-similar-items"),
    RecipeFacts("aws-semantic-similarity", ITEMS, ("fresh items",), "native-recipe-semantic-similarity"),
    RecipeFacts("aws-item-affinity", USERS, (), "item-affinity-recipe", segments=True),
    RecipeFacts("aws-item-attribute-affinity", USERS, (), "item-attribute-affinity-recipe", segments=True),
    RecipeFacts("aws-ecomm-recommended-for-you", USERS, _PERSONAL, _SHOP),
    RecipeFacts("aws-ecomm-popular-items-by-views", EVENTS, (), _SHOP),
    RecipeFacts("aws-ecomm-popular-items-by-purchases", EVENTS, (), _SHOP),
    RecipeFacts("aws-ecomm-frequently-bought-together", EVENTS, (), _SHOP),
    RecipeFacts("aws-ecomm-customers-who-viewed-x-also-viewed", EVENTS, (), _SHOP),
    RecipeFacts("aws-vod-top-picks", USERS, _PERSONAL, _FILM),
    RecipeFacts("aws-vod-trending-now", EVENTS, _TRENDS, _FILM),
    RecipeFacts("aws-vod-because-you-watched-x", EVENTS, (), _FILM),
    RecipeFacts("aws-vod-most-popular", EVENTS, (), _FILM),
    RecipeFacts("aws-vod-more-like-x", ITEMS, (), _FILM),
)  # fmt: skip
_BY_NAME: Final = {recipe.name: recipe for recipe in RECIPES}
# Minutes between two evaluations of trends; longer settings are refreshed every two hours all the same.
# Source: native-recipe-trending-now, trend_discovery_frequency.
TREND_MINUTES: Final = {"30 minutes": 30, "1 hour": 60, "2 hours": 120, "3 hours": 120, "1 day": 120}


def recipe(arn: str) -> RecipeFacts:
    """Return what is known of a recipe; one that is not in the table may read every dataset.

    >>> recipe("arn:aws:personalize:::recipe/aws-trending-now").reads
    ('interactions',)
    """
    name = arn.rpartition("/")[2]
    return _BY_NAME.get(name, RecipeFacts(name, ALL))
