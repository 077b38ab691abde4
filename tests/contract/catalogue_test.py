"""The catalogue: what each dataset type requires and reserves in each domain, with its source."""

from __future__ import annotations

import pytest

from pdprep import Contract, Field
from pdprep.contract import catalogue
from pdprep.errors import UnknownDatasetError

# Written down from the developer guide a second time, apart from the catalogue.
REQUIRED = {
    ("interactions", "CUSTOM"): {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long"},
    ("interactions", "ECOMMERCE"): {
        "USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string",
    },
    ("interactions", "VIDEO_ON_DEMAND"): {
        "USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string",
    },
    ("items", "CUSTOM"): {"ITEM_ID": "string"},
    ("items", "ECOMMERCE"): {
        "ITEM_ID": "string", "PRICE": "float", "CATEGORY_L1": "categorical string",
    },
    ("items", "VIDEO_ON_DEMAND"): {
        "ITEM_ID": "string", "CREATION_TIMESTAMP": "long", "GENRES": "categorical string",
    },
    ("users", "CUSTOM"): {"USER_ID": "string"},
    ("users", "ECOMMERCE"): {"USER_ID": "string"},
    ("users", "VIDEO_ON_DEMAND"): {"USER_ID": "string"},
}  # fmt: skip
OPTIONAL = [
    ("interactions", "CUSTOM", "EVENT_TYPE", "string"),
    ("interactions", "CUSTOM", "EVENT_VALUE", "float or null"),
    ("interactions", "ECOMMERCE", "IMPRESSION", "string or null"),
    ("interactions", "VIDEO_ON_DEMAND", "RECOMMENDATION_ID", "string or null"),
    ("interactions", "CUSTOM", "EVENT_ATTRIBUTION_SOURCE", "string or null"),
    ("interactions", "CUSTOM", "SESSION_ID", "string or null, put only"),
    ("interactions", "CUSTOM", "EVENT_ID", "string or null, put only"),
    ("items", "ECOMMERCE", "CATEGORY_L2", "categorical string or null"),
    ("items", "ECOMMERCE", "PRODUCT_DESCRIPTION", "textual string or null"),
    ("items", "ECOMMERCE", "CREATION_TIMESTAMP", "long"),
    ("items", "VIDEO_ON_DEMAND", "PRICE", "float or null"),
    ("items", "VIDEO_ON_DEMAND", "DURATION", "float or null"),
    ("items", "VIDEO_ON_DEMAND", "CONTENT_CLASSIFICATION", "categorical string or null"),
    ("users", "VIDEO_ON_DEMAND", "SUBSCRIPTION_MODEL", "categorical string or null"),
]


@pytest.mark.parametrize(("dataset", "domain"), REQUIRED)
def test_the_required_fields_of_a_dataset(dataset: str, domain: str) -> None:
    contract = Contract.of(dataset, domain)
    assert {field.name: field.kind for field in contract.fields} == REQUIRED[dataset, domain]


@pytest.mark.parametrize(("dataset", "domain", "name", "kind"), OPTIONAL)
def test_the_optional_fields_of_a_dataset(dataset: str, domain: str, name: str, kind: str) -> None:
    field = catalogue.field(dataset, domain, name)
    assert isinstance(field, Field)
    assert (field in catalogue.optional(dataset, domain), field.kind) == (True, kind)


@pytest.mark.parametrize(
    "row", catalogue.ROWS, ids=lambda row: f"{row.domain} {row.dataset} {row.field.name}"
)
def test_every_row_names_its_page(row: catalogue.Row) -> None:
    assert row.source
    assert row.dataset in catalogue.DATASETS


@pytest.mark.parametrize("dataset", catalogue.CUSTOM_ONLY)
def test_actions_live_in_custom_groups_alone(dataset: str) -> None:
    assert Contract.of(dataset).dataset == dataset
    with pytest.raises(UnknownDatasetError, match="only a CUSTOM dataset group"):
        Contract.of(dataset, "ECOMMERCE")


@pytest.mark.parametrize(
    ("dataset", "domain", "hint"),
    [
        ("interaction", "CUSTOM", '"interactions"'),
        ("item", "CUSTOM", '"items"'),
        ("ratings", "CUSTOM", '"interactions"'),
        ("items", "VOD", 'domain="VIDEO_ON_DEMAND"'),
        ("items", "E-COMMERCE", 'domain="ECOMMERCE"'),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(dataset: str, domain: str, hint: str) -> None:
    with pytest.raises(UnknownDatasetError, match="one of") as caught:
        Contract.of(dataset, domain)
    assert caught.value.hint == hint
