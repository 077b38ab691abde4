"""Compare what the service holds with what the ledger says, layer by layer, and name each difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import layers
from pdprep.ledger.layers import BULK, ORDER
from pdprep.personalize.export import export
from pdprep.personalize.target import Target

LAYERS: Final = ("BULK", "PUT")
LISTED: Final = 20
_COUNTS: Final = {"layer": pl.String, "ledger": pl.Int64, "service": pl.Int64, "missing": pl.Int64}


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        dataset: The dataset type.
        counts: One row a layer: records by the ledger, by the service, missing there, outside the ledger.
        differences: The first of each: layer, what it is, and the record.
    """

    dataset: str
    counts: pl.DataFrame
    differences: pl.DataFrame

    @property
    def ok(self) -> bool:
        """Whether the service holds what the ledger says; what others sent is no difference."""
        return int(self.counts["missing"].sum()) == 0

    def __str__(self) -> str:
        lines = [f"{self.dataset}: {'as the ledger says' if self.ok else 'not as the ledger says'}"]
        for row in self.counts.iter_rows(named=True):
            lines.append(
                f"  {row['layer']}: ledger {row['ledger']:,}, service {row['service']:,}, "
                f"missing {row['missing']:,}, outside {row['outside']:,}"
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def verify(target: Target, dataset: str) -> Verification:
    """Export both layers of a dataset and compare them with the ledger.

    Events are compared whole, items, users and actions by id and, for the newest of an id, by their values.
    """
    compared = [_compare(target, dataset, layer) for layer in LAYERS]
    counts = pl.concat([count for count, _ in compared])
    return Verification(dataset, counts, pl.concat([difference for _, difference in compared]))


def _compare(target: Target, dataset: str, layer: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    _, exported = export(target, dataset, layer)
    contract, held = layers.scan(target.ledger, dataset)
    service = exported.unique().collect()
    ledger = _ledger(contract, held, layer == "BULK", service)
    missing = ledger.join(service, on=service.columns, how="anti", nulls_equal=True)
    keys = _same(contract, service)
    known = _every(contract, held, service)
    outside = service.join(known, on=keys, how="anti", nulls_equal=True)
    distinct = ledger.select(keys).n_unique(), service.select(keys).n_unique()
    rows = (layer, *distinct, missing.height, outside.height)
    counts = pl.DataFrame([rows], {**_COUNTS, "outside": pl.Int64}, orient="row")
    return counts, pl.concat([_named(missing, layer, "missing"), _named(outside, layer, "outside")])


def _ledger(
    contract: Contract | None, held: list[pl.LazyFrame], bulk: bool, service: pl.DataFrame
) -> pl.DataFrame:
    """Return the newest of each record that the ledger has in a layer, in the columns of the export."""
    if contract is None:
        return service.clear()
    every = pl.concat([_like(frame, service) for frame in held], how="vertical")
    rows = every.filter(pl.col(BULK) == bulk)
    same = service.columns if contract.event_like else [contract.key]
    newest = rows.sort(ORDER).unique(same, keep="last", maintain_order=True)
    return newest.select(service.columns).collect()


def _every(contract: Contract | None, held: list[pl.LazyFrame], service: pl.DataFrame) -> pl.DataFrame:
    if contract is None:
        return service.clear()
    rows = pl.concat([_like(frame, service) for frame in held])
    return rows.select(_same(contract, service)).unique().collect()


def _like(frame: pl.LazyFrame, service: pl.DataFrame) -> pl.LazyFrame:
    have = frame.collect_schema()
    columns = [
        (pl.col(name) if name in have else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in service.schema.items()
    ]
    return frame.select(*columns, ORDER, BULK)


def _same(contract: Contract | None, service: pl.DataFrame) -> list[str]:
    return service.columns if contract is None or contract.event_like else [contract.key]


def _named(rows: pl.DataFrame, layer: str, what: str) -> pl.DataFrame:
    text = pl.struct(pl.all()).struct.json_encode().alias("record")
    return rows.head(LISTED).select(pl.lit(layer).alias("layer"), pl.lit(what).alias("difference"), text)
