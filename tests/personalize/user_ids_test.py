"""Users to delete, however one holds their ids: read as prepare reads them, never letter by letter."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import numpy
import pandas
import polars as pl
import pyarrow
import pytest

from pdprep.errors import InputError, RefusedError
from pdprep.group import DatasetGroup
from pdprep.personalize.deletions import user_ids
from tests.personalize.frames import events, exported, prepared

TWO = ["16", "u7"]
ID = uuid.UUID(int=7)

HELD: dict[str, Callable[[], object]] = {
    "list": lambda: [" 16 ", "u7"],
    "list of a number and a text": lambda: [16, "u7"],
    "list of a float and a text": lambda: [16.0, "u7", None],
    "tuple": lambda: ("16", "u7"),
    "set": lambda: {"16", "u7"},
    "generator": lambda: (each for each in ("u7", "16", "16")),
    "keys": lambda: {"16": 1, "u7": 2}.keys(),
    "Series": lambda: pl.Series(["16", "u7 ", None]),
    "categories": lambda: pl.Series(["16", "u7"], dtype=pl.Categorical),
    "DataFrame": lambda: pl.DataFrame({"AGE": [1, 2], "USER_ID": ["16", "u7"]}),
    "LazyFrame": lambda: pl.LazyFrame({"who": ["16", "u7"]}),
    "pandas Series": lambda: pandas.Series(["16", "u7"]),
    "pandas mixed": lambda: pandas.Series([16, "u7"], dtype=object),
    "pandas Index": lambda: pandas.Index(["16", "u7"]),
    "pandas DataFrame": lambda: pandas.DataFrame({"USER_ID": ["16", "u7"], "x": [1, 2]}),
    "NumPy": lambda: numpy.array(["16", "u7"]),
    "Arrow": lambda: pyarrow.array(["16", "u7"]),
    "Arrow chunks": lambda: pyarrow.chunked_array([["16"], ["u7"]]),
    "Arrow table": lambda: pyarrow.table({"USER_ID": ["16", "u7"]}),
}
NUMBERS: dict[str, Callable[[], object]] = {
    "ints": lambda: [1, 2],
    "floats": lambda: [1.0, 2.0, float("nan")],
    "range": lambda: range(1, 3),
    "NumPy numbers": lambda: numpy.array([1, 2]),
    "NumPy floats": lambda: numpy.array([1.0, float("nan"), 2.0]),
    "NumPy numbers in a list": lambda: [numpy.int64(1), numpy.int64(2)],
    "int Series": lambda: pl.Series([1, 2]),
    "pandas floats": lambda: pandas.Series([1.0, None, 2.0]),
}
WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "text": (lambda: "12", r"the text '12' in place of user ids.*group\.delete_users\(\['12'\]\)"),
    "long text": (lambda: "1, 2, 3, " * 20, "in place of user ids"),
    "bytes": (lambda: b"12", "a bytes in place"),
    "number": (lambda: 12, r"the number '12'.*group\.delete_users\(\[12\]\)"),
    "dict": (lambda: {"12": True}, "a dict in place of user ids"),
    "nothing": (lambda: None, "None in place"),
    "empty": (list, "no user ids"),
    "blank": (lambda: [" ", None], "no user ids"),
    "fraction": (lambda: [1.0, 2.5], "1 of 2 user ids have a fraction, the first in place 1"),
    "true": (lambda: [True], "user ids of type Boolean"),
    "list of lists": (lambda: [["12"]], "user ids of type List"),
    "columns": (lambda: pl.DataFrame({"uid": ["a"], "age": [1]}), r'group\.delete_users\(frame\["uid"\]\)'),
    "lazy columns": (lambda: pl.LazyFrame({"uid": ["a"], "age": [1]}), r'frame\.select\("uid"\)'),
}


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
def test_field_1_ids_are_read_from_whatever_holds_them(held: Callable[[], object]) -> None:
    assert sorted(user_ids.read(held())) == TWO


@pytest.mark.parametrize("held", NUMBERS.values(), ids=NUMBERS)
def test_field_1_numbers_are_ids(held: Callable[[], object]) -> None:
    assert sorted(user_ids.read(held())) == ["1", "2"]


def test_field_1_uuids_are_ids() -> None:
    assert user_ids.read([ID, str(ID)]).to_list() == [str(ID)]


def test_field_1_a_file_is_read_as_prepare_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("USER_ID,why\n007,asked\n 16 ,asked\n")
    assert sorted(user_ids.read(file)) == ["007", "16"]


@pytest.mark.parametrize(("held", "said"), WRONG.values(), ids=WRONG)
def test_field_1_what_is_no_list_of_ids_is_named(held: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        user_ids.read(held())


def test_field_1_one_text_deletes_nobody(group: DatasetGroup) -> None:
    frame = events(1200).with_columns(USER_ID=pl.col("USER_ID").str.slice(1))
    group.bulk(prepared(group, frame)).wait()
    with pytest.raises(InputError, match="in place of user ids") as caught:
        group.delete_users("12")
    assert group.client().list_data_deletion_jobs(datasetGroupArn=group.arn)["dataDeletionJobs"] == []
    with pytest.raises(RefusedError) as asked:
        eval(caught.value.hint, {"group": group})
    job = eval(asked.value.hint, {"group": group}).wait()
    left = set(exported(group, "ALL")["USER_ID"])
    assert left == {str(number) for number in range(50)} - {"12"}
    assert job.note == "1 of 1 ids were known to this ledger"


def test_field_1_the_job_says_how_many_ids_were_known(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    job = group.delete_users((user for user in (" u1 ", "u2", "nobody")), confirm=3).wait()
    assert (job.note, job.done) == ("2 of 3 ids were known to this ledger", 3)
    assert not {"u1", "u2"} & set(exported(group, "ALL")["USER_ID"])
    assert group.verify("interactions").ok


def test_field_1_a_point_is_kept_where_the_ledger_has_it(group: DatasetGroup) -> None:
    frame = events(1200).with_columns(USER_ID=pl.col("USER_ID").str.slice(1))
    group.bulk(prepared(group, frame)).wait()
    assert group.delete_users(["7.0"], confirm=1).wait().note == "1 of 1 ids were known to this ledger"
    assert "7" not in set(exported(group, "ALL")["USER_ID"])
    kept = user_ids.undone(pl.Series(["1.10", "1.0"]), pl.Series(["1.0"]))
    assert kept.to_list() == ["1.10", "1.0"]
