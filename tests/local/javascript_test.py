"""The AWS SDK for JavaScript, as npm gives it: through the journey, and asking for recommendations."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.local.recommend_test import World, world  # noqa: F401 - a fixture

PROJECT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "js"


@pytest.fixture
def node() -> str:
    """Give the Node.js that the Makefile installed, or the one on the path."""
    own = PROJECT / ".venv-node" / "bin" / "node"
    found = str(own) if own.exists() else shutil.which("node")
    assert found, "no Node.js: type `make tests/local/js/node_modules/ready`"
    return found


def run(node: str, url: str, tmp_path: Path, script: str, *arguments: str) -> Any:
    """Run a script and return what it printed."""
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": url, "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip
    command = [node, str(SCRIPTS / script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_javascript_sdk_makes_the_journey(lab: Any, node: str, tmp_path: Path) -> None:
    seen = run(node, lab.url, tmp_path, "journey.mjs")
    assert seen["etag"].endswith('-2"')
    assert seen["counts"] == {"BULK": 300_000, "PUT": 1, "ALL": 300_001}
    assert (seen["mode"], seen["put"]) == ("FULL", '"u1","i1","click",1800000000')
    assert (seen["last"], seen["left"]) == ("ResourceNotFoundException", 0)


def test_the_javascript_sdk_gets_recommendations(world: World, node: str, tmp_path: Path) -> None:  # noqa: F811
    campaigns = [world.campaign("aws-user-personalization-v2"), world.campaign("aws-personalized-ranking-v2")]
    seen = run(node, world.lab.url, tmp_path, "runtime.mjs", *campaigns, "u0")
    assert [item["itemId"][0] for item in seen["itemList"]] == ["i"] * 3
    assert [item["itemId"] for item in seen["personalizedRanking"]] == ["i1", "j1", "never seen"]
    assert seen["refused"] == {"name": "ResourceNotFoundException", "status": 404}
