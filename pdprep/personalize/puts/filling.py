"""Partial updates: fields that a frame does not map, filled in from the records that the service has taken.

A put, or an INCREMENTAL import, replaces the whole record of an id, so a field that is not sent becomes null.
What is filled in is fixed in the plan of the put; a null cell of a mapped column is a value of its own and is
sent. Source: Amazon Personalize Developer Guide, importing-items, updating-datasets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.rules import registry
from pdprep.engine.reporting import breach
from pdprep.errors import InputError
from pdprep.ledger import record_files
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.record_files import BULK, ORDER
from pdprep.personalize.deletions import deletion, pending_users
from pdprep.preparation.prepare import Prepared
from pdprep.validation.report import Report
from pdprep.validation.report_frames import COUNTS
from pdprep.validation.wording import plural

SHOWN: Final = 3


@dataclass(frozen=True, eq=False)
class Filled:
    """Records with what the ledger knows filled in.

    Attributes:
        frame: The records, in the order in which they came.
        fields: What was filled in, and in how many records.
        unknown: The ids of which the ledger knows no record: nothing was filled in there.
    """

    frame: pl.DataFrame
    fields: Mapping[str, int]
    unknown: pl.Series


def needed(
    ledger: Ledger, contract: Contract, names: Sequence[str], held: Sequence[pl.LazyFrame] | None = None
) -> list[pl.LazyFrame]:
    """Return fields by id, with what tells the newest; those of what was taken if no layers are given."""
    held = record_files.acknowledged(ledger, contract.dataset) if held is None else held
    held = held or [record_files.empty(contract)]
    return [record_files.like(each, contract).select(contract.key, BULK, ORDER, *names) for each in held]


def check(prepared: Prepared) -> None:
    """Refuse to fill in what no record replaces.

    Raises:
        InputError: They are events, which have no id of their own.
    """
    if prepared.contract.event_like:
        raise InputError(
            f"fill=True for {prepared.dataset}",
            "items, users or actions, of which a put replaces the record of its id",
            "group.put(frame)",
        )


def absent(prepared: Prepared) -> list[str]:
    """Return the fields of the schema that nothing is read for; of events none, which replace no record."""
    if prepared.contract.event_like:
        return []
    unread = {each.field.name for each in prepared.conversions if each.given is None}
    return [name for name in prepared.contract.columns if name in unread]


def newest(
    held: Sequence[pl.LazyFrame], contract: Contract, ids: pl.LazyFrame, names: Sequence[str]
) -> pl.LazyFrame:
    """Return the newest values of some ids, by whichever route they came.

    Args:
        held: Layers of the ledger.
        contract: The contract of the records.
        ids: The ids; others are not read into memory.
        names: The fields.
    """
    key = contract.key
    rows = [
        record_files.like(each, contract).select(key, ORDER, *names)
        for each in held or [record_files.empty(contract)]
    ]
    known = pl.concat(rows).join(ids.select(key), on=key, how="semi")
    # The newest record as a whole: what it has as null was sent as null, and no older value is there now.
    return known.group_by(key).agg(pl.col(names).get(pl.col(ORDER).arg_max()))


def known(
    ledger: Ledger, contract: Contract, ids: pl.LazyFrame, names: Sequence[str], taken: Sequence[pl.LazyFrame]
) -> pl.LazyFrame:
    """Return the values that may be filled in: those of ``taken`` records that the service still has."""
    found = newest(taken, contract, ids, names)
    if contract.dataset != deletion.DATASET:
        return found
    # A deletion that was cut off may have taken users from the service and not yet from the ledger.
    going = pl.LazyFrame([pending_users.users(ledger)])
    return found.join(going, on=contract.key, how="anti")


def filled(frame: pl.LazyFrame, found: pl.LazyFrame, key: str, names: Sequence[str]) -> pl.LazyFrame:
    """Return a frame, in its order, with the values that ``known`` has found."""
    columns = frame.collect_schema().names()
    return frame.drop(names).join(found, on=key, how="left", maintain_order="left").select(columns)


def fill(
    ledger: Ledger,
    contract: Contract,
    frame: pl.DataFrame,
    names: Sequence[str],
    taken: Sequence[pl.LazyFrame],
) -> Filled:
    """Fill the fields of that name from the newest record of each id that the service has taken.

    Args:
        ledger: The ledger of the dataset group.
        contract: The contract of the records.
        frame: The records to be put.
        names: What ``absent`` returned.
        taken: What ``needed`` returned, of these ids at least.
    """
    key = contract.key
    found = known(ledger, contract, frame.lazy(), names, taken).collect(engine="streaming")
    full = filled(frame.lazy(), found.lazy(), key, names).collect()
    unknown = frame.select(pl.col(key).unique()).join(found, on=key, how="anti").to_series().sort()
    return Filled(full, {name: full[name].count() for name in names}, unknown)


def without_same(contract: Contract, frame: pl.DataFrame, held: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    """Leave out the records that are equal in every field to the newest record of their id."""
    columns = list(contract.columns)
    names = [name for name in columns if name != contract.key]
    there = newest(held, contract, frame.lazy(), names).collect(engine="streaming")
    return frame.join(there, on=columns, how="anti", maintain_order="left", nulls_equal=True)


def lost(
    held: Sequence[pl.LazyFrame], contract: Contract, frame: pl.LazyFrame, names: Sequence[str]
) -> dict[str, int]:
    """Count, for each field that a frame leaves out, the ids whose known value would become null."""
    if not names:
        return {}
    counts = newest(held, contract, frame, names).select(pl.col(names).count()).collect(engine="streaming")
    return {name: count for name, count in counts.row(0, named=True).items() if count}


def warned(report: Report, dataset: str, fields: Mapping[str, int]) -> Report:
    """Return a report that warns of each field that becomes null."""
    rows = [breach(dataset, registry.rule("whole_record"), name, count) for name, count in fields.items()]
    return replace(report, counts=pl.concat([report.counts, pl.DataFrame(rows, schema=COUNTS)]))


def told(dataset: str, filled_in: Mapping[str, int], unknown: pl.Series) -> str:
    """Return what was filled in, and how many ids the ledger does not know, in a few words."""
    fields = ", ".join(f"{name} of {count:,}" for name, count in filled_in.items())
    said = f"filled in: {fields or 'no field is left out'}"
    if not len(unknown):
        return said
    # The note of a job stays when a user is deleted, so it names none.
    shown = "" if dataset == deletion.DATASET else f", such as {', '.join(unknown.head(SHOWN))}"
    return f"{said}; {plural(len(unknown), 'id')} unknown to the ledger{shown} (job.unknown has all)"
