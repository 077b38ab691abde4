"""The fields of a dataset type in a domain: what Avro, CSV, Pandera and put payloads are projections of."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pdprep.contract import avro, catalogue
from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.fields import Field
from pdprep.errors import ContractError


@dataclass(frozen=True, slots=True, repr=False)
class Schema:
    """A dataset type, a domain and the fields of both; ``Contract`` is this with its projections.

    It is a class of its own so that the rules, which a contract is projected by, need not know the contract.
    """

    dataset: DatasetType
    domain: Domain
    fields: tuple[Field, ...]

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

    def to_avro(self) -> str:
        """Return the Avro schema as JSON text, the same text for the same contract."""
        return json.dumps(avro.write(self.dataset, self.stored), indent=2)

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

    @property
    def event_like(self) -> bool:
        """Whether rows are events (every distinct one counts) rather than one record an id."""
        return self.dataset in ("interactions", "action_interactions")

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name} {field.kind}" for field in self.fields)
        return f"<{type(self).__name__} {self.dataset} in {self.domain}: {fields}>"
