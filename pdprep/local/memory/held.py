"""What runtime calls keep in memory between each other: histories and catalogues, one a dataset."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Protocol

from pdprep.local.life.resources import Resource
from pdprep.local.memory.catalogue import Catalogue
from pdprep.local.memory.histories import History
from pdprep.local.memory.traits import LATEST_ACTIONS, LATEST_EVENTS
from pdprep.local.rows.avro import AvroSchema
from pdprep.local.rows.layers import Layers


class Schemas(Protocol):
    """Where the schema of a dataset is told."""

    def schema(self, dataset: Resource) -> AvroSchema: ...


class Same:
    """A frame in a key: equal to itself alone, and held, so that no later one has its place in memory."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._frame is other._frame

    def __hash__(self) -> int:
        return id(self._frame)


class Memory:
    """Histories and catalogues by dataset, and what else was worked out for a name."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._held = dict[tuple[str, str], Any]()
        self._worked = dict[str, tuple[Hashable, Any]]()
        self._guard = Lock()

    def history(self, state: Schemas, dataset: Resource) -> History:
        """Return what the users of a dataset of events did."""
        actions = dataset.body["datasetType"] == "ACTION_INTERACTIONS"
        most = LATEST_ACTIONS if actions else LATEST_EVENTS
        found: History = self._get(History, state, dataset, most)
        return found

    def catalogue(self, state: Schemas, dataset: Resource) -> Catalogue:
        """Return the records of a dataset of items, users or actions."""
        found: Catalogue = self._get(Catalogue, state, dataset)
        return found

    def prepare(self, state: Schemas, datasets: dict[str, Resource]) -> None:
        """Read the histories of a group now, so that no call has to wait for them."""
        for kind in ("INTERACTIONS", "ACTION_INTERACTIONS"):
            if kind in datasets:
                self.history(state, datasets[kind]).of(None)

    def once(self, name: str, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what was made for a name, made again when its key changes."""
        # No lock while it is made: two calls at once may make it twice, and neither waits for others' models.
        held = self._worked.get(name)
        if held is None or held[0] != key:
            held = (key, make())
            self._worked[name] = held
        return held[1]

    def forget(self, dataset: str) -> None:
        """Drop what is held of a dataset that is gone."""
        with self._guard:
            for key in [key for key in self._held if key[1] == dataset]:
                del self._held[key]

    def _get(self, kind: Callable[..., Any], state: Schemas, dataset: Resource, *more: int) -> Any:
        schema = state.schema(dataset)
        with self._guard:
            held = self._held.get((kind.__name__, dataset.arn))
            if held is None or held.schema != schema:  # UpdateDataset may have given it another one
                held = kind(self._layers, dataset.arn, schema, *more)
                self._held[kind.__name__, dataset.arn] = held
            return held
