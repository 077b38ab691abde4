"""A local Personalize whose jobs end at once, a dataset group on it, and frames to send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pdprep
from pdprep.group import DatasetGroup
from pdprep.local.server import Running, running


@pytest.fixture
def server(home: Path) -> Iterator[Running]:
    """Run the local Personalize of this home as threads of the test."""
    with running(home / "local", clock="instant") as server:
        yield server


@pytest.fixture
def group(server: Running) -> DatasetGroup:
    """Connect to a dataset group that does not exist yet."""
    return pdprep.connect("movies")
