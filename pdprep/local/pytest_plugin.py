"""A fixture for your own tests: the local Personalize in this process, with an empty state, status instant.

Load it with ``-p pdprep.local.pytest_plugin``, or in your top-level ``conftest.py``:
``pytest_plugins = ["pdprep.local.pytest_plugin"]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from pdprep.local.server import Running, running


@dataclass(frozen=True)
class LocalPersonalize:
    """A server and boto3 clients that speak to it."""

    server: Running
    region: str = "us-east-1"

    @property
    def url(self) -> str:
        """The endpoint to give to any client."""
        return self.server.url

    def session(self) -> boto3.Session:
        """Return a session with credentials that mean nothing."""
        return boto3.Session("local", "local", region_name=self.region)

    def client(self, service: Any, **config: Any) -> Any:
        """Return a boto3 client; ``config`` goes to ``botocore.config.Config``."""
        return self.session().client(service, endpoint_url=self.url, config=Config(**config))


@pytest.fixture
def local_personalize(tmp_path: Path) -> Iterator[LocalPersonalize]:
    """Run the local Personalize for one test.

    Example::

        def test_groups(local_personalize):
            assert local_personalize.client("personalize").list_dataset_groups()["datasetGroups"] == []
    """
    with running(tmp_path / "local-personalize", clock="instant") as server:
        yield LocalPersonalize(server)
