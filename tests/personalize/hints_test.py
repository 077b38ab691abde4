"""What a refusal says to type is typed here: it runs, does what it says, and takes nothing away."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep.errors import PdprepError, RefusedError, ReplaceRefused, ServiceError
from pdprep.group import DatasetGroup
from tests.personalize.frames import counts, events, items, prepared


def typed(hint: str, **names: Any) -> Any:
    """Run a line as somebody pastes it."""
    return eval(hint, {"pdprep": pdprep, "pl": pl, **names})


@pytest.mark.parametrize(("again", "fresh"), [(1000, 0), (950, 50)])
def test_field_j_the_hint_of_a_refused_incremental_import_sends_what_is_new(
    group: DatasetGroup, again: int, fresh: int
) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    frame = prepared(group, events(again + fresh, first=1200 - again))
    with pytest.raises(RefusedError, match=f"{fresh} of 1,000 events are new") as caught:
        group.bulk(frame, mode="INCREMENTAL").wait()
    assert typed(caught.value.hint, group=group, frame=frame).wait().rows == fresh
    assert counts(group) == {"bulk": 1200, "incremental": fresh, "both": 0}


def test_field_j_the_plan_does_not_advise_to_send_what_is_there(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    said = str(group.plan(prepared(group, events(200))))
    assert "nothing to send: the dataset holds all 200" in said
    assert "group.put(" not in said
    said = str(group.plan(prepared(group, events(200, first=1100))))
    assert "group.put(frame, new_only=True) sends the 100 that are new" in said


def test_field_12_a_group_too_many_names_those_that_are_there(group: DatasetGroup) -> None:
    names = ("one", "two", "three", "four", "five")
    for name in names:
        other = pdprep.connect(name, new=True)
        other.put(prepared(other, items("a"))).wait()
    with pytest.raises(ServiceError) as caught:
        group.put(prepared(group, items("a"))).wait()
    error = caught.value
    assert (error.code, error.operation) == ("LimitExceededException", "CreateDatasetGroup")
    assert all(name in error.expected for name in names)
    with pytest.raises(RefusedError, match="this would delete") as refused:
        typed(error.hint)
    first = error.hint.split('"')[1]
    assert f"dataset group {first}" in typed(refused.value.hint, group=pdprep.connect(first))
    group.put(prepared(group, items("a"))).wait()
    assert counts(group, "items")["incremental"] == 1


def test_a_refused_replacement_says_the_call_that_does_it(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    for count, kind in ((1300, ReplaceRefused), (1000, ReplaceRefused)):
        frame = prepared(group, events(count))
        with pytest.raises(kind) as caught:
            group.bulk(frame)
        error: PdprepError = caught.value
        while isinstance(error, RefusedError):
            try:
                assert typed(error.hint, group=group, frame=frame).wait().status == "ACTIVE"
                break
            except RefusedError as next_one:
                error = next_one
        assert counts(group)["bulk"] == count
