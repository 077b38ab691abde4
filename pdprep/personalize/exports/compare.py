"""What the ledger says of two layers beside what the service holds: pure, on frames that fit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from pdprep.ledger.record_files import BULK, ORDER

LAYERS: Final = ("BULK", "PUT")
DIFFERENCES: Final = ("missing", "other layer", "other value", "unexpected")
# Neither is a difference: what others sent, and older versions of an id beside the newest.
REMARKS: Final = ("outside", "superseded")
KINDS: Final = (*DIFFERENCES, *REMARKS)
COUNTS: Final = ("ledger", "service", *KINDS)
LISTED: Final = {"layer": pl.String, "difference": pl.String, "record": pl.String, "service": pl.String}


@dataclass(frozen=True, eq=False)
class LedgerAndService:
    """The same records by the ledger and by the service.

    Attributes:
        held: What was sent, by the ledger: the service's columns and each record's order and layer.
        service: What each layer of the service holds.
        key: The columns that make two records one.
        alone: Whether every import of the service is in the ledger, so that no bulk record is of others.
    """

    held: pl.DataFrame
    service: dict[str, pl.DataFrame]
    key: list[str]
    alone: bool


def compare(both: LedgerAndService) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the counts of each layer and every difference and remark, one row each."""
    found = [_layer(both, layer) for layer in LAYERS]
    return pl.concat([counts for counts, _ in found]), pl.concat([listed for _, listed in found])


def no_counts() -> pl.DataFrame:
    """Return counts of nothing."""
    return pl.DataFrame({"layer": LAYERS, **{name: [0] * len(LAYERS) for name in COUNTS}})


def _layer(both: LedgerAndService, layer: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    there = both.service[layer]
    mine = _newest(both, layer)
    kinds = dict(_kinds(both, layer, mine, there))
    sizes = [mine.height, there.select(both.key).n_unique(), *(kinds[kind].height for kind in KINDS)]
    counts = pl.DataFrame({"layer": [layer], **{n: [size] for n, size in zip(COUNTS, sizes, strict=True)}})
    listed = [_listed(rows, layer, kind, there, both.key) for kind, rows in kinds.items() if rows.height]
    return counts, pl.concat([pl.DataFrame(schema=LISTED), *listed])


def _newest(both: LedgerAndService, layer: str) -> pl.DataFrame:
    rows = both.held.filter(pl.col(BULK) == (layer == "BULK")).sort(ORDER)
    return rows.unique(both.key, keep="last", maintain_order=True).drop(ORDER, BULK)


def _kinds(
    both: LedgerAndService, layer: str, mine: pl.DataFrame, there: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    other = LAYERS[1 - LAYERS.index(layer)]
    columns, every = there.columns, both.held.drop(ORDER, BULK)
    differing = lacking(mine, there, columns)
    # Of what is not there as it was sent: its id is there with other values, in the other layer, or nowhere.
    # In the other layer it may be by right, where the ledger has sent it that way too.
    changed, gone = having(differing, there, both.key), lacking(differing, there, both.key)
    moved = lacking(having(gone, both.service[other], both.key), _newest(both, other), both.key)
    yield "missing", lacking(gone, moved, both.key)
    yield "other layer", moved
    yield "other value", changed
    # And what is there and not the newest of the ledger: never sent from here, or an older version of an id.
    extra = lacking(lacking(there, mine, columns), changed, both.key)
    unknown = lacking(extra, every, columns)
    yield "unexpected", unknown if layer == "BULK" and both.alone else unknown.clear()
    yield "outside", unknown.clear() if layer == "BULK" and both.alone else unknown
    older = having(extra, every, columns)
    yield "superseded", older if both.key != columns else older.clear()


def having(rows: pl.DataFrame, others: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Return the rows that the others have too."""
    return rows.join(others, on=on, how="semi", nulls_equal=True)


def lacking(rows: pl.DataFrame, others: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Return the rows that the others do not have."""
    return rows.join(others, on=on, how="anti", nulls_equal=True)


def _listed(rows: pl.DataFrame, layer: str, kind: str, there: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    text = rows.select(*key, pl.struct(pl.all()).struct.json_encode().alias("record"))
    held = there.unique(key, keep="last").select(
        *key, pl.struct(pl.all()).struct.json_encode().alias("service")
    )
    named = text.join(held, on=key, how="left", nulls_equal=True)
    return named.select(pl.lit(layer).alias("layer"), pl.lit(kind).alias("difference"), "record", "service")
