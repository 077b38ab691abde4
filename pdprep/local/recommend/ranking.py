"""Scores of a model's items for a user, an item or a moment: popularity and co-occurrence, nothing else.

Everything is decided by the records and, where they leave it open, by the ids: the same records give the same
answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.memory import traits
from pdprep.local.memory.held import Same
from pdprep.local.memory.histories import Event
from pdprep.local.memory.models import PreviewModel
from pdprep.local.recommend import serving
from pdprep.local.recommend.serving import Served
from pdprep.local.rows.layers import ALL, AT, scan
from pdprep.local.state import ServerState
from pdprep.local.training import subjects

LATEST = 20  # events of a user that decide
FADING = 0.9  # what each event weighs less than the one after it
POPULARITY = 0.001  # what all popularity together weighs beside one co-occurrence
STEP = 1000


@dataclass(frozen=True)
class Ranked:
    """Places of items, best first: those with a score, then all by popularity. ``total`` is of all scores."""

    model: PreviewModel
    scores: dict[int, float] = field(default_factory=dict)
    order: pl.Series | None = None

    def places(self, mask: pl.Series | None) -> Iterator[tuple[int, bool]]:
        """Yield the places a mask lets through, and whether they are there for their score."""
        best = sorted(self.scores, key=lambda place: (-self.scores[place], place))
        for place in best:
            if mask is None or mask[place]:
                yield place, True
        rest = self.model.popular if self.order is None else self.order
        if mask is not None:
            rest = rest.filter(mask.gather(rest))
        # A caller takes a few dozen: the other places of a large catalogue never become numbers of Python.
        for at in range(0, len(rest), STEP):
            yield from (
                (place, False) for place in rest[at : at + STEP].to_list() if place not in self.scores
            )

    def score(self, place: int) -> float:
        """Return the share of one item in all scores: they add up to one over all items."""
        # Popularity as a whole weighs as one more score, so an item that goes with nothing has some, too.
        total = sum(self.scores.values()) + POPULARITY
        share = self.model.items["COUNT"][place] / self.model.total if self.model.total else 0.0
        return float((self.scores.get(place, 0.0) + POPULARITY * share) / total)


def ranked(state: ServerState, served: Served, user: str | None, item: str | None) -> Ranked:
    """Return a model's items in order for whoever asks."""
    kind, model = served.traits.kind, served.model
    if kind in (traits.PERSONAL, traits.RANKING):
        return Ranked(model, together(model, history(state, served, user)))
    if kind == traits.RELATED:
        place = model.place(item)
        return Ranked(model, {} if place is None else dict(model.beside(place)))
    if kind == traits.TRENDING:
        return Ranked(model, order=trending(state, served))
    return Ranked(model)


def together(model: PreviewModel, places: list[int]) -> dict[int, float]:
    """Return how much the items go with some, the latest last and heaviest."""
    found = dict[int, float]()
    for back, place in enumerate(reversed(places[-LATEST:])):
        for other, weight in model.beside(place):
            found[other] = found.get(other, 0.0) + FADING**back * weight
    return found


def history(state: ServerState, served: Served, user: str | None) -> list[int]:
    """Return the places of a user's items: as trained, and by events since where they count at once.

    Only put events do, and only of items the training knew (how-new-data-influences-recommendations).
    """
    places = served.model.history(user)
    if not served.traits.realtime or "INTERACTIONS" not in served.datasets:
        return places
    events = state.memory.history(state, served.datasets["INTERACTIONS"]).of(user)
    # Of a batch job the guide says: within fifteen minutes.
    until = state.clock.now() - state.clock.lasting(traits.BATCH_LATER if served.batch else 0.0)
    since = (event.item for event in events if event.put and event.seq > served.upto and event.at <= until)
    known = (served.model.place(item) for item in since)
    return places + [place for place in known if place is not None]


def trending(state: ServerState, served: Served) -> pl.Series:
    """Return the places by how much more often items occur in the latest interval than in the one before.

    Items without growth follow by popularity. Events count until the latest evaluation; those of new items
    too, whose places come after those of the model.
    """
    dataset = served.datasets["INTERACTIONS"]
    moment, new = serving.horizon(state, served) or state.clock.now(), serving.fresh(state, served)
    # New items take each other's places when one comes, of which there may be no event.
    key = (
        served.model.name, state.layers.signature(dataset.arn), state.layers.latest_at(dataset.arn, moment),
        Same(new),
    )  # fmt: skip
    # To count two intervals at each call would read the whole dataset; the key changes with what it says.
    made: pl.Series = state.memory.once(
        f"trends of {served.arn}", key, lambda: _trending(state, served, dataset, moment, new)
    )
    return made


