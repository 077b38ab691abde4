"""The ids of a dataset keep their form: what comes in another one is stopped before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

import pdprep
from pdprep.errors import IdFormError
from pdprep.group import DatasetGroup
from pdprep.ledger.database import Database
from pdprep.ledger.journal import Journal
from pdprep.ledger.migrations import MIGRATIONS
from pdprep.preparation.prepare import Prepared
from tests.personalize.frames import counts
from tests.support.groups import ledger_of

ROUTES: dict[str, Callable[[DatasetGroup, Prepared], object]] = {
    "plan": lambda group, frame: group.plan(frame),
    "bulk": lambda group, frame: group.bulk(frame, replace=True, shrink=True).wait(),
    "put": lambda group, frame: group.put(frame).wait(),
}
BEFORE = {"undone": ["1.0", "2.0"], "text": ["1.10", "2.5"]}
CONTRARY = {"undone": ["1.10", "3.0"], "text": ["1.0", "2.0"]}


def items(ids: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame({"ITEM_ID": ids, "GENRES": ["Drama"] * len(ids)})


def prepared(ids: Sequence[str]) -> Prepared:
    return pdprep.prepare(items(ids), "items", metadata={"GENRES": "GENRES"})


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("first", ["bulk", "put"])
@pytest.mark.parametrize("form", BEFORE)
def test_field_d_ids_in_another_form_than_the_dataset_s_are_stopped(
    group: DatasetGroup, form: str, first: str, route: str
) -> None:
    ROUTES[first](group, prepared(BEFORE[form]))
    assert ledger_of(group).journal.id_forms("items") == {"ITEM_ID": form}
    held = counts(group, "items")
    with pytest.raises(IdFormError) as caught:
        ROUTES[route](group, prepared(CONTRARY[form]))
    assert "(1.0 is the id 1)" in str(caught.value)
    assert "kept to the letter (1.10, 12.5, or 1.0 beside 1)" in str(caught.value)
    assert "the dataset items has" in caught.value.expected
    assert counts(group, "items") == held


@pytest.mark.parametrize("form", BEFORE)
def test_field_d_a_later_frame_of_the_group_follows(group: DatasetGroup, form: str) -> None:
    ROUTES["put"](group, prepared(BEFORE[form]))
    again = group.prepare(items(["3.0"]), "items", metadata={"GENRES": "GENRES"})
    assert again.frame.collect()["ITEM_ID"].to_list() == {"undone": ["3"], "text": ["3.0"]}[form]
    ROUTES["put"](group, again)
    assert ledger_of(group).journal.id_forms("items") == {"ITEM_ID": form}


def test_field_d_ids_without_a_point_fit_any_form(group: DatasetGroup) -> None:
    ROUTES["put"](group, prepared(["a", "7"]))
    assert ledger_of(group).journal.id_forms("items") == {}
    for ids in (["1.10"], ["b"], ["2.5"]):
        ROUTES["put"](group, prepared(ids))
    assert set(group.records("items").frame.collect()["ITEM_ID"]) == {"a", "7", "1.10", "b", "2.5"}


def test_field_d_the_hint_of_the_error_keeps_the_ids_to_the_letter(group: DatasetGroup) -> None:
    ROUTES["put"](group, prepared(["1.0"]))
    with pytest.raises(IdFormError) as caught:
        ROUTES["put"](group, prepared(["1.10"]))
    assert caught.value.hint.startswith('id_forms={"ITEM_ID": "text"}')
    asked = group.prepare(
        items(["1.10"]), "items", metadata={"GENRES": "GENRES"}, id_forms={"ITEM_ID": "text"}
    )
    ROUTES["put"](group, asked)
    assert set(group.records("items").frame.collect()["ITEM_ID"]) == {"1", "1.10"}


@pytest.mark.parametrize(("form", "asked"), [("undone", "1.0"), ("text", "1.10")])
def test_field_d_users_are_deleted_by_the_ids_that_they_have(
    group: DatasetGroup, form: str, asked: str
) -> None:
    users = pl.DataFrame({"USER_ID": BEFORE[form], "AGE": [1, 2]})
    ROUTES["put"](group, group.prepare(users, "users", metadata={"AGE": "AGE"}))
    group.delete_users([f" {asked} "], confirm=1).wait()
    assert group.records("users").frame.collect()["AGE"].to_list() == [2]


def test_field_d_the_ids_of_a_ledger_from_before_were_undone(tmp_path: Path) -> None:
    old = Database(tmp_path / "ledger.sqlite", MIGRATIONS[:1])
    old.insert("plans", {
        "job": "put-0001", "dataset": "users", "fingerprint": "", "records": 1, "contract": "{}",
        "created": 1.0, "status": "DONE",
    })  # fmt: skip
    old.close()
    journal = Journal(tmp_path / "ledger.sqlite")
    assert journal.id_forms("users")["USER_ID"] == "undone"
    assert journal.id_forms("items") == {}
