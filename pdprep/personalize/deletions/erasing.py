"""What holds a user here once the service has deleted that user: the ledger, staged parts, scratch files."""

from __future__ import annotations

import json

import polars as pl

from pdprep.engine import spill
from pdprep.ledger import deleted_users, forgetting
from pdprep.personalize.imports import uploads
from pdprep.personalize.resources.target import Target


def erase(target: Target, ids: pl.Series) -> int:
    """Let the ledger and the bucket forget users, and return how many of them the ledger knew."""
    # Each of these may be done twice, and is after a kill: the users wait in their file until all is done.
    known = len(forgetting.known(target.ledger, ids))
    forgetting.forget(target.ledger, ids)
    deleted_users.remember(target.ledger, ids)
    spill.sweep()  # what a killed check of a frame without a group left
    _discard_staged(target)
    return known


def _discard_staged(target: Target) -> None:
    """Delete the parts of imports that were kept and hold users."""
    for dataset in forgetting.USER_DATASETS:
        for row in target.ledger.journal.imports(dataset):
            if json.loads(row.files):
                uploads.remove(target.environment, json.loads(row.files))
                target.ledger.journal.change_import(row, files="[]")
