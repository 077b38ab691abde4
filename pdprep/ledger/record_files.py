"""The records sent, as Parquet: a folder an import, a file a put plan, both written before the sending.

A file of an import is sorted by id, so that the records of one user are found without reading the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.contract.contract import Contract
from pdprep.contract.dtypes import DTYPES
from pdprep.ledger import contracts, integrity, remote_records
from pdprep.ledger.integrity import Damage
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import REJECTED, SENT, ImportRow, PlanRow, moment
from pdprep.ledger.status import Status

ORDER, BULK, ROW = "__order", "__bulk", "__row"
POSITION, CALL, DIGEST = "__position", "__call", "__digest"
TIME: Final = pl.Datetime("us", "UTC")
ROW_GROUP: Final = 50_000
CALLS: Final = 10_000  # whose records are held at once
_CALLS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "first": pl.UInt32,
    "last": pl.UInt32,
    "outcome": pl.String,
    "reason": pl.String,
    "SENT_AT": TIME,
}


def write_records(
    folder: Path, number: int, rows: pl.DataFrame, contract: Contract, first: int = 0, *, wide: bool = False
) -> Path:
    """Write one run of the records of an import, sorted by id, and return the file.

    Args:
        folder: Where the files of this import stand.
        number: Which run.
        rows: The records.
        contract: The contract of the records.
        first: The number of its first record: an id that stands in two runs needs the order of both.
        wide: Whether numbers may have more than 32 bits; the same for all runs of an import.
    """
    file = folder / f"part-{number:05d}.parquet"
    numbers = pl.int_range(pl.len(), dtype=pl.Int64) + first
    fields = rows.select(contract.columns)
    numbered = fields.with_columns(numbers.alias(ROW)) if wide else fields.with_row_index(ROW, offset=first)
    # One thread sorts texts in half the processor time; the least level of zstd saves as much room.
    ordered = numbered.sort(contract.key, maintain_order=True, multithreaded=False)
    ordered.write_parquet(file, row_group_size=ROW_GROUP, compression_level=1)
    integrity.settle(file)
    return file


def file_import(ledger: Ledger, row: ImportRow, records: Path | str) -> ImportRow:
    """File the records of an import.

    Args:
        ledger: The ledger.
        row: The import.
        records: The folder they were written to, which becomes part of the ledger; or the address below which
            they stay.
    """
    if isinstance(records, str):
        return remote_records.register(ledger, row, records)
    place = ledger.records(row.dataset) / row.folder
    drop_import(ledger, row)  # what an attempt that was killed has filed
    integrity.register(ledger, ((file, place / file.name) for file in sorted(records.glob("*.parquet"))))
    platforms.replace(records, place)
    return row


def drop_import(ledger: Ledger, row: ImportRow) -> None:
    """Remove the files of an import, and its records in the bucket."""
    drop_records(ledger, row)
    platforms.remove_tree(ledger.records(row.dataset) / row.folder)


def drop_records(ledger: Ledger, row: ImportRow) -> None:
    """Remove the records of an import; what else is kept of it stays."""
    remote_records.drop(ledger, row)
    place = ledger.records(row.dataset) / row.folder
    integrity.forget(ledger, place)
    for file in place.glob("*.parquet"):
        platforms.remove(file)


def scan_import(ledger: Ledger, row: ImportRow) -> pl.LazyFrame:
    """Return the records of an import, each with its order, import, time and status.

    Raises:
        LedgerError: A file is missing, cut or changed, or the bucket it lies in cannot be reached.
    """
    if found := damage(ledger, row):
        raise integrity.error(found, row.dataset)
    held = _held(ledger, row)
    if held is None:
        return empty(contracts.loads(row.contract))
    return held.select(
        pl.exclude(ROW),
        # Imports and plans share one sequence; within one, records are numbered below 2 ** 40. So the greater
        # number is the later one, by whichever route it was sent.
        (pl.lit(row.seq << 40, pl.Int64) + pl.col(ROW)).alias(ORDER),
        pl.lit(True).alias(BULK),
        pl.lit(row.name).alias("IMPORT"),
        pl.lit(moment(row.ended or row.created)).cast(TIME).alias("SENT_AT"),
        pl.lit(str(row.status)).alias("STATUS"),
    )


def damage(ledger: Ledger, row: ImportRow | PlanRow, thorough: bool = False) -> Damage | None:
    """Return the first file of an import or plan that is not what was written; None where all are."""
    if isinstance(row, PlanRow):
        return integrity.damage(ledger, [plan_file(ledger, row)], thorough)
    if row.records:
        return remote_records.damage(ledger, row)
    files, held = _files(ledger, row)
    short = Damage(ledger.records(row.dataset) / row.folder, f"holds {held:,} of {row.rows:,} records")
    return integrity.damage(ledger, files, thorough) or (short if held != row.rows else None)


def _held(ledger: Ledger, row: ImportRow) -> pl.LazyFrame | None:
    if row.records:
        return remote_records.scan(ledger, row)
    files, _ = _files(ledger, row)
    return integrity.scan(files) if files else None


def _files(ledger: Ledger, row: ImportRow) -> tuple[list[Path], int]:
    """Return the files of an import, those that are missing too, and how many records they hold.

    An older pdprep kept no list of them: then the records are counted.
    """
    files = integrity.below(ledger, ledger.records(row.dataset) / row.folder)
    if integrity.listed(ledger, ledger.records(row.dataset) / row.folder):
        return files, row.rows
    whole = files and all(map(integrity.readable, files))
    return files, int(integrity.scan(files).select(pl.len()).collect().item()) if whole else 0


def drop(ledger: Ledger, row: ImportRow | PlanRow) -> None:
    """Remove the files of an import or plan that is given up."""
    if isinstance(row, ImportRow):
        drop_import(ledger, row)
        return
    for file in (ledger.plans / row.file, ledger.records(row.dataset) / row.file):
        platforms.remove(file)
        integrity.forget(ledger, file)


def file_plan(
    ledger: Ledger, job: str, contract: Contract, rows: pl.DataFrame | pl.LazyFrame, fingerprint: str
) -> PlanRow:
    """File a put plan; it and its row in the journal appear together, before the first call.

    The rows of a lazy frame are written as they come and are not held.
    """
    with ledger.temporary() as folder:
        fresh = folder / "plan.parquet"
        rows.lazy().sink_parquet(fresh, row_group_size=ROW_GROUP)
        integrity.settle(fresh)
        height = int(integrity.scan(fresh).select(pl.len()).collect().item())
        with ledger.journal.database.transaction():
            text = contracts.dumps(contract)
            plan = ledger.journal.new_plan(job, contract.dataset, fingerprint, height, text)
            integrity.register(ledger, [(fresh, ledger.plans / plan.file)])
            platforms.replace(fresh, ledger.plans / plan.file)
        return plan


def read_plan(ledger: Ledger, plan: PlanRow) -> pl.LazyFrame:
    """Return every record of a plan with its position, call and digest."""
    return integrity.scan(integrity.checked(ledger, plan.dataset, [ledger.plans / plan.file]))


def plan_file(ledger: Ledger, plan: PlanRow) -> Path:
    """Return the file of what was taken of a plan once it is sorted by id, else that of the whole plan."""
    own, compact = ledger.plans / plan.file, ledger.records(plan.dataset) / plan.file
    # The sorted one as soon as it stands; also where it is missing and ought to stand, so that it is missed.
    return compact if compact.exists() or (integrity.known(ledger, compact) and not own.exists()) else own


def scan_plan(ledger: Ledger, plan: PlanRow) -> pl.LazyFrame:
    """Return what the service has taken of a plan, each record with its order, time and status."""
    file = plan_file(ledger, plan)
    if file.parent == ledger.plans:
        records = taken(ledger, plan)
    else:
        records = integrity.scan(integrity.checked(ledger, plan.dataset, [file]))
    return records.select(
        pl.exclude(POSITION, "SENT_AT"),
        (pl.lit(plan.seq << 40, pl.Int64) + pl.col(POSITION)).alias(ORDER),
        pl.lit(False).alias(BULK),
        pl.lit(plan.job).alias("IMPORT"),
        pl.col("SENT_AT"),
        pl.lit(SENT).alias("STATUS"),
    )


def call_cuts(ledger: Ledger, plan: PlanRow) -> Iterator[pl.Expr]:
    """Yield conditions that cut a plan into runs of whole calls, in order."""
    last = read_plan(ledger, plan).select(pl.col(CALL).max()).collect().item()
    for first in range(0, (last or 0) + 1, CALLS):
        yield pl.col(CALL).is_between(first, first + CALLS - 1)


def taken(ledger: Ledger, plan: PlanRow, where: pl.Expr | None = None) -> pl.LazyFrame:
    """Return what the service has taken of a plan, or of some of its records, with its time."""
    sent = _answered(ledger, plan, where).filter(pl.col("outcome") == SENT)
    return sent.select(pl.exclude(*_CALLS, CALL), "SENT_AT")


def unanswered(ledger: Ledger, plan: PlanRow) -> Iterator[pl.DataFrame]:
    """Yield the records of a plan that no call has settled, in order, ten thousand calls at a time."""
    for cut in call_cuts(ledger, plan):
        left = _answered(ledger, plan, cut).filter(pl.col("outcome").is_null())
        found = left.select(pl.exclude(*_CALLS)).collect()
        if found.height:
            yield found


def rejected(ledger: Ledger, plan: PlanRow) -> pl.DataFrame:
    """Return the records of a plan that the service refused, each with its reason."""
    refused = _answered(ledger, plan).filter(pl.col("outcome") == REJECTED)
    return refused.select(pl.exclude(*_CALLS, POSITION, CALL, DIGEST), pl.col("reason")).collect()


def scan(ledger: Ledger, dataset: str) -> tuple[Contract | None, list[pl.LazyFrame]]:
    """Return the newest contract of a dataset and the records of each import and plan that counts."""
    contract, frames = named(ledger, dataset)
    return contract, list(frames.values())


def named(ledger: Ledger, dataset: str) -> tuple[Contract | None, dict[str, pl.LazyFrame]]:
    """Return the newest contract, and by name what ``scan`` returns; another content has another name."""
    journal = ledger.journal
    imports = journal.layer(dataset) + journal.pending(dataset)  # a status says that these are to come
    plans = journal.plans(dataset)
    rows: list[ImportRow | PlanRow] = sorted([*imports, *plans], key=lambda row: row.seq)
    frames = {
        _name(ledger, row): scan_import(ledger, row) if isinstance(row, ImportRow) else scan_plan(ledger, row)
        for row in rows
    }
    return contracts.loads(rows[-1].contract) if rows else None, frames


def acknowledged(ledger: Ledger, dataset: str) -> list[pl.LazyFrame]:
    """Return the records of a dataset that the service has taken, by imports that are over and by puts."""
    imports, plans = ledger.journal.layer(dataset), ledger.journal.plans(dataset)
    return [*(scan_import(ledger, row) for row in imports), *(scan_plan(ledger, row) for row in plans)]


def like(frame: pl.LazyFrame, contract: Contract, *more: str | pl.Expr) -> pl.LazyFrame:
    """Return a layer with the fields of a contract, and more: a schema may have grown since."""
    have = frame.collect_schema()
    fields = [
        pl.col(field.name).cast(DTYPES[field.type])
        if field.name in have
        else pl.lit(None, DTYPES[field.type]).alias(field.name)
        for field in contract.stored
    ]
    return frame.select(*fields, BULK, ORDER, *more)


def _name(ledger: Ledger, row: ImportRow | PlanRow) -> str:
    # Snapshots are found by names, without reading a file: whatever changes a record's facts is in its name.
    if isinstance(row, ImportRow):
        return f"{row.folder} {row.status} {row.ended or row.created} {row.rows}"
    return f"{row.file} {row.status if row.status == Status.DONE else len(ledger.journal.calls(row))}"


def _answered(ledger: Ledger, plan: PlanRow, where: pl.Expr | None = None) -> pl.LazyFrame:
    """Return every record of a plan, or some, with the call that settled it; nulls where none did."""
    calls = ledger.journal.calls(plan)
    rows = [(call.first, call.last, call.outcome, call.reason, moment(call.at)) for call in calls]
    settled = pl.DataFrame(rows, schema=_CALLS, orient="row").sort("first").lazy()
    planned = read_plan(ledger, plan)
    # Calls and records are both in the order of positions: beside each record comes the last call that begins
    # before it, which settled it if it reaches so far. No record is compared with every call.
    before = (planned if where is None else planned.filter(where)).join_asof(
        settled, left_on=POSITION, right_on="first", strategy="backward"
    )
    reaches = pl.col(POSITION) <= pl.col("last")
    return before.with_columns(pl.when(reaches).then(pl.col(name)).alias(name) for name in _CALLS)


def empty(contract: Contract) -> pl.LazyFrame:
    """Return no records of a contract."""
    facts = [pl.Series(ORDER, [], pl.Int64), pl.Series(BULK, [], pl.Boolean)]
    texts = [pl.Series(name, [], pl.String) for name in ("IMPORT", "STATUS")]
    columns = [pl.Series(field.name, [], DTYPES[field.type]) for field in contract.stored]
    return pl.DataFrame([*columns, *facts, *texts, pl.Series("SENT_AT", [], TIME)]).lazy()
