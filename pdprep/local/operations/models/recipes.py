"""Recipes: a fixed list. Source: developer guide, working-with-predefined-recipes, domain-use-cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import DEFAULT_PAGE, position, token
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import missing

PREFIX = "arn:aws:personalize:::recipe/"
SINCE = 1_560_124_800.0  # 10 June 2019, as AWS's samples show it
PAGE = 20


@dataclass(frozen=True)
class ListedRecipe:
    """One recipe; ``domain`` is empty for custom ones."""

    name: str
    type: str
    domain: str = ""


SHOP, FILM = "ECOMMERCE", "VIDEO_ON_DEMAND"
RECIPES = tuple(
    ListedRecipe(*row)
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


def find(arn: str) -> ListedRecipe:
    """Return the recipe of an ARN or refuse."""
    if arn not in _BY_ARN:
        raise missing(arn)
    return _BY_ARN[arn]


@operation("ListRecipes")
def list_recipes(call: OperationCall) -> dict[str, Any]:
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
def describe_recipe(call: OperationCall) -> dict[str, Any]:
    """Describe a recipe."""
    return {"recipe": _view(find(call.given["recipeArn"]))}


@operation("DescribeAlgorithm")
def describe_algorithm(call: OperationCall) -> dict[str, Any]:
    """Describe the algorithm of a recipe: its name and the hyperparameters that the guide names."""
    arn = call.given["algorithmArn"]
    recipe = _named(arn, "algorithmArn")
    defaults = HYPERPARAMETERS.get(recipe.name, {})
    return {
        "algorithm": {
            "name": arn.rpartition("/")[2], "algorithmArn": arn,
            "algorithmImage": {"name": recipe.name, "dockerURI": "none: the local Personalize is a preview"},
            "defaultHyperParameters": defaults, "defaultHyperParameterRanges": {},
            "defaultResourceConfig": {}, "trainingInputMode": "File",
            "creationDateTime": SINCE, "lastUpdatedDateTime": SINCE,
        }
    }  # fmt: skip


@operation("DescribeFeatureTransformation")
def describe_transformation(call: OperationCall) -> dict[str, Any]:
    """Describe the feature transformation of a recipe."""
    arn = call.given["featureTransformationArn"]
    recipe = _named(arn, "featureTransformationArn")
    return {
        "featureTransformation": {
            "name": arn.rpartition("/")[2], "featureTransformationArn": arn, "status": "ACTIVE",
            "defaultParameters": FEATURES.get(recipe.name, {}), "creationDateTime": SINCE,
            "lastUpdatedDateTime": SINCE,
        }
    }  # fmt: skip


def _named(arn: str, member: str) -> ListedRecipe:
    found = next((recipe for recipe in RECIPES if _view(recipe)[member] == arn), None)
    if found is None:
        raise missing(arn)
    return found


# Names that are not the recipe's. Source: native-recipe-trending-now, native-recipe-hrnn-coldstart.
ALGORITHMS = {"aws-trending-now": "aws-trending-now-custom"}
TRANSFORMATIONS = {"aws-hrnn-coldstart": "featurize_coldstart"}
# Defaults that the recipes' pages name.
HYPERPARAMETERS = {
    "aws-user-personalization": {"hidden_dimension": "149", "bptt": "32", "recency_mask": "true"},
    "aws-hrnn-coldstart": {"hidden_dimension": "149", "bptt": "32", "recency_mask": "true"},
}
FEATURES = {
    "aws-trending-now": {"trend_discovery_frequency": "2 hours"},
    "aws-next-best-action": {"action_optimization_period": "14"},
    "aws-hrnn-coldstart": {
        "cold_start_max_interactions": "15", "cold_start_max_duration": "5.0",
        "cold_start_relative_from": "latestItem", "min_user_history_length_percentile": "0.0",
        "max_user_history_length_percentile": "0.99",
    },
}  # fmt: skip


def _view(recipe: ListedRecipe) -> dict[str, Any]:
    arn, root = PREFIX + recipe.name, PREFIX.removesuffix("recipe/")
    return {
        "name": recipe.name, "recipeArn": arn, "status": "ACTIVE", "recipeType": recipe.type,
        "domain": recipe.domain or None,
        "algorithmArn": f"{root}algorithm/{ALGORITHMS.get(recipe.name, recipe.name)}",
        "featureTransformationArn":
            f"{root}feature-transformation/{TRANSFORMATIONS.get(recipe.name, recipe.name)}",
        "creationDateTime": SINCE, "lastUpdatedDateTime": SINCE,
    }  # fmt: skip
