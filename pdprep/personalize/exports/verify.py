"""Compare what the service holds with what the ledger says, layer by layer, and list each difference."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import folders, identity, integrity, record_files
from pdprep.ledger.id_partitions import ROWS_A_PARTITION, partitions
from pdprep.ledger.record_files import BULK, ORDER
from pdprep.ledger.rows import ImportRow, PlanRow
from pdprep.personalize.exports.compare import (
    COUNTS,
    DIFFERENCES,
    LAYERS,
    REMARKS,
    LedgerAndService,
    compare,
    no_counts,
)
from pdprep.personalize.exports.export import export
from pdprep.personalize.imports import guards
from pdprep.personalize.resources.target import Target


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        dataset: The dataset type.
        counts: One row a layer: records by the ledger, by the service, and how many of each kind.
        listed: Every difference and remark: layer, kind, the record, and what the service has of it.
    """

    dataset: str
    counts: pl.DataFrame
    listed: pl.LazyFrame

    @property
    def ok(self) -> bool:
        """Whether the service holds what the ledger says; what others sent is no difference."""
        return int(self.counts.select(pl.sum_horizontal(DIFFERENCES).sum()).item()) == 0

    @property
    def differences(self) -> pl.DataFrame:
        """Records that are missing, unexpected, in the other layer or of another value: all of them."""
        return self.listed.filter(pl.col("difference").is_in(DIFFERENCES)).collect()

    @property
    def remarks(self) -> pl.DataFrame:
        """Records that others sent (outside) and older versions of an id (superseded)."""
        return self.listed.filter(pl.col("difference").is_in(REMARKS)).collect()

    def __str__(self) -> str:
        lines = [f"{self.dataset}: {'as the ledger says' if self.ok else 'not as the ledger says'}"]
        for row in self.counts.iter_rows(named=True):
            said = [f"{name} {row[name]:,}" for name in COUNTS if row[name] or name in ("ledger", "service")]
            lines.append(f"  {row['layer']}: {', '.join(said)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def verify(target: Target, dataset: str, rows_a_partition: int = ROWS_A_PARTITION) -> Verification:
    """Export both layers of a dataset and compare them with the ledger, in bounded memory.

    Events are compared whole, items, users and actions by id and, for the newest of an id, by their values.

    Raises:
        LedgerError: A file of the ledger's records is not what was written.
    """
    # First the ledger's own files: a damaged one would show as a difference of the service.
    _whole(target, dataset)
    jobs, frames = zip(*(export(target, dataset, layer) for layer in LAYERS), strict=True)
    contract = target.deployed(dataset) or Contract.of(dataset, target.domain)
    alone = not guards.others(target.ledger, target.environment, target.group(), dataset)
    folder = target.ledger.folder / "verified" / jobs[-1].id
    shutil.rmtree(folder, ignore_errors=True)
    folders.private(folder)
    counts = no_counts()
    cut = partitions([_held(target, contract), *frames], contract.key, rows_a_partition)
    for number, (mine, *service) in enumerate(cut):
        there = {layer: rows.unique().collect() for layer, rows in zip(LAYERS, service, strict=True)}
        more, listed = compare(LedgerAndService(mine.collect(), there, identity.columns(contract), alone))
        counts = counts.with_columns(pl.col(name) + more[name] for name in COUNTS)
        listed.write_parquet(folder / f"{number:05d}.parquet")
    return Verification(dataset, counts, integrity.scan(sorted(folder.glob("*.parquet"))))


def _whole(target: Target, dataset: str) -> None:
    """Read every file of the ledger's records again and hold it to the checksum that was written down."""
    journal = target.ledger.journal
    rows: list[ImportRow | PlanRow] = [*journal.layer(dataset), *journal.pending(dataset)]
    for row in (*rows, *journal.plans(dataset)):
        if found := record_files.damage(target.ledger, row, thorough=True):
            raise integrity.error(found, dataset)


def _held(target: Target, contract: Contract) -> pl.LazyFrame:
    """Return every record that was sent, in the columns and types of the deployed schema."""
    _, frames = record_files.scan(target.ledger, contract.dataset)
    schema = record_files.empty(contract).select(contract.columns).collect_schema()
    return pl.concat([_like(frame, schema) for frame in frames or [record_files.empty(contract)]])


def _like(frame: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    # Of a field that a schema got later, older records have nothing, and the service has null.
    have = frame.collect_schema()
    columns = [
        (pl.col(name) if name in have else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    ]
    return frame.select(*columns, ORDER, BULK)
