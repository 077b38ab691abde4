"""What one is connected to: a dataset group and the ledger of what was sent to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pdprep.contract import catalogue
from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.contract import Contract
from pdprep.personalize.resources.target import Target

if TYPE_CHECKING:
    from pdprep.personalize.aws.client import Environment


class Connected:
    """A dataset group, which may not exist yet, and where pdprep keeps its files."""

    def __init__(self, target: Target, home: Path) -> None:
        self._target, self.home = target, home

    @property
    def name(self) -> str:
        """The name of the dataset group."""
        return self._target.name

    @property
    def domain(self) -> Domain:
        """CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND."""
        return self._target.domain

    @property
    def arn(self) -> str | None:
        """The ARN; None until the first import creates the group."""
        return found.arn if (found := self._target.group()) else None

    @property
    def environment(self) -> Environment:
        """The account, region and way in."""
        return self._target.environment

    @property
    def world(self) -> Environment:
        """The same as ``environment``, for code that knows it by its earlier name."""
        return self._target.environment

    @property
    def datasets(self) -> tuple[str, ...]:
        """The dataset types that this ledger has records of."""
        journal = self._target.ledger.journal
        return tuple(name for name in catalogue.DATASETS if journal.imports(name) or journal.plans(name))

    def contract(self, dataset: DatasetType) -> Contract:
        """Return the contract of a dataset's schema; what the catalogue requires where it does not exist."""
        name = catalogue.dataset_name(dataset)
        return self._target.deployed(name) or Contract.of(name, self.domain)

    def client(self, service: str = "personalize") -> Any:
        """Return the boto3 client of the environment this group lives in."""
        return self.environment.client(service)

    def __repr__(self) -> str:
        where = "local" if self.environment.local else f"{self.environment.account} {self.environment.region}"
        return f"<DatasetGroup {self.name}: {self.domain}, {where}>"
