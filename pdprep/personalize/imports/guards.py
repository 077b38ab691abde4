"""Nothing is replaced unasked: what an import would remove, and when that is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from pdprep.errors import RefusedError, ReplaceRefused
from pdprep.ledger import contracts, record_files
from pdprep.ledger.effects import Training
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.records import records
from pdprep.ledger.rows import ImportRow
from pdprep.personalize.aws.client import Environment, pages
from pdprep.personalize.aws.quotas import quota
from pdprep.personalize.resources.ensuring import Group, find_dataset

SHARE_KEPT: Final = 0.9  # of records and of ids; with less, the new file is asked to be the whole extract


@dataclass(frozen=True)
class DatasetState:
    """What a dataset holds before an import.

    Attributes:
        imports: The imports of the bulk layer that this ledger knows, oldest first.
        rows: Bulk records.
        keys: Distinct ids among them.
        put: Incremental records; no import removes them.
        unknown: Imports that the service lists and this ledger does not know.
    """

    imports: tuple[ImportRow, ...] = ()
    rows: int = 0
    keys: int = 0
    put: int = 0
    unknown: tuple[str, ...] = ()

    @property
    def bulk(self) -> bool:
        """Whether there are bulk records."""
        return bool(self.imports or self.unknown)


@dataclass(frozen=True)
class Coming:
    """What an import would bring.

    ``bytes``: of its CSV parts; ``keys``: distinct ids; ``lacks``: bulk records (events whole, the others by
    id) that the new file does not have; ``fresh``: records that the bulk layer does not have; where counted.
    """

    mode: str
    rows: int
    keys: int
    bytes: int
    fingerprint: str
    lacks: int | None = None
    fresh: int | None = None


def state_of(ledger: Ledger, environment: Environment, group: Group | None, dataset: str) -> DatasetState:
    """Count what a dataset holds.

    Args:
        ledger: The ledger of the dataset group.
        environment: Where the dataset is.
        group: The dataset group; None where it does not exist.
        dataset: The dataset type.
    """
    # Two sources: the ledger for what went from here, the service's list for imports that others made.
    imports = tuple(ledger.journal.layer(dataset))
    unknown = others(ledger, environment, group, dataset)
    sent = imports or ledger.journal.plans(dataset)
    if not sent:
        return DatasetState(unknown=unknown)
    table = records(ledger, dataset, contracts.loads(sent[-1].contract), Training("unknown"))
    counts = dict(table.counts().select("origin", "records").iter_rows())
    bulk, put = counts["bulk"] + counts["both"], counts["incremental"] + counts["both"]
    return DatasetState(imports, bulk, _keys(ledger, imports), put, unknown)


def holds_bulk(ledger: Ledger, environment: Environment, group: Group | None, dataset: str) -> bool:
    """Say whether a dataset has bulk records, ours or others'."""
    return bool(ledger.journal.layer(dataset) or others(ledger, environment, group, dataset))


def others(ledger: Ledger, environment: Environment, group: Group | None, dataset: str) -> tuple[str, ...]:
    """Return name and date of the imports that the service lists and this ledger does not know."""
    found = find_dataset(environment, group.arn, dataset) if group else None
    if found is None:
        return ()
    names = {row.name for row in ledger.journal.imports(dataset)}
    # What ended before the FULL import that the layer begins with was replaced by it; of an adopted dataset,
    # which begins with the end of its last import, all of them are counted.
    start = max((row.ended or row.created for row in ledger.journal.layer(dataset)[:1]), default=0.0)
    jobs = pages(environment, "list_dataset_import_jobs", "datasetImportJobs", datasetArn=found.arn)
    return tuple(
        f"{job['jobName']} of {job['creationDateTime']:%Y-%m-%d}"
        for job in jobs
        if job["status"] == "ACTIVE"
        and job["jobName"] not in names
        and job["lastUpdatedDateTime"].timestamp() > start
    )