def _trending(
    state: ServerState, served: Served, dataset: Resource, moment: float, new: pl.DataFrame
) -> pl.Series:
    given = (served.version.body.get("solutionConfig") or {}).get("featureTransformationParameters") or {}
    interval = traits.INTERVALS.get(given.get("trend_discovery_frequency", ""), traits.INTERVALS["2 hours"])
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        rows = scan(snapshot, state.schema(dataset)).filter(pl.col(AT).fill_null(0.0) <= moment)
        # Back from the latest event and not from now: data of last year has trends too.
        recent = rows.select(ID="ITEM_ID", TIME="TIMESTAMP").filter(
            pl.col("TIME") > pl.col("TIME").max() - 2 * interval
        )
        newer = pl.col("TIME") > pl.col("TIME").max() - interval
        split = recent.with_columns(NEWER=newer)
        # Newer less older: all but the newer are older, so twice the newer less all.
        counts = split.group_by("ID").agg(
            GROWTH=pl.col("NEWER").sum().cast(pl.Int64) * 2 - pl.len().cast(pl.Int64)
        )
        grown = counts.filter(pl.col("GROWTH") > 0).collect()
    universe = items(served, new).select("ID").with_row_index("PLACE")
    joined = universe.join(grown, on="ID", how="left", maintain_order="left")
    counted = served.model.items["COUNT"].extend_constant(0, joined.height - served.model.items.height)
    ordered = joined.with_columns(COUNT=counted, GROWTH=pl.col("GROWTH").fill_null(0))
    return ordered.sort("GROWTH", "COUNT", "PLACE", descending=[True, True, False])["PLACE"]


def items(served: Served, new: pl.DataFrame) -> pl.DataFrame:
    """Return the ids of what can be served: the model's by place, then new ones, latest first."""
    return (
        pl.concat([served.model.items.select("ID"), new]) if new.height else served.model.items.select("ID")
    )


def users_for(
    model: PreviewModel, wanted: Iterable[tuple[int, float]], most: int, mask: pl.Expr | None
) -> list[str]:
    """Return the users whose latest items have the most of some items, weighed, best first."""
    weights = pl.DataFrame(list(wanted), schema={"HISTORY": pl.UInt32, "WEIGHT": pl.Float64}, orient="row")
    each = model.users.lazy().explode("HISTORY").join(weights.lazy(), on="HISTORY")
    totals = each.group_by("ID").agg(pl.col("WEIGHT").sum())
    if mask is not None:
        totals = totals.filter(mask)
    return totals.sort(["WEIGHT", "ID"], descending=[True, False]).head(most).collect()["ID"].to_list()


def actions(state: ServerState, served: Served, user: str | None, moment: float) -> pl.DataFrame:
    """Return the actions a user can be shown and their scores, best first: by score, then value, then id.

    Expired ones are left out, and those the user met within their repeat frequency (actions-datasets).
    """
    catalogue = state.memory.catalogue(state, served.datasets["ACTIONS"]).at(moment, served.upto)
    known = items(served, serving.fresh(state, served)).join(
        catalogue.rename({"ACTION_ID": "ID"}), on="ID", how="left", maintain_order="left"
    )
    rows = known.join(_scores(state, served, user), on="ID", how="left", maintain_order="left")
    names, now = set(rows.columns), state.clock.now()
    for name in ("ACTION_EXPIRATION_TIMESTAMP", "EXPIRATION_TIMESTAMP"):
        if name in names:
            rows = rows.filter(pl.col(name).is_null() | (pl.col(name) > now))
    if "REPEAT_FREQUENCY" in names and "ACTION_INTERACTIONS" in served.datasets:
        events = state.memory.history(state, served.datasets["ACTION_INTERACTIONS"]).of(user)
        last = {event.item: event.time for event in events}
        met = pl.col("ID").replace_strict(last, default=None, return_dtype=pl.Int64)
        days = pl.col("REPEAT_FREQUENCY") * int(traits.DAY)
        rows = rows.filter(met.is_null() | days.is_null() | (met + days <= now))
    # Of an action that the training knew, its worth then; of a newer one, what is known of it.
    ordered = rows.with_columns(
        pl.col("SCORE").fill_null(0.0), WORTH=pl.coalesce("WORTH", subjects.worth(names))
    )
    return ordered.sort(["SCORE", "WORTH", "ID"], descending=[True, True, False]).select(
        "ID", "SCORE", "WORTH"
    )


def taken(state: ServerState, served: Served, user: str | None) -> list[Event]:
    """Return what a user did with actions that the training knew since then: of put events, at once."""
    if user is None or "ACTION_INTERACTIONS" not in served.datasets:
        return []
    events = state.memory.history(state, served.datasets["ACTION_INTERACTIONS"]).of(user)
    new = (event for event in events if event.put and event.seq > served.upto)
    return [event for event in new if served.model.place(event.item) is not None]


def _scores(state: ServerState, served: Served, user: str | None) -> pl.DataFrame:
    """Return the actions of the training with their scores, in which the user's events since then count."""
    model = served.model.items
    if "WORTH" not in model.columns:  # of an older pdprep
        model = model.with_columns(WORTH=pl.lit(None, pl.Int64))
    own = pl.DataFrame(
        [(event.item, event.type == "taken") for event in taken(state, served, user)],
        schema={"ID": pl.String, "TOOK": pl.Boolean}, orient="row",
    )  # fmt: skip
    mine = own.group_by("ID").agg(pl.col("TOOK").sum().cast(pl.Int64), MET=pl.len().cast(pl.Int64))
    joined = model.join(mine, on="ID", how="left", maintain_order="left").with_columns(
        pl.col("TOOK", "MET").fill_null(0)
    )
    # The share of TAKEN as if the user's events had been there at the training; no score stays no score.
    share = (pl.col("SCORE") * pl.col("COUNT") + pl.col("TOOK")) / (pl.col("COUNT") + pl.col("MET"))
    return joined.select("ID", "WORTH", SCORE=pl.when(pl.col("SCORE") > 0).then(share).otherwise("SCORE"))
