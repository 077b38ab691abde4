"""Items, users and actions as filters or a model see them: the newest record of each id that they know."""

from __future__ import annotations

import math
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
    held: dict[bool, tuple[tuple[Any, ...], pl.DataFrame]] = field(default_factory=dict)
    guard: Any = field(default_factory=Lock)

    def at(self, moment: float, upto: int = 0) -> pl.DataFrame:
        """Return the records that came until a moment (s since 1970), one an id, sorted by id.

        ``upto`` is the sequence number of the last record that a model was trained on: it knows that one
        whenever it came, and filters do not.
        """
        with self.guard:
            last = self.layers.latest_at(self.dataset, moment)
            if last == self.layers.latest_at(self.dataset, math.inf):
                upto = 0  # all of them came by the moment: what filters see is what anybody knows
            # Read again only if a file came or went, or if more puts had come by the moment.
            seen = (self.layers.signature(self.dataset), last, upto, self.schema)
            if self.held.get(upto > 0, (None,))[0] != seen:
                with self.layers.reading(self.dataset, ALL) as snapshot:
                    # Rows whose time is not known came with an older pdprep, so long ago.
                    known = (pl.col(AT).fill_null(0.0) <= moment) | (pl.col(SEQ) <= upto)
                    rows = scan(snapshot, self.schema).filter(known)
                    newest = rows.sort(SEQ, ROW).unique(subset=[self.schema.key], keep="last")
                    found = newest.select(self.schema.names).sort(self.schema.key).collect()
                self.held[upto > 0] = seen, found
            return self.held[upto > 0][1]

    def record(self, key: str | None, moment: float, upto: int = 0) -> dict[str, Any] | None:
        """Return one record, None where there is none."""
        rows = self.at(moment, upto)
        at = place(rows[self.schema.key], key)
        return None if at is None else rows.row(at, named=True)
