"""Trained models: files below ``folder/models`` that resources name, read when they are first asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

import polars as pl

from pdprep import platforms
from pdprep.local.life.ids import Ids

HELD = 4  # models in memory at once
MEASURED = 500  # users by whom a model is measured
ITEMS, NEIGHBOURS, USERS = "items.parquet", "neighbours.parquet", "users.parquet"


@dataclass(frozen=True)
class PreviewModel:
    """What a training learnt. Items and users are sorted by id; an item is known by its place.

    ``items``: ID, COUNT and, of actions, SCORE. ``neighbours``: for each item the places of others and how
    much they go together. ``users``: ID and the places of the latest items, oldest first.
    """

    name: str
    items: pl.DataFrame
    neighbours: pl.DataFrame
    users: pl.DataFrame

    def place(self, item: str | None) -> int | None:
        """Return the place of an item, None if the training did not know it."""
        return place(self.items["ID"], item)

    def history(self, user: str | None) -> list[int]:
        """Return the places of a user's latest items as trained, oldest first."""
        at = place(self.users["ID"], user)
        return [] if at is None else self.users["HISTORY"][at].to_list()

    def beside(self, item: int) -> list[tuple[int, float]]:
        """Return the items that go with one, best first."""
        if item >= self.neighbours.height:  # new items have places after those that were trained
            return []
        others, weights = self.neighbours.row(item)
        return list(zip(others, weights, strict=True))

    @cached_property
    def popular(self) -> pl.Series:
        """The places of the items, most interactions first, then by id."""
        return self.items["COUNT"].arg_sort(descending=True)

    @cached_property
    def total(self) -> int:
        """How many interactions all items have."""
        return int(self.items["COUNT"].sum())


def place(ids: pl.Series, wanted: str | None) -> int | None:
    """Return the position of an id in a sorted column.

    >>> place(pl.Series(["a", "c"]), "c"), place(pl.Series(["a", "c"]), "b")
    (1, None)
    """
    if wanted is None or not len(ids):
        return None
    at = int(ids.search_sorted(wanted))
    return at if at < len(ids) and ids[at] == wanted else None


class Models:
    """The folder of models, and those that were used last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "models"
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._held = OrderedDict[str, PreviewModel]()
        self._guard = Lock()

    def write(self, items: pl.DataFrame, neighbours: pl.DataFrame, users: pl.DataFrame) -> str:
        """Write a model and return its name; it counts once a resource bears it."""
        name = Ids.fresh()
        folder = self._folder / name
        folder.mkdir(mode=0o700)
        for part, frame in ((ITEMS, items), (NEIGHBOURS, neighbours), (USERS, users)):
            frame.write_parquet(folder / part)
        return name

    def get(self, name: str) -> PreviewModel:
        """Return a model."""
        with self._guard:
            if name not in self._held:
                folder = self._folder / name
                frames = (pl.read_parquet(folder / part) for part in (ITEMS, NEIGHBOURS, USERS))
                self._held[name] = PreviewModel(name, *frames)
            self._held.move_to_end(name)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
            return self._held[name]

    def remove(self, name: str) -> None:
        """Remove a model that no resource bears any more."""
        with self._guard:
            self._held.pop(name, None)
        platforms.remove_tree(self._folder / name)

    def sweep(self, named: Iterable[str]) -> None:
        """Remove the models that no resource names: of deleted versions, of killed trainings.

        Only while nothing trains: the model of a training has no name in a resource until its end.
        """
        kept = set(named)
        for folder in self._folder.iterdir():
            if folder.name not in kept:
                self.remove(folder.name)
