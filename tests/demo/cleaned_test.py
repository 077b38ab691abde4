"""The shop's dirt is of the kind that `prepare` cleans without being told."""

from __future__ import annotations

from pathlib import Path

import pytest

import pdprep
from pdprep import Prepared, demo
from pdprep.contract.choices import Domain

EVENTS = {"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "timestamp", "EVENT_TYPE": "event"}
MOVIES = {
    "ITEM_ID": "movieId",
    "GENRES": "genres",
    "CREATION_TIMESTAMP": "added",
    "PRODUCT_DESCRIPTION": "description",
}
USERS = {"USER_ID": "userId", "SUBSCRIPTION_MODEL": "plan"}
DOMAIN: Domain = "VIDEO_ON_DEMAND"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> demo.Paths:
    return demo.write(tmp_path_factory.mktemp("shop"))


def history(paths: demo.Paths) -> Prepared:
    return pdprep.prepare(
        paths.ratings, "interactions", domain=DOMAIN, columns=EVENTS, metadata={"DEVICE": "device"}
    )


def test_the_whole_shop_is_ready_as_it_comes(shop: demo.Paths) -> None:
    items = pdprep.prepare(shop.movies, "items", domain=DOMAIN, columns=MOVIES)
    users = pdprep.prepare(shop.users, "users", domain=DOMAIN, columns=USERS)
    assert pdprep.validate(history(shop), items, users).ok


def test_an_event_written_twice_in_two_ways_is_one_event(shop: demo.Paths) -> None:
    assert pdprep.validate(history(shop)).kept == 5000


def test_today_goes_by_the_same_mapping(shop: demo.Paths) -> None:
    today = pdprep.prepare(shop.today, like=history(shop))
    assert pdprep.validate(today, route="put").ok


def test_spoiled_rows_are_found_one_by_one(tmp_path: Path) -> None:
    report = pdprep.validate(history(demo.write(tmp_path, broken=4)))
    assert sorted(report.failures["rule"]) == ["id_missing", "id_missing", "timestamp_past", "timestamp_past"]
