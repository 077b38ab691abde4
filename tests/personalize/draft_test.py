"""A put is planned a batch at a time, and comes out as if all its records had been in memory at once."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.engine.run import Totals, run
from pdprep.personalize.puts import batches, draft
from pdprep.personalize.puts.draft import Draft
from pdprep.preparation.prepare import Prepared, prepare
from pdprep.progress import silent


def events(count: int, users: int) -> pl.DataFrame:
    drawn = random.Random(7)
    rows = [
        (f"u{drawn.randrange(users)}", f"i{drawn.randrange(9)}", 1_700_000_000 + drawn.randrange(50),
         drawn.choice(["s", "t", None]))
        for _ in range(count)
    ]  # fmt: skip
    return pl.DataFrame(rows, ["USER_ID", "ITEM_ID", "TIMESTAMP", "SESSION_ID"], orient="row")


def drafted(prepared: Prepared, folder: Path, partitions: int) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Return a plan made in in_order, the same made at once, and how many in_order there were."""
    contract = batches.put_contract(prepared.contract)
    folder.mkdir()
    plan, rows = Draft(contract, folder), []
    for batch in run(prepared, Totals(), route="put", listener=silent, partition_count=partitions):
        plan.take(batch)
        rows.append(batch.rows.select(prepared.contract.names))
    numbers = batches.Numbers(contract)
    found = [numbers.on(batches.identified(contract, batch.rows)) for batch in plan.in_order()]
    return pl.concat(found), batches.plan(contract, pl.concat(rows)), len(found)


@pytest.mark.parametrize(("users", "partitions"), [(1, 8), (3, 8), (400, 64), (400, 1)])
def test_a_plan_in_batches_equals_the_plan_made_at_once(
    tmp_path: Path, users: int, partitions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "BATCH", 100)
    monkeypatch.setattr(draft, "SAMPLED", 10)
    prepared = prepare(events(3_000, users), "interactions", columns={"SESSION_ID": "SESSION_ID"})
    found, wanted, in_order = drafted(prepared, tmp_path / "runs", partitions)
    assert in_order > 10
    assert found.equals(wanted)


def test_of_items_the_last_record_of_an_id_goes(tmp_path: Path) -> None:
    rows = pl.DataFrame({"ITEM_ID": [f"i{n % 700}" for n in range(2_100)], "YEAR": range(2_100)})
    prepared = prepare(rows, Contract.of("items").extend(Field("YEAR", "int")))
    found, wanted, in_order = drafted(prepared, tmp_path / "runs", 16)
    assert in_order == 16
    assert found.equals(wanted)
