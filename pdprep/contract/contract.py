"""The value in the middle: what a dataset must look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import Any

from pdprep.contract import avro, catalogue, models
from pdprep.contract.fields import Field
from pdprep.errors import ContractError


@dataclass(frozen=True, slots=True, repr=False)
class Contract:
    """A dataset type, a domain and the fields of both; everything else is a function of it.

    >>> Contract.of("items", domain="VIDEO_ON_DEMAND").columns
    ('ITEM_ID', 'CREATION_TIMESTAMP', 'GENRES')
    >>> Contract.of("users").extend(Field("AGE", "int", nullable=True)).names
    ('USER_ID', 'AGE')
    """

    dataset: str
    domain: str
    fields: tuple[Field, ...]
    checks: models.Checks = dataclass_field(default=(), compare=False)

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for name in self.names:
            bare = name.replace("_", "").lower()
            if bare in seen:
                raise ContractError(
                    f"{self.dataset} has the fields {seen[bare]} and {name}",
                    f"names that differ by more than case and underscores, such as {name} and {name}_2ND",
                )
            seen[bare] = name

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
        return cls(dataset, catalogue.domain_name(domain), fields)

    @classmethod
    def from_pandera(cls, model: Any, dataset: str, domain: str | None = "CUSTOM") -> Contract:
        """Take a Pandera model of one's own; its checks are rules of one's own, which stop every route.

        Args:
            model: A ``pandera.polars.DataFrameModel`` whose columns bear the fields' names. A text column
                with ``isin``, or ``metadata={"categorical": True}``, is categorical; ``textual`` likewise.
            dataset: interactions, items, users, actions or action_interactions.
            domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND.

        >>> import pandera.polars as pa
        >>> class Customers(pa.DataFrameModel):
        ...     USER_ID: str
        ...     AGE: int = pa.Field(ge=0, nullable=True)
        >>> Contract.from_pandera(Customers, "users").field("AGE").kind
        'long or null'
        """
        name, realm = catalogue.dataset_name(dataset), catalogue.domain_name(domain)
        fields, checks = models.read(model, name, realm)
        return cls(name, realm, fields, checks)

    def to_avro(self) -> str:
        """Return the Avro schema as JSON text, the same text for the same contract."""
        return json.dumps(avro.write(self.dataset, self.stored), indent=2)

    def extend(self, *fields: Field) -> Contract:
        """Add fields, or replace those of the same name; every projection follows.

        >>> Contract.of("items").extend(Field("BRAND", categorical=True)).field("BRAND").kind
        'categorical string'
        """
        for field in fields:
            if not isinstance(field, Field):
                name = field if isinstance(field, str) else "BRAND"
                raise ContractError(
                    f"a {type(field).__name__} in place of a field",
                    "Field values",
                    f'pdprep.Field("{name}")',
                )
        new = {field.name: field for field in fields}
        kept = tuple(new.pop(field.name, field) for field in self.fields)
        return replace(self, fields=kept + tuple(new.values()))

    def field(self, name: str) -> Field:
        """Return the field of that name.

        Raises:
            ContractError: The contract has no such field.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise ContractError(f"no field {name!r}", f"one of {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """All field names, put-only ones included, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def stored(self) -> tuple[Field, ...]:
        """The fields that stand in Avro and CSV."""
        return tuple(field for field in self.fields if not field.put_only)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the stored fields: the CSV's columns in order."""
        return tuple(field.name for field in self.stored)

    @property
    def texts(self) -> tuple[str, ...]:
        """The names of the stored fields that hold text."""
        return tuple(field.name for field in self.stored if field.type == "string")

    @property
    def floats(self) -> tuple[str, ...]:
        """The names of the stored fields that hold a number with a fraction."""
        return tuple(field.name for field in self.stored if field.type in ("float", "double"))

    @property
    def put_only(self) -> tuple[str, ...]:
        """The names of the fields that only single records carry."""
        return tuple(field.name for field in self.fields if field.put_only)

    @property
    def key(self) -> str:
        """The id by which rows are bucketed: USER_ID, ITEM_ID or ACTION_ID."""
        return catalogue.KEYS[self.dataset]

    @property
    def ids(self) -> tuple[str, ...]:
        """The id fields of this dataset type."""
        return tuple(name for name in ("USER_ID", "ITEM_ID", "ACTION_ID") if name in self.names)

    @property
    def metadata(self) -> tuple[Field, ...]:
        """The stored fields that the dataset type does not require."""
        needed = {field.name for field in catalogue.required(self.dataset, self.domain)}
        return tuple(field for field in self.stored if field.name not in needed)

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name} {field.kind}" for field in self.fields)
        return f"<Contract {self.dataset} in {self.domain}: {fields}>"

    @property
    def event_like(self) -> bool:
        """Whether rows are events (every distinct one counts) rather than one record an id."""
        return self.dataset in ("interactions", "action_interactions")
