"""What comes after sending: users deleted, a schema replaced, a group of others adopted, a group removed."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

import pdprep
from pdprep import Contract, Field
from pdprep.contract.choices import DatasetType
from pdprep.errors import ContractError, GroupError, InputError, LedgerError, RefusedError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from tests.personalize.frames import counts, events, exported, items, prepared, users

BRAND = Field("BRAND", nullable=True)


@pytest.fixture
def filled(group: DatasetGroup) -> DatasetGroup:
    group.bulk(prepared(group, events(1200)), keep=True).wait()
    group.put(prepared(group, events(20, first=5000))).wait()
    group.put(prepared(group, users("u1", "u2"))).wait()
    return group


def test_deleted_users_are_gone_there_and_here(filled: DatasetGroup, server: Running) -> None:
    job = filled.delete_users(["u1", "u3"], confirm=2).wait()
    assert (job.route, job.status, job.done) == ("deletion", "DONE", 2)
    for dataset in ("interactions", "users"):
        assert filled.records(dataset).total(pl.col("USER_ID").is_in(["u1", "u3"])) == 0
        assert exported(filled, "ALL", dataset).filter(pl.col("USER_ID").is_in(["u1", "u3"])).is_empty()
        assert filled.verify(dataset).ok
    assert counts(filled)["bulk"] == 1200 - 2 * 24
    assert not server.state.store.rows("SELECT key FROM objects")


def test_a_frame_of_deleted_users_is_no_repetition(filled: DatasetGroup) -> None:
    filled.delete_users(["u1"], confirm=1).wait()
    with pytest.raises(RefusedError, match="1,176 bulk records"):
        filled.bulk(prepared(filled, events(1200)))


def test_no_user_and_no_group_are_errors(group: DatasetGroup) -> None:
    with pytest.raises(InputError, match="no user ids"):
        group.delete_users([])
    with pytest.raises(GroupError, match="no dataset group movies"):
        group.delete_users(["u1"], confirm=1)


def test_a_new_field_that_allows_null_comes_into_the_schema(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    assert "BRAND" in group.update_schema(group.contract("items").extend(BRAND)).names
    assert group.contract("items").field("BRAND").nullable
    assert group.update_schema(group.contract("items")) == group.contract("items")
    more = items("b").with_columns(BRAND=pl.lit("x"))
    group.put(group.prepare(more, "items")).wait()
    assert exported(group, "PUT", "items")["BRAND"].to_list() == ["x"]


@pytest.mark.parametrize(
    ("contract", "problem"),
    [
        (
            Contract.of("items").extend(Field("GENRES"), Field("BRAND")),
            "BRAND is new and does not allow null",
        ),
        (Contract.of("items").extend(BRAND), "GENRES is left out"),
        (
            Contract.of("items").extend(Field("GENRES", "long")),
            "GENRES changes from categorical string or null to long",
        ),
    ],
)
def test_a_change_that_the_service_does_not_make_is_named(
    group: DatasetGroup, contract: Contract, problem: str
) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    with pytest.raises(ContractError, match=problem):
        group.update_schema(contract)


def test_interactions_keep_their_schema(filled: DatasetGroup) -> None:
    with pytest.raises(ContractError, match="the schema of interactions cannot be replaced"):
        filled.update_schema(filled.contract("interactions").extend(BRAND))


@pytest.mark.parametrize("dataset", ["interactions", "users"])
def test_what_others_filled_is_adopted(filled: DatasetGroup, dataset: DatasetType) -> None:
    before = counts(filled, dataset)
    shutil.rmtree(filled.home / "000000000000-us-east-1")
    other = pdprep.connect("movies")
    assert sum(counts(other, dataset).values()) == 0
    other.adopt(dataset)
    assert counts(other, dataset) == before
    assert other.verify(dataset).ok
    with pytest.raises(LedgerError, match="already"):
        other.adopt(dataset)


def test_an_adopted_dataset_is_guarded(filled: DatasetGroup) -> None:
    shutil.rmtree(filled.home / "000000000000-us-east-1")
    other = pdprep.connect("movies")
    other.adopt("interactions")
    with pytest.raises(RefusedError, match=r"1,200 bulk records \(100 of them not in the new file\)"):
        other.bulk(prepared(other, events(1300, first=100)))


def test_a_group_goes_with_all_that_pdprep_created(filled: DatasetGroup, server: Running) -> None:
    with pytest.raises(RefusedError, match=r"dataset group movies, .*with every record"):
        filled.delete()
    gone = filled.delete(confirm="movies")
    assert "dataset group movies" in gone
    client = filled.client()
    assert [client.list_dataset_groups()["datasetGroups"], client.list_schemas()["schemas"]] == [[], []]
    assert not server.state.store.rows("SELECT key FROM objects")


def test_what_others_created_keeps_a_group(filled: DatasetGroup) -> None:
    filled.client().create_solution(
        name="theirs", datasetGroupArn=filled.arn, recipeArn="arn:aws:personalize:::recipe/aws-sims"
    )
    with pytest.raises(RefusedError, match="pdprep did not create solution theirs"):
        filled.delete(confirm="movies")
