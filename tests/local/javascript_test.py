"""The AWS SDK for JavaScript, as npm gives it, through the journey."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
JOURNEY = Path(__file__).parent / "js" / "journey.mjs"


@pytest.fixture
def node() -> str:
    """Give the Node.js that the Makefile installed, or the one on the path."""
    own = PROJECT / ".venv-node" / "bin" / "node"
    found = str(own) if own.exists() else shutil.which("node")
    assert found, "no Node.js: type `make tests/local/js/node_modules/ready`"
    return found


def test_the_javascript_sdk_makes_the_journey(lab: Any, node: str, tmp_path: Path) -> None:
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": lab.url, "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
    }  # fmt: skip
    done = subprocess.run(
        [node, str(JOURNEY)], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["etag"].endswith('-2"')
    assert seen["counts"] == {"BULK": 300_000, "PUT": 1, "ALL": 300_001}
    assert (seen["mode"], seen["put"]) == ("FULL", '"u1","i1","click",1800000000')
    assert (seen["last"], seen["left"]) == ("ResourceNotFoundException", 0)