def earlier(before: DatasetState, coming: Coming, replace: bool) -> ImportRow | None:
    """Return the import that brought the same bytes, if importing them again would change nothing."""
    same = [row for row in before.imports if row.fingerprint == coming.fingerprint]
    if coming.mode == "INCREMENTAL":
        return same[-1] if same else None
    full = [row for row in same if row.mode == "FULL"]
    # Asked for a replacement, a FULL import also takes away what was added after it.
    return full[-1] if full and not (replace and len(before.imports) > 1) else None


def refusal(before: DatasetState, coming: Coming, replace: bool, shrink: bool) -> RefusedError | None:
    """Return why an import is refused, or None."""
    if coming.mode == "INCREMENTAL":
        return _no_bulk_yet(before) or _too_large(coming, "incremental_bytes") or _too_few(coming)
    if before.bulk and not replace:
        return _replaces(before, coming)
    if before.bulk and not shrink and shrinks(before, coming):
        return _shrinking(before, coming)
    return _too_large(coming, "full_bytes")


def _no_bulk_yet(before: DatasetState) -> RefusedError | None:
    if before.bulk:
        return None
    return RefusedError(
        "an INCREMENTAL import into a dataset without bulk records",
        "the first bulk import of a dataset is FULL",
        'group.bulk(frame, mode="FULL")',
    )


def _too_few(coming: Coming) -> RefusedError | None:
    least = quota("bulk_interactions")
    if coming.fresh is None or coming.fresh >= least:
        return None
    return RefusedError(
        f"{coming.fresh:,} of {coming.rows:,} events are new",
        f"at least {least:,} new ones for an INCREMENTAL import",
        "group.put(frame, new_only=True)  # sends what is not there yet",
    )


def _too_large(coming: Coming, name: str) -> RefusedError | None:
    if coming.bytes <= quota(name):
        return None
    return RefusedError(
        f"{coming.bytes:,} bytes for an import in mode {coming.mode}",
        f"at most {quota(name):,} bytes",
        "frames of fewer records: the first by a FULL import, the others by INCREMENTAL ones",
    )


def _replaces(before: DatasetState, coming: Coming) -> ReplaceRefused:
    going = f"{before.rows:,} bulk records" if before.imports else "bulk records"
    if coming.lacks is not None:
        going += f" ({coming.lacks:,} of them not in the new file)"
    if before.unknown:
        going += f" (and the rows, unknown to this ledger, of {', '.join(before.unknown)})"
    return ReplaceRefused(
        f"a FULL import of {coming.rows:,} records would replace {going}",
        f"{before.put:,} incremental records would stay; nothing was replaced; mode INCREMENTAL adds instead",
        "group.bulk(frame, replace=True)",
        counts=_counts(before, coming),
        flags=("--replace",),
    )


def shrinks(before: DatasetState, coming: Coming) -> bool:
    """Say whether a FULL import would leave so little that it is no refresh but perhaps a half extract."""
    return coming.rows < SHARE_KEPT * before.rows or coming.keys < SHARE_KEPT * before.keys


def _shrinking(before: DatasetState, coming: Coming) -> RefusedError:
    return RefusedError(
        f"a FULL import would leave {coming.rows:,} of {before.rows:,} bulk records and {coming.keys:,} of "
        f"{before.keys:,} ids",
        f"at least {SHARE_KEPT:.0%} of both, or shrink=True; is the extract complete?",
        "group.bulk(frame, replace=True, shrink=True)",
        counts=_counts(before, coming),
        flags=("--replace", "--shrink"),
    )


def _counts(before: DatasetState, coming: Coming) -> dict[str, int]:
    counts = {
        "records that would come": coming.rows,
        "bulk records that would go": before.rows,
        "of them not in the new file": coming.lacks,
        "incremental records that would stay": before.put,
    }
    return {name: count for name, count in counts.items() if count is not None}


def _keys(ledger: Ledger, imports: tuple[ImportRow, ...]) -> int:
    # The journal has the ids of each import; of several, one id may be in two, so they are counted anew.
    if len(imports) < 2:
        return sum(row.keys for row in imports)
    key = contracts.loads(imports[-1].contract).key
    ids = pl.concat([record_files.scan_import(ledger, row).select(key) for row in imports])
    return int(ids.select(pl.col(key).n_unique()).collect().item())
