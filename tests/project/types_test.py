"""A type checker finds a misspelt word of an argument before anything runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.project.imports import PROJECT

RIGHT = """
import pdprep
from pdprep import Contract, DatasetGroup, Job

group: DatasetGroup = pdprep.connect("movies", "ECOMMERCE")
frame = group.prepare("ratings.csv", "interactions")
job: Job = group.bulk(frame, mode="INCREMENTAL")
reveal_type(group.plan(frame))
reveal_type(group.plan(frame, frame))
group.export("items", "BULK")
pdprep.validate(frame, route="put")
group.jobs()["put-0005"].wait()
"""
WRONG = {
    "mode": 'group.bulk(frame, mode="PARTIAL")',
    "dataset": 'group.records("interaction")',
    "domain": 'pdprep.connect("movies", domain="ECOMERCE")',
    "export": 'group.export("items", mode="PUTS")',
    "route": 'pdprep.validate(frame, route="puts")',
    "prepare": 'pdprep.prepare("ratings.csv", "interaction")',
    "infer": 'pdprep.infer_contract("ratings.csv", "interaction")',
}


@pytest.fixture(scope="module")
def told() -> list[str]:
    """Return what mypy says of the right lines and of each wrong one, in one run.

    With the settings and the cache of `make check`, so that what it has read is not read again.
    """
    file = PROJECT / ".mypy_cache" / "typed.py"  # always the same place, which the cache goes by
    file.parent.mkdir(exist_ok=True)
    file.write_text(RIGHT + "\n".join(WRONG.values()) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", str(file)], cwd=PROJECT, capture_output=True, text=True
    )
    name = str(file.relative_to(PROJECT))
    return [line for line in done.stdout.splitlines() if line.startswith(name)]


def test_what_is_right_passes(told: list[str]) -> None:
    first = RIGHT.count("\n") + 1
    right = [line for line in told if int(line.split(":")[1]) < first]
    assert [line.rpartition("Revealed type is ")[2] for line in right] == [
        '"pdprep.personalize.planning.plan.Plan"',
        '"pdprep.personalize.planning.plan.Plan | pdprep.personalize.planning.plan.Plans"',
    ]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_misspelt_word_is_found(told: list[str], wrong: str) -> None:
    line = RIGHT.count("\n") + 1 + list(WRONG).index(wrong)
    found = [each for each in told if int(each.split(":")[1]) == line]
    assert len(found) == 1
    assert 'incompatible type "Literal[' in found[0]
