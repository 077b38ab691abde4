"""The value in the middle: what a dataset must look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pdprep import clock
from pdprep.contract import avro, catalogue, infrastructure, models
from pdprep.contract.fields import Field
from pdprep.contract.schema import Schema
from pdprep.errors import ContractError
from pdprep.spelling import noun

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema

    from pdprep.contract.rules.rule import Level, Route


@dataclass(frozen=True, slots=True, repr=False)
class Contract(Schema):
    """A dataset type, a domain and the fields of both; everything else is a function of it.

    >>> Contract.of("items", domain="VIDEO_ON_DEMAND").columns
    ('ITEM_ID', 'CREATION_TIMESTAMP', 'GENRES')
    >>> Contract.of("users").extend(Field("AGE", "int", nullable=True)).names
    ('USER_ID', 'AGE')
    """

    checks: models.Checks = dataclass_field(default=(), compare=False)

    @classmethod
    def of(cls, dataset: str, domain: str | None = "CUSTOM") -> Contract:
        """Take the required fields of a dataset type from the catalogue.

        Args:
            dataset: interactions, items, users, actions or action_interactions.
            domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND.

        Raises:
            UnknownDatasetError: No such dataset type or domain.
        """
        name, realm = catalogue.dataset_name(dataset), catalogue.domain_name(domain)
        return cls(name, realm, catalogue.required(name, realm))

    @classmethod
    def from_avro(cls, schema: str | Mapping[str, Any], domain: str | None = "CUSTOM") -> Contract:
        """Read a schema that already lives in AWS.

        >>> contract = Contract.of("interactions")
        >>> Contract.from_avro(contract.to_avro()) == contract
        True
        """
        dataset, fields = avro.read(schema)
        return cls(catalogue.dataset_name(dataset), catalogue.domain_name(domain), fields)

    @classmethod
    def from_pandera(cls, model: Any, dataset: str | None = None, domain: str | None = "CUSTOM") -> Contract:
        """Take a Pandera schema of one's own; its checks are rules of one's own, which stop every route.

        Args:
            model: A ``DataFrameModel`` or a ``DataFrameSchema``, of ``pandera.polars`` or ``pandera.pandas``,
                whose columns bear the fields' names. A text column with ``isin``, or
                ``metadata={"categorical": True}``, is categorical; ``textual`` and ``item_name`` likewise.
            dataset: interactions, items, users, actions or action_interactions; a schema that
                ``to_pandera`` returned says it itself.
            domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND; likewise.

        Raises:
            ContractError: It is no schema, a column has a type that Amazon Personalize does not take, or the
                dataset type is not said.

        >>> import pandera.polars as pa
        >>> class Customers(pa.DataFrameModel):
        ...     USER_ID: str
        ...     AGE: int = pa.Field(ge=0, nullable=True)
        >>> Contract.from_pandera(Customers, "users").field("AGE").kind
        'long or null'
        """
        schema = models.schema_of(model)
        if dataset is None:
            dataset, domain = models.said(schema)
        name, realm = catalogue.dataset_name(dataset), catalogue.domain_name(domain)
        fields, checks = models.read(schema, name, realm)
        return cls(name, realm, fields, checks)

    def to_pandera(
        self, *, route: Route | None = None, level: Level = "warning", now: datetime | None = None
    ) -> DataFrameSchema:
        """Return the Pandera schema of a prepared frame, with the rules of its rows as checks.

        ``validate(frame, lazy=True)`` of a DataFrame finds the rows that ``pdprep.validate`` reports. What a
        frame no longer shows it cannot find: values that could not be read, which are null by then, rules
        of the whole dataset, and duplicates. Pandera checks no values of a LazyFrame, so collect it first.

        Args:
            route: bulk or put: leaves out the rules that stop the other route alone.
            level: ``"error"`` leaves out the rules that stop nothing.
            now: The time from which times of events count as the future; the present one if not given.

        Returns:
            A ``pandera.polars.DataFrameSchema``: a column a field, with its type, whether it may be null, and
            what else the field is as ``metadata``; ``from_pandera`` reads it back.

        >>> import pdprep, polars as pl
        >>> frame = pl.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["b"], "TIMESTAMP": [1_700_000_000]})
        >>> prepared = pdprep.prepare(frame, "interactions")
        >>> schema = prepared.contract.to_pandera()
        >>> schema.validate(prepared.frame.collect(), lazy=True).height
        1
        >>> Contract.from_pandera(schema) == prepared.contract
        True
        """
        from pdprep.contract import pandera_schema  # Pandera takes a second to load

        return pandera_schema.write(self, self.checks, now or clock.now(), route, level)

    def to_cloudformation(self, group: str) -> str:
        """Return a CloudFormation template, as YAML, of a dataset group with the dataset of this contract.

        >>> print(Contract.of("users").to_cloudformation("movies").split("Resources:")[1].splitlines()[2])
            Type: AWS::Personalize::DatasetGroup
        """
        return infrastructure.of_contract(self.dataset, self.domain, self.to_avro(), group).cloudformation()

    def to_terraform(self, group: str) -> str:
        """Return the same in Terraform's language, for the provider ``awscc``.

        >>> Contract.of("users").to_terraform("movies").count("prevent_destroy = true")
        3
        """
        return infrastructure.of_contract(self.dataset, self.domain, self.to_avro(), group).terraform()

    def extend(self, *fields: Field) -> Contract:
        """Add fields, or replace those of the same name; every projection follows.

        >>> Contract.of("items").extend(Field("BRAND", categorical=True)).field("BRAND").kind
        'categorical string'
        """
        for field in fields:
            if not isinstance(field, Field):
                name = field if isinstance(field, str) else "BRAND"
                raise ContractError(
                    f"{noun(field)} in place of a field",
                    "Field values",
                    f'pdprep.Field("{name}")',
                )
        new = {field.name: field for field in fields}
        kept = tuple(new.pop(field.name, field) for field in self.fields)
        return replace(self, fields=kept + tuple(new.values()))
