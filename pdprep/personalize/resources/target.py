"""Where a job sends to: an environment, a dataset group in it, and the ledger that keeps the facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pdprep.contract.choices import Domain
from pdprep.contract.contract import Contract
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import Binding
from pdprep.personalize.aws.client import Environment
from pdprep.personalize.resources import attribution, ensuring
from pdprep.personalize.resources.ensuring import Dataset, Group


@dataclass(frozen=True)
class Target:
    """A dataset group, which may not exist yet.

    Attributes:
        newest: The newest job of each dataset, which can still go on with its frame if it is stopped.
    """

    environment: Environment
    ledger: Ledger
    name: str
    domain: Domain
    newest: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def group(self) -> Group | None:
        """Return the group as the service knows it, or None."""
        return ensuring.find_group(self.environment, self.name)

    def deployed(self, dataset: str) -> Contract | None:
        """Return the contract of a dataset's schema, or None where there is no such dataset."""
        return ensuring.deployed(self.environment, self.group(), dataset)

    def ready(self, contract: Contract) -> tuple[Group, Dataset]:
        """Find or create the group and the dataset, and bind the ledger to the group."""
        group = ensuring.ensure_group(self.environment, self.name, self.domain)
        # From here on the ledger is this group's: one made again under the same name gets another ledger.
        self.ledger.journal.bind(binding(group))
        attribution.ensure(self.environment, group, contract.dataset)
        return group, ensuring.ensure_dataset(self.environment, group, contract)


def binding(group: Group) -> Binding:
    """Return what a ledger is bound to."""
    return Binding(group.arn, group.created.timestamp())
