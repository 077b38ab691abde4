"""Which rules the rows of a dataset break together, each with the figure found."""

from __future__ import annotations

from collections.abc import Iterator

from pdprep.contract.contract import Contract
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import Counted, DatasetRule
from pdprep.validation.summary import Summary


def breaches(
    contract: Contract, summary: Summary, route: str | None, waiting: int = 0
) -> Iterator[tuple[DatasetRule, int]]:
    """Yield the dataset rules that a summary breaks, each with the figure found.

    Args:
        contract: The dataset's contract.
        summary: Its figures.
        route: bulk, put or None.
        waiting: Rows that break a rule and are to be mended, not dropped: they will count.
    """
    known = Counted(contract, summary, summary.rows + waiting)
    for rule in registry.of_kind(DatasetRule):
        found = rule.found(known) if rule.applies(contract, route) else None
        if found is not None:
            yield rule, found


def training(contract: Contract, summary: Summary) -> Iterator[tuple[DatasetRule, int]]:
    """Yield the minima of training that interactions do not reach, bulk and put counted together.

    >>> [rule.name for rule, _ in training(Contract.of("interactions"), Summary(rows=3_000, ids=50))]
    ['training_users', 'training_share', 'better_interactions', 'better_users']
    """
    yield from ((rule, figure) for rule, figure in breaches(contract, summary, None) if rule.training)
