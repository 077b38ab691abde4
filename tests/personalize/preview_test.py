"""What is recommended now and when it changes, asked of a group of the local Personalize."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pdprep.errors import GroupError, InputError
from pdprep.group import DatasetGroup
from tests.personalize.frames import events, prepared
from tests.support.groups import target_of

RECIPE = "arn:aws:personalize:::recipe/aws-user-personalization-v2"


@pytest.fixture
def trained(group: DatasetGroup) -> DatasetGroup:
    group.bulk(prepared(group, events(2000))).wait()
    client: Any = group.client()
    solution = client.create_solution(
        name="s", datasetGroupArn=group.arn, recipeArn=RECIPE, performAutoTraining=False
    )["solutionArn"]
    version = client.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    client.create_campaign(name="front-page", solutionVersionArn=version)
    return group


def test_what_is_recommended_and_when_that_changes(trained: DatasetGroup) -> None:
    found = trained.preview(user="nobody", count=3)
    assert found.items["SOURCE"].to_list() == ["front-page"] * 3
    assert found.items["RANK"].to_list() == [1, 2, 3]
    words = dict(found.changes.iter_rows())
    assert ("at once" in words["interactions"], "within 2 h" in words["items"]) == (True, True)
    assert "not what AWS would recommend" in repr(found)
    assert trained.preview(item="nothing").items.is_empty()  # no campaign of related items


def test_what_is_refused(trained: DatasetGroup, group: DatasetGroup) -> None:
    with pytest.raises(InputError, match="neither"):
        trained.preview()
    aws = replace(group.environment, account="123456789012")
    elsewhere = DatasetGroup(replace(target_of(group), environment=aws), group.home)
    with pytest.raises(GroupError, match="lives in AWS"):
        elsewhere.preview(user="1")


def test_a_group_without_a_campaign_says_so(group: DatasetGroup) -> None:
    with pytest.raises(GroupError, match="no campaign"):
        group.preview(user="1")
