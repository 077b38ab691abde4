"""Everything one server holds, put together once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from pdprep.local.life.clock import Clock
from pdprep.local.life.faults import Faults
from pdprep.local.life.ids import Ids
from pdprep.local.life.rates import Rates
from pdprep.local.life.resources import Resource, Resources
from pdprep.local.life.store import Store
from pdprep.local.life.workers import Workers
from pdprep.local.memory.held import Memory
from pdprep.local.memory.models import Models
from pdprep.local.objects.objects import Objects
from pdprep.local.protocol.signatures import SignatureAge
from pdprep.local.rows.avro import AvroSchema, read
from pdprep.local.rows.layers import Layers
from pdprep.local.settings import ServerSettings


@dataclass(frozen=True)
class ServerState:
    """The parts that operations work on."""

    settings: ServerSettings
    store: Store
    clock: Clock
    ids: Ids
    resources: Resources
    layers: Layers
    objects: Objects
    workers: Workers
    faults: Faults
    age: SignatureAge
    rates: Rates
    models: Models
    memory: Memory

    def schema(self, dataset: Resource) -> AvroSchema:
        """Return the schema of a dataset."""
        return _schema(self.resources.get(dataset.body["schemaArn"], "schema").body["schema"])

    def datasets(self, group: str) -> dict[str, Resource]:
        """Return the datasets of a group by type."""
        return {str(each.body["datasetType"]): each for each in self.resources.list("dataset", parent=group)}

    def launch(self, arn: str) -> None:
        """Begin the work of a job; under the instant clock it is usually done when this returns."""
        instant = self.clock.mode == "instant"
        self.workers.start(arn, self.settings.answer_wait if instant else 0.0)


def build(settings: ServerSettings) -> ServerState:
    """Open a state folder."""
    faults = Faults()
    store = Store(settings.folder, faults)
    clock = Clock(settings.clock, settings.speed, settings.fixed)
    resources, layers = Resources(store, clock), Layers(store)
    memory = Memory(layers)
    # In the transaction in which a dataset disappears: its rows are gone with it or not at all.
    resources.when_gone(lambda gone: layers.forget(gone.arn))
    resources.when_gone(lambda gone: memory.forget(gone.arn))
    workers = Workers(resources, clock, store.transaction)
    ids = Ids(seeded=bool(settings.fixed))
    return ServerState(
        settings, store, clock, ids, resources, layers, Objects(store, clock), workers, faults,
        SignatureAge(), Rates(clock, settings.rates), Models(settings.folder), memory,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _schema(text: str) -> AvroSchema:
    return read(json.loads(text))
