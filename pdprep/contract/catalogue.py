"""What Amazon Personalize reserves and requires: one row a field, each with the page it comes from.

A field with domain ``*`` holds in every domain. The pages are those of the Amazon Personalize Developer
Guide; ``model`` is the service model that botocore ships.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.fields import Field
from pdprep.errors import UnknownDatasetError

DATASETS: Final[tuple[DatasetType, ...]] = (
    "interactions",
    "items",
    "users",
    "actions",
    "action_interactions",
)
DOMAINS: Final[tuple[Domain, ...]] = ("CUSTOM", "ECOMMERCE", "VIDEO_ON_DEMAND")
KEYS: Final = {
    "interactions": "USER_ID",
    "items": "ITEM_ID",
    "users": "USER_ID",
    "actions": "ACTION_ID",
    "action_interactions": "USER_ID",
}
CUSTOM_ONLY: Final = ("actions", "action_interactions")
# What people call them: found nowhere in AWS's own words.
_NICKNAMES: Final = {
    "vod": "VIDEO_ON_DEMAND",
    "video": "VIDEO_ON_DEMAND",
    "media": "VIDEO_ON_DEMAND",
    "shop": "ECOMMERCE",
    "retail": "ECOMMERCE",
    "events": "interactions",
    "ratings": "interactions",
    "movies": "items",
    "products": "items",
    "customers": "users",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field of one dataset in one domain.

    Attributes:
        others: Types that another page gives the field: a schema that has one of them is taken as it is.
    """

    domain: str
    dataset: str
    field: Field
    required: bool
    source: str
    others: tuple[str, ...] = ()


def _string(name: str, **flags: bool) -> Field:
    return Field(name, "string", **flags)


def _category(name: str, nullable: bool = True) -> Field:
    return Field(name, "string", nullable=nullable, categorical=True)


def _number(name: str, type: str = "float", nullable: bool = True) -> Field:
    return Field(name, type, nullable=nullable)


_INTERACTIONS = "interactions-datasets"
_RESERVED = "custom-datasets-and-schemas"
_EVENTS = "API_UBS_PutEvents"
_ACTED = "API_UBS_ActionInteraction"
_EC = "ECOMMERCE-datasets-and-schemas"
_VOD = "VIDEO-ON-DEMAND-datasets-and-schemas"
_EC_ITEMS = "ECOMMERCE-items-dataset"
_VOD_ITEMS = "VIDEO-ON-DEMAND-items-dataset"

ROWS: Final = (
    Row("*", "interactions", _string("USER_ID"), True, _INTERACTIONS),
    Row("*", "interactions", _string("ITEM_ID"), True, _INTERACTIONS),
    Row("*", "interactions", _number("TIMESTAMP", "long", False), True, _INTERACTIONS),
    Row("CUSTOM", "interactions", _string("EVENT_TYPE"), False, _RESERVED),
    Row("ECOMMERCE", "interactions", _string("EVENT_TYPE"), True, _EC),
    Row("VIDEO_ON_DEMAND", "interactions", _string("EVENT_TYPE"), True, _VOD),
    Row("*", "interactions", _number("EVENT_VALUE"), False, _RESERVED),
    Row("*", "interactions", _string("IMPRESSION", nullable=True), False, _RESERVED),
    Row("*", "interactions", _string("RECOMMENDATION_ID", nullable=True), False, _RESERVED),
    Row("*", "interactions", _string("EVENT_ATTRIBUTION_SOURCE", nullable=True), False, _RESERVED),
    Row("*", "interactions", _string("SESSION_ID", nullable=True, put_only=True), False, _EVENTS),
    Row("*", "interactions", _string("EVENT_ID", nullable=True, put_only=True), False, _EVENTS),
    Row("*", "items", _string("ITEM_ID"), True, "items-datasets"),
    Row("CUSTOM", "items", _number("CREATION_TIMESTAMP", "long"), False, _RESERVED),
    Row("ECOMMERCE", "items", _number("PRICE", "float", False), True, _EC_ITEMS),
    Row("ECOMMERCE", "items", _category("CATEGORY_L1", nullable=False), True, _EC_ITEMS),
    Row("ECOMMERCE", "items", _category("CATEGORY_L2"), False, _EC_ITEMS),
    Row("ECOMMERCE", "items", _category("CATEGORY_L3"), False, _EC_ITEMS),
    Row("ECOMMERCE", "items", Field("PRODUCT_DESCRIPTION", nullable=True, textual=True), False, _EC_ITEMS),
    Row(
        "ECOMMERCE",
        "items",
        _number("CREATION_TIMESTAMP", "long", False),
        False,
        "ECOMMERCE-datasets-and-schemas; ECOMMERCE-items-dataset says float",
        ("float",),
    ),
    Row("ECOMMERCE", "items", _category("AGE_GROUP"), False, _EC_ITEMS),
    Row("ECOMMERCE", "items", _category("ADULT"), False, _EC_ITEMS),
    Row("ECOMMERCE", "items", _category("GENDER"), False, _EC_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _number("CREATION_TIMESTAMP", "long", False), True, _VOD_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _category("GENRES", nullable=False), True, _VOD_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _number("PRICE"), False, _VOD_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _number("DURATION"), False, _VOD_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _category("GENRE_L2"), False, _VOD_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _category("GENRE_L3"), False, _VOD_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _number("AVERAGE_RATING"), False, _VOD_ITEMS),
    Row(
        "VIDEO_ON_DEMAND",
        "items",
        Field("PRODUCT_DESCRIPTION", nullable=True, textual=True),
        False,
        _VOD_ITEMS,
    ),
    Row("VIDEO_ON_DEMAND", "items", _category("CONTENT_OWNER"), False, _VOD_ITEMS),
    Row("VIDEO_ON_DEMAND", "items", _category("CONTENT_CLASSIFICATION"), False, _VOD_ITEMS),
    Row("*", "users", _string("USER_ID"), True, "users-datasets"),
    Row("VIDEO_ON_DEMAND", "users", _category("SUBSCRIPTION_MODEL"), False, "VIDEO-ON-DEMAND-users-dataset"),
    Row("CUSTOM", "actions", _string("ACTION_ID"), True, "actions-datasets"),
    Row("CUSTOM", "actions", _number("CREATION_TIMESTAMP", "long"), False, _RESERVED),
    Row("CUSTOM", "actions", _number("ACTION_EXPIRATION_TIMESTAMP", "long"), False, _RESERVED),
    Row("CUSTOM", "actions", _number("VALUE", "long"), False, _RESERVED),
    Row("CUSTOM", "actions", _string("TYPE", nullable=True), False, _RESERVED),
    Row("CUSTOM", "actions", _number("REPEAT_FREQUENCY", "long"), False, _RESERVED),
    Row("CUSTOM", "action_interactions", _string("USER_ID"), True, "action-interactions-datasets"),
    Row("CUSTOM", "action_interactions", _string("ACTION_ID"), True, "action-interactions-datasets"),
    Row("CUSTOM", "action_interactions", _string("EVENT_TYPE"), True, "action-interactions-datasets"),
    Row(
        "CUSTOM",
        "action_interactions",
        _number("TIMESTAMP", "long", False),
        True,
        "action-interactions-datasets",
    ),
    Row("CUSTOM", "action_interactions", _string("IMPRESSION", nullable=True), False, _RESERVED),
    Row("CUSTOM", "action_interactions", _string("RECOMMENDATION_ID", nullable=True), False, _RESERVED),
    Row("CUSTOM", "action_interactions", _string("SESSION_ID", nullable=True, put_only=True), False, _ACTED),
    Row("CUSTOM", "action_interactions", _string("EVENT_ID", nullable=True, put_only=True), False, _ACTED),
)


