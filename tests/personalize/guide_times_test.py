"""Times and numbers that the guide allows go all the way: validate, bulk, put and export."""

from __future__ import annotations

import polars as pl
import pytest

from pdprep import Field, clock
from pdprep.errors import InputError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running

FILM_OF_1940 = -946_771_200
MONTH = 30 * 86_400
GENRES = {"GENRES": Field("GENRES", categorical=True)}
LEVEL = {"LEVEL": Field("LEVEL", categorical=True)}


def test_facts_2_films_of_1940_and_of_next_month_go_in_and_come_out(group: DatasetGroup) -> None:
    soon = int(clock.now().timestamp()) + MONTH
    assert group.check().ok
    films = {"ITEM_ID": ["old", "new"], "GENRES": "Drama", "CREATION_TIMESTAMP": [FILM_OF_1940, soon]}
    group.bulk(group.prepare(pl.DataFrame(films), "items", metadata=GENRES)).wait()
    put = pl.DataFrame(films).with_columns(ITEM_ID=pl.format("put {}", "ITEM_ID"))
    assert group.put(group.prepare(put, "items", metadata=GENRES)).wait().rows == 2
    found = pl.DataFrame(group.export("items").collect()).select("ITEM_ID", "CREATION_TIMESTAMP")
    assert sorted((name, int(time)) for name, time in found.rows()) == sorted(
        (name, time)
        for kind in ("", "put ")
        for name, time in ((f"{kind}old", FILM_OF_1940), (f"{kind}new", soon))
    )


def test_facts_1_an_action_that_expires_next_month_goes_in(group: DatasetGroup) -> None:
    soon = int(clock.now().timestamp()) + MONTH
    assert group.check().ok
    action = {"ACTION_ID": ["a"], "VALUE": [10], "LEVEL": "Gold", "ACTION_EXPIRATION_TIMESTAMP": [soon]}
    group.bulk(group.prepare(pl.DataFrame(action), "actions", metadata=LEVEL)).wait()
    put = pl.DataFrame(action).with_columns(ACTION_ID=pl.lit("b"), VALUE=pl.lit(1))
    assert group.put(group.prepare(put, "actions", metadata=LEVEL)).wait().rows == 1
    with pytest.raises(InputError, match=r"exports no actions.*export-data"):
        group.export("actions")
    held = group.records("actions").frame.select("ACTION_ID", "VALUE").collect()
    assert sorted(held.rows()) == [("a", 10), ("b", 1)]


def test_facts_3_whole_values_go_into_a_dataset_whose_old_schema_has_floats(
    group: DatasetGroup, server: Running
) -> None:
    action = pl.DataFrame({"ACTION_ID": ["a"], "VALUE": [10], "LEVEL": "Gold"})
    group.bulk(group.prepare(action, "actions", metadata=LEVEL)).wait()
    (schema,) = group.client().list_schemas()["schemas"]
    text = group.client().describe_schema(schemaArn=schema["schemaArn"])["schema"]["schema"]
    # Today the service takes no such schema; a dataset that was made before it refused them keeps its own.
    server.state.resources.change(schema["schemaArn"], schema=text.replace('"long"', '"float"'))
    assert group.contract("actions").field("VALUE").type == "float"
    more = action.with_columns(ACTION_ID=pl.lit("b"), VALUE=pl.lit(3, pl.Int64))
    plan = group.plan(group.prepare(more, "actions"))
    assert (plan.report.ok, plan.balance.new) == (True, 1)
    assert group.put(group.prepare(more, "actions")).wait().sent == 1
    both = pl.concat([action, more])
    group.bulk(group.prepare(both, "actions"), replace=True).wait()
    held = group.records("actions").frame.select("ACTION_ID", "VALUE", "ORIGIN").collect()
    assert sorted(held.rows()) == [("a", 10.0, "bulk"), ("b", 3.0, "both")]
