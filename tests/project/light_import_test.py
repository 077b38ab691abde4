"""`import pdprep` costs next to nothing; the public names load what they need on first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pdprep

HEAVY = (
    *("boto3", "botocore", "pandera", "ipywidgets", "anywidget", "IPython", "pandas", "polars", "cheroot"),
    "ray",
)
SHOW = "import sys, pdprep{then}; print(*[name for name in {heavy} if name in sys.modules])"


def loaded(then: str = "") -> str:
    code = SHOW.format(then=then, heavy=HEAVY)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_import_pdprep_loads_nothing_heavy() -> None:
    assert loaded() == ""


@pytest.mark.parametrize("name", ["Contract", "Field"])
def test_a_contract_needs_neither_boto3_nor_a_notebook(name: str) -> None:
    assert not {"boto3", "IPython", "ipywidgets"} & set(loaded(f"; pdprep.{name}").split())


@pytest.mark.parametrize("name", pdprep.__all__)
def test_every_name_that_is_listed_is_there(name: str) -> None:
    assert getattr(pdprep, name) is not None


def test_every_name_that_is_there_is_listed() -> None:
    assert dir(pdprep) == sorted(pdprep.__all__)
    assert set(pdprep._MODULES) < set(pdprep.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'bulk_import'"):
        _ = pdprep.bulk_import  # type: ignore[attr-defined]  # that is the point
