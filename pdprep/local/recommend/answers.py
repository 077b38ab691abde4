"""Answers to runtime requests: order, filters, promotions, exploration, metadata, as the guide has them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

import polars as pl

from pdprep.local.memory import traits
from pdprep.local.recommend import filtering, ranking, serving
from pdprep.local.recommend.filter_expressions import expressions
from pdprep.local.recommend.requests import RuntimeRequest, done, expression
from pdprep.local.recommend.serving import Served
from pdprep.local.refusals import invalid

RESULTS, MOST, MOST_WITH_METADATA, MOST_COLUMNS = 25, 500, 50, 10  # limits
ACTIONS, MOST_ACTIONS = 5, 100  # API_RS_GetActionRecommendations
EXPLORATION = 0.3  # explorationWeight, where nothing else is asked for. use-case-recipe-features
POPULAR, EXPLORED, PROMOTED = "Popular item", "Exploration", "Promoted item"  # recommendations
Item = dict[str, Any]


def recommend(request: RuntimeRequest) -> dict[str, Any]:
    """Answer GetRecommendations."""
    served, given = request.served, request.given
    if served.traits.kind not in (traits.PERSONAL, traits.RELATED, traits.POPULAR, traits.TRENDING):
        raise invalid(f"GetRecommendations is not for the recipe {served.traits.name}.")
    _check_needs(request)
    count = _count(given, RESULTS, _most(given))
    ranked = ranking.ranked(request.state, served, request.user, given.get("itemId"))
    mask = request.mask(given.get("filterArn"), given.get("filterValues", {}))
    # Neither what follows by popularity nor what is promoted is the item itself.
    itself = {given.get("itemId")} if served.traits.kind == traits.RELATED else set()
    promoted = _promoted(request, ranked, count, itself)
    taken = itself | {item["itemId"] for item in promoted}
    rest = (item for item in _items(request, ranked, mask) if item["itemId"] not in taken)
    plain = [item for item, _ in zip(rest, range(count - len(promoted)), strict=False)]
    return answer(request, _spread(plain, promoted))


def rank(request: RuntimeRequest) -> dict[str, Any]:
    """Answer GetPersonalizedRanking: the items asked for in order, unknown ones last and without a score."""
    served, given = request.served, request.given
    if served.traits.kind != traits.RANKING:
        raise invalid(f"GetPersonalizedRanking is not for the recipe {served.traits.name}.")
    if not 1 <= len(given["inputList"]) <= _most(given):
        raise invalid(f"The inputList must have 1 to {_most(given)} items.")
    ranked = ranking.ranked(request.state, served, request.user, None)
    mask = request.mask(given.get("filterArn"), given.get("filterValues", {}))
    places = {item: served.model.place(item) for item in dict.fromkeys(given["inputList"])}
    known = [
        (item, place) for item, place in places.items() if place is not None and (mask is None or mask[place])
    ]
    scores = {item: ranked.score(place) for item, place in known}
    total = sum(scores.values()) or 1.0
    ordered = sorted(scores, key=lambda item: (-scores[item], item))
    last = [item for item, place in places.items() if place is None]
    found: list[Item] = [{"itemId": item, "score": scores[item] / total} for item in ordered]
    return answer(request, found + [{"itemId": item} for item in last], "personalizedRanking")


def act(request: RuntimeRequest) -> dict[str, Any]:
    """Answer GetActionRecommendations."""
    state, served, given = request.state, request.served, request.given
    if served.traits.kind != traits.ACTIONS:
        raise invalid(f"GetActionRecommendations is not for the recipe {served.traits.name}.")
    _check_needs(request)
    rows = ranking.actions(state, served, request.user, request.moment)
    if arn := given.get("filterArn"):
        events = served.datasets.get("ACTION_INTERACTIONS")
        context = filtering.FilterContext(
            request.context.user, None, lambda types: done(state, events, request.user, types, request.moment)
        )
        # A filter sees records when it does, whatever the training knew of them.
        seen = state.memory.catalogue(state, served.datasets["ACTIONS"]).at(request.moment)
        frame = rows.rename({"ID": "ACTION_ID"}).join(seen, "ACTION_ID", "left", maintain_order="left")
        let = filtering.allowed(
            expression(state, served, arn),
            given.get("filterValues", {}),
            context,
            "ACTION_ID",
            set(frame.columns),
        )
        rows = frame.filter(let).rename({"ACTION_ID": "ID"})
    best = rows.head(_count(given, ACTIONS, MOST_ACTIONS)).select("ID", "SCORE")
    found = [{"actionId": action, "score": score} for action, score in best.iter_rows()]
    return {"actionList": found, "recommendationId": recommendation_id(request)}


def answer(request: RuntimeRequest, items: list[Item], member: str = "itemList") -> dict[str, Any]:
    """Return items with the metadata that was asked for, under an id that names its source."""
    columns = _columns(request)
    if columns and "ITEMS" in request.served.datasets:
        catalogue = request.state.memory.catalogue(request.state, request.served.datasets["ITEMS"])
        for item in items:
            record = catalogue.record(item["itemId"], request.moment, request.served.upto) or {}
            item["metadata"] = {name: str(record[name]) for name in columns if record.get(name) is not None}
    return {member: items, "recommendationId": recommendation_id(request)}


def recommendation_id(request: RuntimeRequest) -> str:
    """Return an id of this answer; its first digits tell which campaign or recommender gave it."""
    return f"RID-{source(request.served.arn)}-{request.state.ids.request().replace('-', '')[:24]}"


def source(arn: str) -> str:
    """Return what the ids of a campaign's or recommender's answers begin with."""
    return f"{crc32(arn.encode()):08x}"


def _check_needs(request: RuntimeRequest) -> None:
    needed = list(request.served.traits.needs)
    arn = request.given.get("filterArn")
    # What a popular list recommends depends on no user, but a filter of it may.
    if arn and not needed:
        conditions = [
            c for e in expressions(expression(request.state, request.served, arn)) for c in e.conditions
        ]
        if any(c.dataset == "CURRENTUSER" or c.dataset.endswith("INTERACTIONS") for c in conditions):
            needed.append("userId")
    lacking = [name for name in needed if not request.given.get(name)]
    if lacking:
        raise invalid(f"The recipe {request.served.traits.name} needs {' and '.join(lacking)}.")


def _most(given: Mapping[str, Any]) -> int:
    return MOST_WITH_METADATA if given.get("metadataColumns") else MOST


def _count(given: Mapping[str, Any], usual: int, most: int) -> int:
    count = int(given.get("numResults", usual))
    if count > most:
        raise invalid(f"numResults must be at most {most}.")
    return count or usual


def _columns(request: RuntimeRequest) -> list[str]:
    given = request.given.get("metadataColumns")
    if not given:
        return []
    columns = given.get("ITEMS", [])
    enabled = request.served.config.get("enableMetadataWithRecommendations") or request.served.traits.metadata
    if not enabled:
        raise invalid("Metadata in recommendations is not enabled for this campaign or recommender.")
    names = (
        request.state.schema(request.served.datasets["ITEMS"]).names
        if "ITEMS" in request.served.datasets
        else ()
    )
    if set(given) - {"ITEMS"} or len(columns) > MOST_COLUMNS or set(columns) - set(names):
        raise invalid(f"metadataColumns takes up to {MOST_COLUMNS} columns of ITEMS: {', '.join(names)}.")
    return list(columns)


def _items(request: RuntimeRequest, ranked: ranking.Ranked, mask: pl.Series | None) -> Iterator[Item]:
    """Yield items in order; every so often one that is new, where the recipe explores."""
    served = request.served
    new = (
        serving.fresh(request.state, served)["ID"].to_list() if served.traits.kind != traits.TRENDING else []
    )
    first = served.model.items.height  # places from here on are those of new items
    explored = iter([(first + at, item) for at, item in enumerate(new) if mask is None or mask[first + at]])
    every, ids, count = _every(served), request.universe["ITEM_ID"], 0
    filtered = request.given.get("filterArn") is not None
    # The order of trends has the new items in it already, so their mask goes along.
    for place, scored in ranked.places(
        mask if mask is None or served.traits.kind == traits.TRENDING else mask[:first]
    ):
        count += 1
        if every and count % every == 0 and (found := next(explored, None)):
            count += 1
            yield _item(request, found[1], None, EXPLORED)
        score = ranked.score(place) if place < first else None
        # A filter left fewer items than were asked for: what fills the list says so (recommendations).
        placeholder = filtered and not scored and bool(ranked.scores)
        yield _item(request, ids[place], score, POPULAR if placeholder else "")
    # New items that found no place between the others come last.
    for _, item in explored:
        yield _item(request, item, None, EXPLORED)


def _item(request: RuntimeRequest, item: str, score: float | None, reason: str) -> Item:
    recipe, found = request.served.traits, {"itemId": item}
    made: Item = dict(found)
    reasoned = recipe.name == "aws-user-personalization-v2"
    if recipe.scores and not (reasoned and reason == POPULAR):
        made["score"] = score if score is not None else 0.0
    if reasoned and reason:
        made["reason"] = [reason]
    return made


def _every(served: Served) -> int:
    """Return how many items there are from one new item to the next; 0 for no new ones."""
    given = served.config.get("itemExplorationConfig") or {}
    wrong = "The explorationWeight must be a number from 0 to 1."
    try:
        weight = float(given.get("explorationWeight", EXPLORATION))
    except ValueError as error:
        raise invalid(wrong) from error
    if not 0 <= weight <= 1:
        raise invalid(wrong)
    # At most every other item is new; the least of weights has no finite inverse.
    return max(2, round(1 / max(weight, 1e-9))) if weight else 0


def _promoted(
    request: RuntimeRequest, ranked: ranking.Ranked, count: int, without: set[str | None]
) -> list[Item]:
    promotions = request.given.get("promotions") or []
    if not promotions:
        return []
    if not request.served.traits.promotions:
        raise invalid(f"The recipe {request.served.traits.name} has no promotions.")
    asked = promotions[0]
    mask = request.mask(asked.get("filterArn"), asked.get("filterValues", {}))
    wanted = math.ceil(count * asked.get("percentPromotedItems", 100) / 100)
    fits = (item for item in _items(request, ranked, mask) if item["itemId"] not in without)
    found = [item for item, _ in zip(fits, range(wanted), strict=False)]
    reasoned = request.served.traits.name == "aws-user-personalization-v2"
    more: Item = {"promotionName": asked.get("name")} | ({"reason": [PROMOTED]} if reasoned else {})
    return [{**item, **more} for item in found]


def _spread(plain: list[Item], promoted: list[Item]) -> list[Item]:
    """Mix promoted items evenly among the others; each kind keeps its order."""
    if not promoted:
        return plain
    total = len(plain) + len(promoted)
    # Each promoted item goes to the middle of one of as many equal stretches of the list.
    at = {math.floor((number + 0.5) * total / len(promoted)) for number in range(len(promoted))}
    one, two = iter(promoted), iter(plain)
    return [next(one) if place in at else next(two) for place in range(total)]
