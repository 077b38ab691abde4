"""Dataset group, schemas and datasets as a CloudFormation template, and as Terraform for the awscc provider.

Source: CloudFormation Template Reference, AWS::Personalize::DatasetGroup, ::Schema and ::Dataset: a change of
their properties replaces them. So each resource is retained, and Terraform refuses to destroy it: else
another schema would delete the dataset and its records. The provider ``aws`` has no such resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pdprep.contract import naming
from pdprep.errors import ContractError

# The dataset types that CloudFormation creates, as it writes them. Source: AWS::Personalize::Dataset.
TYPES: Final = {"interactions": "Interactions", "items": "Items", "users": "Users"}


@dataclass(frozen=True)
class DatasetDefinition:
    """A dataset and its schema: their names, and the schema's text to the letter."""

    kind: str
    dataset: str
    name: str
    schema: str


@dataclass(frozen=True)
class Infrastructure:
    """A dataset group and what is in it.

    Attributes:
        name: The name of the dataset group.
        domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND.
        datasets: Its datasets.
        key: The ARN of the KMS key and of the role that may use it; both empty without one.
        beside: Dataset types that it has and CloudFormation does not create.
    """

    name: str
    domain: str
    datasets: Sequence[DatasetDefinition]
    key: tuple[str, str] = ("", "")
    beside: Sequence[str] = field(default=())

    def cloudformation(self) -> str:
        """Return the template as YAML."""
        lines = [*self._remarks(), 'AWSTemplateFormatVersion: "2010-09-09"', "Resources:"]
        lines += _resource("DatasetGroup", "DatasetGroup", self._group())
        for definition in self.datasets:
            kind = TYPES[definition.kind]
            lines += _resource(f"{kind}Schema", "Schema", self._schema(definition))
            lines += _resource(
                f"{kind}Dataset",
                "Dataset",
                {"Name": definition.dataset, "DatasetType": kind},
                {"DatasetGroupArn": "DatasetGroup", "SchemaArn": f"{kind}Schema"},
            )
        return "\n".join(lines) + "\n"

    def terraform(self) -> str:
        """Return the configuration in Terraform's language."""
        lines = [*self._remarks(), *_PROVIDER]
        lines += _block("dataset_group", "this", self._group(), {})
        for definition in self.datasets:
            lines += _block("schema", definition.kind, self._schema(definition), {})
            arns = {
                "DatasetGroupArn": "awscc_personalize_dataset_group.this.dataset_group_arn",
                "SchemaArn": f"awscc_personalize_schema.{definition.kind}.schema_arn",
            }
            own = {"Name": definition.dataset, "DatasetType": TYPES[definition.kind]}
            lines += _block("dataset", definition.kind, own, arns)
        return "\n".join(lines) + "\n"

    def _group(self) -> dict[str, str]:
        key, role = self.key
        return _given(Name=self.name, Domain=self._domain(), KmsKeyArn=key, RoleArn=role)

    def _schema(self, definition: DatasetDefinition) -> dict[str, str]:
        return _given(Name=definition.name, Domain=self._domain(), Schema=definition.schema)

    def _domain(self) -> str:
        return "" if self.domain == "CUSTOM" else self.domain

    def _remarks(self) -> Iterator[str]:
        yield f"# The dataset group {self.name} of Amazon Personalize."
        yield "# A change replaces what it changes by what is empty: so all of it is retained."
        for kind in self.beside:
            yield f"# {kind}: CloudFormation creates no dataset of this type; pdprep does."


def of_contract(dataset: str, domain: str, text: str, group: str) -> Infrastructure:
    """Return a group with the one dataset of a contract, with the names that an import would give them."""
    return Infrastructure(group, domain, [definition(dataset, domain, text, group)])


def definition(dataset: str, domain: str, text: str, group: str) -> DatasetDefinition:
    """Return a dataset with the names that an import would give it and its schema."""
    kind = checked(dataset)
    return DatasetDefinition(
        kind, naming.dataset(group, kind), naming.schema(group, kind, text + domain), text
    )


def checked(kind: str) -> str:
    """Return a dataset type that CloudFormation creates.

    Raises:
        ContractError: It is actions or action_interactions, which only the service's own calls create.
    """
    if kind in TYPES:
        return kind
    raise ContractError(
        f"a dataset {kind}",
        f"one that CloudFormation creates: {', '.join(TYPES)}",
        "contract.to_avro()  # the schema, for CreateSchema",
    )


_READABLE: Final = re.compile(r"\{\n[\x20-\x7e\n]+\}")
_PROVIDER: Final = (
    "terraform {",
    "  required_providers {",
    "    awscc = {",
    '      source = "hashicorp/awscc"',
    "    }",
    "  }",
    "}",
)


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _resource(
    name: str, kind: str, values: Mapping[str, str], arns: Mapping[str, str] | None = None
) -> Iterator[str]:
    yield f"  {name}:"
    yield f"    Type: AWS::Personalize::{kind}"
    yield "    DeletionPolicy: Retain"
    yield "    UpdateReplacePolicy: Retain"
    yield "    Properties:"
    for key, value in values.items():
        if _READABLE.fullmatch(value):  # a schema as pdprep writes it: a block, to the letter
            yield f"      {key}: |-"
            yield from (f"        {line}" for line in value.split("\n"))
        else:
            yield f"      {key}: {json.dumps(value, ensure_ascii=False)}"
    for key, of in (arns or {}).items():
        yield f"      {key}: !GetAtt {of}.{'DatasetGroupArn' if of == 'DatasetGroup' else 'SchemaArn'}"


def _block(kind: str, name: str, values: Mapping[str, str], arns: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield f'resource "awscc_personalize_{kind}" "{name}" {{'
    # In a string of Terraform ${ and %{ begin an expression; doubled signs are those signs.
    texts = {
        key: re.sub(r"([$%])\{", r"\1\1{", json.dumps(value, ensure_ascii=False))
        for key, value in values.items()
    }
    named = {re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower(): text for key, text in (texts | dict(arns)).items()}
    width = max(map(len, named))
    yield from (f"  {key:<{width}} = {text}" for key, text in named.items())
    yield ""
    yield "  lifecycle {"
    yield "    prevent_destroy = true"
    yield "  }"
    yield "}"
