"""Recipes: a fixed list. Source: developer guide, working-with-predefined-recipes, domain-use-cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pdprep.local.operations.call import Call
from pdprep.local.operations.common import DEFAULT_PAGE, position, token
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import missing

PREFIX = "arn:aws:personalize:::recipe/"
SINCE = 1_560_124_800.0  # 10 June 2019, as AWS's samples show it
PAGE = 20


@dataclass(frozen=True)
class Recipe:
    """One recipe; ``domain`` is empty for custom ones."""

    name: str
    type: str
    domain: str = ""


SHOP, FILM = "ECOMMERCE", "VIDEO_ON_DEMAND"
RECIPES = tuple(
    Recipe(*row)
    for row in (
        ("aws-ecomm-popular-items-by-views", "POPULAR_ITEMS", SHOP),
        ("aws-ecomm-popular-items-by-purchases", "POPULAR_ITEMS", SHOP),
        ("aws-ecomm-frequently-bought-together", "RELATED_ITEMS", SHOP),
        ("aws-ecomm-customers-who-viewed-x-also-viewed", "RELATED_ITEMS", SHOP),
        ("aws-ecomm-recommended-for-you", "USER_PERSONALIZATION", SHOP),
        ("aws-vod-because-you-watched-x", "RELATED_ITEMS", FILM),
        ("aws-vod-more-like-x", "RELATED_ITEMS", FILM),
        ("aws-vod-most-popular", "POPULAR_ITEMS", FILM),
        ("aws-vod-trending-now", "POPULAR_ITEMS", FILM),
        ("aws-vod-top-picks", "USER_PERSONALIZATION", FILM),
        ("aws-user-personalization", "USER_PERSONALIZATION"),
        ("aws-user-personalization-v2", "USER_PERSONALIZATION"),
        ("aws-popularity-count", "POPULAR_ITEMS"),
        ("aws-trending-now", "POPULAR_ITEMS"),
        ("aws-personalized-ranking", "PERSONALIZED_RANKING"),
        ("aws-personalized-ranking-v2", "PERSONALIZED_RANKING"),
        ("aws-sims", "RELATED_ITEMS"),
        ("aws-similar-items", "RELATED_ITEMS"),
        ("aws-semantic-similarity", "RELATED_ITEMS"),
        ("aws-next-best-action", "PERSONALIZED_ACTIONS"),
        ("aws-item-affinity", "USER_SEGMENTATION"),
        ("aws-item-attribute-affinity", "USER_SEGMENTATION"),
        # Legacy: the service still lists them.
        ("aws-hrnn", "USER_PERSONALIZATION"),
        ("aws-hrnn-metadata", "USER_PERSONALIZATION"),
        ("aws-hrnn-coldstart", "USER_PERSONALIZATION"),
    )
)
_BY_ARN = {PREFIX + recipe.name: recipe for recipe in RECIPES}


def find(arn: str) -> Recipe:
    """Return the recipe of an ARN or refuse."""
    if arn not in _BY_ARN:
        raise missing(arn)
    return _BY_ARN[arn]


@operation("ListRecipes")
def list_recipes(call: Call) -> dict[str, Any]:
    """List recipes: the domain is applied to each page, so a page may be short or empty.

    AWS's samples work around an empty page, and some read the token of a domain's first page without asking
    whether there is one.
    """
    domain = call.given.get("domain")
    first = position(call.given.get("nextToken")) or 0
    last = first + call.given.get("maxResults", PAGE if domain else DEFAULT_PAGE)
    shown = [_view(recipe) for recipe in RECIPES[first:last] if not domain or recipe.domain == domain]
    return {"recipes": shown, "nextToken": token(last) if last < len(RECIPES) else None}


@operation("DescribeRecipe")
def describe_recipe(call: Call) -> dict[str, Any]:
    """Describe a recipe."""
    return {"recipe": _view(find(call.given["recipeArn"]))}


def _view(recipe: Recipe) -> dict[str, Any]:
    arn = PREFIX + recipe.name
    return {
        "name": recipe.name, "recipeArn": arn, "status": "ACTIVE", "recipeType": recipe.type,
        "domain": recipe.domain or None, "algorithmArn": arn.replace("recipe/", "algorithm/"),
        "featureTransformationArn": arn.replace("recipe/", "feature-transformation/"),
        "creationDateTime": SINCE, "lastUpdatedDateTime": SINCE,
    }  # fmt: skip
