"""Whether an import may go: judged before its turn against what is on its way, and at its turn again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from pdprep.ledger import contracts, identity, integrity, record_files, remote_records
from pdprep.ledger.id_partitions import lacking
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import ImportRow
from pdprep.ledger.status import Status
from pdprep.personalize.imports import guards
from pdprep.personalize.imports.guards import Coming, DatasetState
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.imports.staging import RECORDS, scratch, stage
from pdprep.personalize.jobs.job import Job


def may_be_refused(asked: ImportRequest) -> bool:
    """Say whether an import may be refused, before anything is read."""
    ledger, target, dataset = asked.ledger, asked.target, asked.prepared.dataset
    if asked.mode == "INCREMENTAL":
        return True
    if asked.replace and asked.shrink:
        return False
    busy = ledger.journal.unfinished(dataset) or ledger.lock(dataset).held()
    return busy or guards.holds_bulk(ledger, target.environment, target.group(), dataset)


def check_early(asked: ImportRequest, job: Job) -> None:
    """Judge an import that waits for its turn, as if the jobs before it had ended well; nothing is sent.

    Raises:
        ValidationError: A rule is broken that stops imports.
        RefusedError: It would be refused then.
    """
    # It is staged again at its turn: whoever typed the call hears of a bad row now and not in an hour.
    with scratch(asked.ledger, job) as folder:
        _, coming = stage(asked, folder, job, lambda part: part.path.unlink())
        decided(asked, _expected(asked, job), coming, folder / RECORDS)
    job.update(phase="prepare", done=0, total=None)
    job.accept()


def decided(
    asked: ImportRequest, before: DatasetState, coming: Coming, records: Path | str
) -> ImportRow | None:
    """Return the earlier import that brought the same bytes; None where this one is to go.

    Args:
        asked: The import.
        before: What the dataset holds.
        coming: What the import would bring.
        records: The folder of its records, or the address below which they lie.

    Raises:
        RefusedError: It would do what nobody asked for.
    """
    if same := guards.earlier(before, coming, asked.replace):
        return same
    counted = _counted(before, coming, records, asked.ledger)
    if refused := guards.refusal(before, counted, asked.replace, asked.shrink):
        raise refused
    return None


def _expected(asked: ImportRequest, job: Job) -> DatasetState:
    """Return what a dataset will hold once the imports before this one are ACTIVE.

    Nothing is refused here that may be taken at its turn. So rows and ids are never more than there will be,
    as what an INCREMENTAL import adds is not known; and of an import whose bytes are not known yet, which may
    be the same, only an INCREMENTAL one hears: there will be something to add to.
    """
    target, ledger, journal = asked.target, asked.ledger, asked.ledger.journal
    now = guards.state_of(ledger, target.environment, target.group(), job.dataset)
    on_their_way = [row for row in journal.imports(job.dataset) if _on_its_way(ledger, row)]
    known = {row.job for row in on_their_way}
    queued = [row for row in journal.jobs() if (row.route, row.dataset) == ("bulk", job.dataset)]
    own = next(row.seq for row in queued if row.id == job.id)
    # A job whose lock is free has lost its process: nothing comes of it.
    waiting = tuple(
        f"{row.id}, which is on its way"
        for row in reversed(queued)
        if row.seq < own and row.id not in known and ledger.lock(row.id).held()
    )
    unknown = now.unknown + (waiting if asked.mode == "INCREMENTAL" else ())
    full = [place for place, row in enumerate(on_their_way) if row.mode == "FULL"]
    if not full:
        return replace(now, imports=(*now.imports, *on_their_way), unknown=unknown)
    # What is there now, and what comes before the last FULL import, will have been replaced by it.
    first, *more = on_their_way[full[-1] :]
    return DatasetState((first, *more), first.rows, first.keys, now.put, unknown)


def _on_its_way(ledger: Ledger, row: ImportRow) -> bool:
    """Say whether an import is with the service, or has been judged by a job that still runs."""
    judged = row.status == Status.STAGED and bool(row.fingerprint)
    return row.status.pending or (judged and ledger.lock(row.job).held())


def _counted(state: DatasetState, coming: Coming, records: Path | str, ledger: Ledger) -> Coming:
    """Count what only the bulk layer has, or only the new file."""
    if not state.imports:
        return coming
    # Only what a guard will ask: what a FULL import would lose, or how many events an INCREMENTAL one adds.
    contract = contracts.loads(state.imports[-1].contract)
    held = pl.concat([record_files.scan_import(ledger, row) for row in state.imports], how="diagonal_relaxed")
    if isinstance(records, str):
        new = remote_records.below(ledger, records)
    else:
        new = integrity.scan(sorted(records.glob("*.parquet")))
    on = [name for name in identity.columns(contract) if name in new.collect_schema()]
    if coming.mode == "FULL":
        return replace(coming, lacks=lacking(held, new, on, contract.key))
    needs = contract.event_like and not state.unknown
    return replace(coming, fresh=lacking(new, held, on, contract.key)) if needs else coming
