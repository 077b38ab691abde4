"""A rule is asked on the route that it stops: what a put must hold is no question of an import."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pdprep.engine.stage import stage
from pdprep.engine.validate import validate
from pdprep.errors import ValidationError
from pdprep.preparation.prepare import Prepared, prepare


@pytest.fixture
def events() -> Prepared:
    rows = {"USER_ID": [f"u{n % 50}" for n in range(1_200)], "ITEM_ID": ["i"] * 1_200}
    frame = pl.DataFrame({**rows, "TIMESTAMP": range(1_700_000_000, 1_700_001_200), "EVENT_TYPE": "e" * 300})
    return prepare(frame, "interactions")


def test_a_report_names_what_stops_either_route_and_an_import_asks_its_own(
    events: Prepared, tmp_path: Path
) -> None:
    assert "event_type_length" in set(validate(events, route="bulk").counts["rule"])
    assert "event_type_length" not in set(stage(events, tmp_path).report.counts["rule"])


def test_an_import_takes_what_a_put_must_not_have(events: Prepared, tmp_path: Path) -> None:
    assert stage(events, tmp_path / "bulk").rows == 1_200
    with pytest.raises(ValidationError, match="event_type_length"):
        stage(events, tmp_path / "put", route="put")
