"""Once a dataset exists, its schema rules: a frame prepared without it is read again as the schema asks."""

from __future__ import annotations

from dataclasses import replace

from pdprep.contract.contract import Contract
from pdprep.preparation import resolution
from pdprep.preparation.prepare import Prepared


def aligned(prepared: Prepared, deployed: Contract | None) -> Prepared:
    """Return the prepared frame with the deployed schema's fields, in its order.

    A missing nullable column becomes null, an extra one is left out.

    Raises:
        MappingError: A required column is missing or has another type.
    """
    if deployed is None or prepared.contract.stored == deployed.stored:
        return prepared
    options = prepared.options
    contract, conversions = resolution.resolve(
        prepared.source, deployed, options.columns, options.metadata, deployed
    )
    left_out = resolution.left_out(prepared.source, conversions)
    return replace(prepared, contract=contract, conversions=conversions, left_out=left_out)
