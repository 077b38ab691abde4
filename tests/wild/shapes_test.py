"""Data in the shapes of the wild goes through with only a mapping, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from pdprep import infer_contract, prepare, stage
from tests.preparation.reader import read
from tests.wild.shapes import SHAPES, Shape

SEED = 7


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_goes_through_with_only_a_mapping(tmp_path: Path, shape: Shape) -> None:
    source, different = shape.make(tmp_path, Random(SEED))
    prepared = prepare(
        source, shape.dataset, domain=shape.domain, columns=shape.columns, metadata=shape.metadata
    )
    staged = stage(prepared, tmp_path / "staged")
    assert staged.report.blocking("bulk").height == 0
    assert sum(len(read(part.path.read_bytes())[1]) for part in staged.parts) == different
    assert staged.report.read == staged.rows + staged.report.duplicates


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_proposal_names_every_column(tmp_path: Path, shape: Shape) -> None:
    source, _ = shape.make(tmp_path, Random(SEED))
    proposal = infer_contract(source, shape.dataset, shape.domain)
    assert proposal.reasons["reason"].null_count() == 0