def rows(dataset: str, domain: str) -> tuple[Row, ...]:
    """Return the catalogue's rows of a dataset type in a domain, required ones first.

    Raises:
        UnknownDatasetError: No such dataset type or domain, or one that the domain does not have.

    >>> [row.field.name for row in rows("items", "VIDEO_ON_DEMAND") if row.required]
    ['ITEM_ID', 'CREATION_TIMESTAMP', 'GENRES']
    """
    _known(dataset, domain)
    found = [row for row in ROWS if row.dataset == dataset and row.domain in ("*", domain)]
    return tuple(sorted(found, key=lambda row: not row.required))


def required(dataset: str, domain: str) -> tuple[Field, ...]:
    """Return the fields that every frame of this dataset type must have."""
    return tuple(row.field for row in rows(dataset, domain) if row.required)


def optional(dataset: str, domain: str) -> tuple[Field, ...]:
    """Return the fields that a mapping may add, put-only ones included."""
    return tuple(row.field for row in rows(dataset, domain) if not row.required)


def row(dataset: str, domain: str, name: str) -> Row | None:
    """Return the catalogue's row of the field of that name, or None."""
    return next((each for each in rows(dataset, domain) if each.field.name == name), None)


def field(dataset: str, domain: str, name: str) -> Field | None:
    """Return the catalogue's field of that name, or None."""
    found = row(dataset, domain, name)
    return found.field if found else None


def reserved(dataset: str, domain: str) -> list[str]:
    """Return the names that may be no value: those of the dataset type's own fields."""
    return [row.field.name for row in rows(dataset, domain) if not row.field.put_only]


def dataset_name(text: str) -> DatasetType:
    """Return the dataset type that a text names, in any spelling of AWS's.

    >>> dataset_name("Action_Interactions"), dataset_name("INTERACTIONS")
    ('action_interactions', 'interactions')
    """
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    found = next((each for each in DATASETS if each == name), None)
    if found is None:
        raise _unknown("dataset type", text, DATASETS)
    return found


def domain_name(text: str | None) -> Domain:
    """Return the domain that a text names; None is CUSTOM."""
    name = (text or "CUSTOM").strip().upper().replace("-", "_").replace(" ", "_")
    found = next((each for each in DOMAINS if each == name), None)
    if found is None:
        raise _unknown("domain", str(text), DOMAINS)
    return found


def _known(dataset: str, domain: str) -> None:
    dataset_name(dataset), domain_name(domain)
    if dataset in CUSTOM_ONLY and domain != "CUSTOM":
        raise UnknownDatasetError(
            f"{dataset} in the domain {domain}",
            "only a CUSTOM dataset group has actions and action interactions",
            'pdprep.connect(name, domain="CUSTOM")',
        )


def _unknown(what: str, text: str, known: tuple[str, ...]) -> UnknownDatasetError:
    close = difflib.get_close_matches(text.lower(), [name.lower() for name in known], n=1, cutoff=0.6)
    near = next((name for name in known if [name.lower()] == close), known[0])
    best = _NICKNAMES.get(text.strip().lower(), near)
    hint = f'"{best}"' if what == "dataset type" else f'domain="{best}"'
    return UnknownDatasetError(f"no {what} {text!r}", f"one of {', '.join(known)}", hint)


def sources() -> Iterator[tuple[str, str, str, str]]:
    """Yield (domain, dataset, field, source page) for every row, for the docs."""
    for row in ROWS:
        yield row.domain, row.dataset, row.field.name, row.source
