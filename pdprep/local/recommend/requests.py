"""One runtime request: what was given, and what the records say of who asks, as filters see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.memory import traits
from pdprep.local.memory.held import Same
from pdprep.local.recommend import filtering, ranking, serving
from pdprep.local.recommend.serving import Served
from pdprep.local.refusals import invalid, missing
from pdprep.local.state import ServerState


@dataclass(frozen=True)
class RuntimeRequest:
    """One request for items: what was given, and what the records say of who asks."""

    state: ServerState
    served: Served
    given: Mapping[str, Any]

    @property
    def user(self) -> str | None:
        """Who asks."""
        return self.given.get("userId")

    @cached_property
    def moment(self) -> float:
        """Until when records came that filters see, except events (s since 1970)."""
        return self.state.clock.now() - self.state.clock.lasting(traits.FILTERS_LATER)

    @cached_property
    def universe(self) -> pl.DataFrame:
        """Every item that can be served, by place, with what filters see of it."""
        new = serving.fresh(self.state, self.served)
        ids = ranking.items(self.served, new).rename({"ID": "ITEM_ID"})
        if "ITEMS" not in self.served.datasets:
            return ids
        rows = self.state.memory.catalogue(self.state, self.served.datasets["ITEMS"]).at(self.moment)
        # Both are the same frames until there is more to be seen, or other new items in the places of some.
        key = (self.served.model.name, Same(new), Same(rows))
        made: pl.DataFrame = self.state.memory.once(
            f"universe of {self.served.arn}", key,
            lambda: ids.join(rows, on="ITEM_ID", how="left", maintain_order="left"),
        )  # fmt: skip
        return made

    def mask(self, arn: str | None, values: Mapping[str, str]) -> pl.Series | None:
        """Return which items a filter lets through; None where all are."""
        hidden = self.done(frozenset({self.served.traits.hides.lower()})) if self.served.traits.hides else []
        if arn is None and not hidden:
            return None
        let = ~pl.col("ITEM_ID").is_in(hidden)
        if arn is not None:
            text = expression(self.state, self.served, arn)
            names = set(self.universe.columns)
            let &= filtering.allowed(text, values, self.context, "ITEM_ID", names)
        # Null: the item lacks the field of a condition. The filter does not let it through.
        return self.universe.select(let.fill_null(False).alias("LET"))["LET"]

    @property
    def context(self) -> filtering.FilterContext:
        """What filters may name: the user, the item, and what the user did."""
        related = self.served.traits.kind == traits.RELATED
        return filtering.FilterContext(
            self._record("USERS", self.user),
            self._record("ITEMS", self.given.get("itemId")),
            self.done,
            related,
        )

    def _record(self, kind: str, key: str | None) -> dict[str, Any] | None:
        dataset = self.served.datasets.get(kind)
        return self.state.memory.catalogue(self.state, dataset).record(key, self.moment) if dataset else None

    def done(self, types: frozenset[str] | None) -> list[str]:
        """Return the items of the user's latest events of some types."""
        return done(self.state, self.served.datasets.get("INTERACTIONS"), self.user, types, self.moment)


def done(
    state: ServerState,
    dataset: Resource | None,
    user: str | None,
    types: frozenset[str] | None,
    moment: float,
) -> list[str]:
    """Return the subjects of a user's events that filters see: put ones at once, bulk ones until a moment.

    A user of whom nothing came for three months is forgotten (filter-expressions).
    """
    if dataset is None or user is None:
        return []
    events = state.memory.history(state, dataset).of(user)
    seen = [event for event in events if event.put or event.at <= moment]
    if not seen or (
        max(event.at for event in seen) < state.clock.now() - traits.FORGOTTEN and any(e.at for e in seen)
    ):
        return []
    return [event.item for event in seen if types is None or event.type in types]


def expression(state: ServerState, served: Served, arn: str) -> str:
    """Return the expression of an ACTIVE filter of the same dataset group, or refuse."""
    found = state.resources.find(arn, "filter")
    if found is None:
        raise missing(arn)
    if found.parent != served.version.family or state.resources.status(found) != "ACTIVE":
        raise invalid(f"The filter {arn} must be ACTIVE and of the dataset group {served.version.family}.")
    return str(found.body["filterExpression"])
