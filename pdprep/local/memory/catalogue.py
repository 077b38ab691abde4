"""Items, users and actions as filters see them at a moment: the newest record of each id by then."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import polars as pl

from pdprep.local.memory.models import place
from pdprep.local.rows.avro import AvroSchema
from pdprep.local.rows.layers import ALL, AT, SEQ, Layers, scan
from pdprep.local.rows.typed import ROW


@dataclass
class Catalogue:
    """The records of one dataset, sorted by id; made again when there is more to be seen."""

    layers: Layers
    dataset: str
    schema: AvroSchema
    signature: tuple[Any, ...] = ()
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    guard: Any = field(default_factory=Lock)

    def at(self, moment: float) -> pl.DataFrame:
        """Return the records that came until a moment (s since 1970), one an id, sorted by id."""
        with self.guard:
            # Read again only if a file came or went, or if more puts had come by the moment.
            seen = (
                self.layers.signature(self.dataset),
                self.layers.latest_at(self.dataset, moment),
                self.schema,
            )
            if seen != self.signature:
                with self.layers.reading(self.dataset, ALL) as snapshot:
                    # Rows whose time is not known came with an older pdprep, so long ago.
                    rows = scan(snapshot, self.schema).filter(pl.col(AT).fill_null(0.0) <= moment)
                    newest = rows.sort(SEQ, ROW).unique(subset=[self.schema.key], keep="last")
                    self.rows = newest.select(self.schema.names).sort(self.schema.key).collect()
                self.signature = seen
            return self.rows

    def record(self, key: str | None, moment: float) -> dict[str, Any] | None:
        """Return one record, None where there is none."""
        rows = self.at(moment)
        at = place(rows[self.schema.key], key)
        return None if at is None else rows.row(at, named=True)
