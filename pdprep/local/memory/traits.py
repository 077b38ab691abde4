"""What each recipe and use case reads, asks for and does between trainings: one row each, with its page.

Written from the guide and not from the client's table of effects, so that a test can compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pdprep.local.refusals import invalid

PERSONAL, RELATED, RANKING, POPULAR, TRENDING, ACTIONS, SEGMENTS = (
    "personal", "related", "ranking", "popular", "trending", "actions", "segments",
)  # fmt: skip
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True)
class Traits:
    """One recipe.

    ``realtime``: events of known items count at once. ``updates``: seconds between two updates with new items
    or actions, 0 for none; with ``asked`` only where performIncrementalUpdate is set. ``event``: the event
    type that trains it and its minimum applies to. ``hides``: the one whose items it leaves out by itself.
    ``needs``: the members a request must have. ``items``: whether an Items dataset adds to what it knows.
    """

    name: str
    kind: str
    source: str
    realtime: bool = False
    updates: float = 0.0
    asked: bool = False
    event: str = ""
    hides: str = ""
    needs: tuple[str, ...] = ()
    items: bool = True
    scores: bool = False
    promotions: bool = True
    metadata: bool = False
    batch: bool = True

    @property
    def domain(self) -> bool:
        """Say whether it is a use case of a domain."""
        return self.name.startswith(("aws-vod-", "aws-ecomm-"))


_SHOP, _FILM = "ECOMMERCE-use-cases", "VIDEO_ON_DEMAND-use-cases"
_USER, _ITEM, _BOTH = ("userId",), ("itemId",), ("userId", "itemId")
_V1 = Traits(
    "aws-user-personalization", PERSONAL, "native-recipe-new-item-USER_PERSONALIZATION", realtime=True,
    updates=2 * HOUR, needs=_USER, scores=True,
)  # fmt: skip
_RANK = Traits(
    "aws-personalized-ranking", RANKING, "native-recipe-search", realtime=True, needs=_USER, scores=True,
    promotions=False,
)  # fmt: skip
_LEGACY = replace(_V1, realtime=True, updates=0.0, source="native-recipe-hrnn", promotions=False)
_FILM_PERSONAL = replace(
    _V1, name="aws-vod-top-picks", source=_FILM, hides="Watch", scores=False, batch=False
)
_SHOP_PERSONAL = replace(_FILM_PERSONAL, name="aws-ecomm-recommended-for-you", source=_SHOP, hides="Purchase")
_FILM_ITEM = Traits("", RELATED, _FILM, needs=_BOTH, hides="Watch", items=False, batch=False)
_COUNT = Traits("", POPULAR, _FILM, needs=_USER, items=False, batch=False)
_TREND = Traits(
    "aws-trending-now", TRENDING, "native-recipe-trending-now", updates=2 * HOUR, items=False, batch=False
)
_SEGMENT = Traits("aws-item-affinity", SEGMENTS, "item-affinity-recipe", promotions=False)
ROWS = (
    _V1,
    replace(_V1, name="aws-user-personalization-v2", source="native-recipe-user-personalization-v2",
            metadata=True),
    *(replace(_LEGACY, name=name) for name in ("aws-hrnn", "aws-hrnn-metadata", "aws-hrnn-coldstart")),
    _RANK,
    replace(_RANK, name="aws-personalized-ranking-v2", source="native-recipe-personalized-ranking-v2",
            metadata=True),
    Traits("aws-sims", RELATED, "native-recipe-sims", needs=_ITEM, items=False),
    Traits("aws-similar-items", RELATED, "native-recipe-similar-items", needs=_ITEM),
    Traits("aws-semantic-similarity", RELATED, "native-recipe-semantic-similarity", updates=30 * MINUTE,
           asked=True, needs=_ITEM, metadata=True, promotions=False),
    Traits("aws-popularity-count", POPULAR, "native-recipe-popularity", items=False),
    _TREND,
    Traits("aws-next-best-action", ACTIONS, "native-recipe-next-best-action", realtime=True,
           updates=2 * HOUR, needs=_USER, scores=True, promotions=False, batch=False),
    _SEGMENT,
    replace(_SEGMENT, name="aws-item-attribute-affinity", source="item-attribute-affinity-recipe"),
    _FILM_PERSONAL,
    _SHOP_PERSONAL,
    replace(_FILM_ITEM, name="aws-vod-because-you-watched-x", event="Watch"),
    replace(_FILM_ITEM, name="aws-vod-more-like-x", items=True),
    replace(_COUNT, name="aws-vod-most-popular", event="Watch"),
    replace(_TREND, name="aws-vod-trending-now", source=_FILM),
    replace(_COUNT, name="aws-ecomm-popular-items-by-views", source=_SHOP, event="View"),
    replace(_COUNT, name="aws-ecomm-popular-items-by-purchases", source=_SHOP, event="Purchase"),
    replace(_FILM_ITEM, name="aws-ecomm-frequently-bought-together", source=_SHOP, event="Purchase",
            hides="", needs=_ITEM),
    replace(_FILM_ITEM, name="aws-ecomm-customers-who-viewed-x-also-viewed", source=_SHOP, event="View",
            hides="Purchase"),
)  # fmt: skip
_BY_NAME = {row.name: row for row in ROWS}
# How often trends are evaluated; longer settings are refreshed every two hours all the same.
TRENDS = {"30 minutes": 30 * MINUTE, "1 hour": HOUR}
# An interval of data whose growth is compared, by the setting. Source: native-recipe-trending-now.
INTERVALS = {**TRENDS, "2 hours": 2 * HOUR, "3 hours": 3 * HOUR, "1 day": DAY}
RETRAINED = 7 * DAY  # a recommender, and a solution that says nothing else. maintaining-relevance
FIRST_TRAINING = HOUR  # by then automatic training has begun. solution-config-auto-training
FILTERS_LATER = 20 * MINUTE  # all but what PutEvents and PutActionInteractions send. filter
BATCH_LATER = 15 * MINUTE  # put events, in batch jobs. how-new-data-influences-batch-recommendations
LATEST_EVENTS, LATEST_ACTIONS = 100, 300  # a user and event type, that a filter considers. limits
FORGOTTEN = 92 * DAY  # three months without a new event: filters forget a user's. filter-expressions


def of(recipe_arn: str) -> Traits:
    """Return the row of a recipe's ARN.

    >>> of("arn:aws:personalize:::recipe/aws-vod-top-picks").hides
    'Watch'
    """
    name = recipe_arn.rpartition("/")[2]
    if name not in _BY_NAME:
        raise invalid(f"The recipe {recipe_arn} is not known.")
    return _BY_NAME[name]
