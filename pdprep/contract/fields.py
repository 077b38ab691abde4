"""One field of a contract: a frozen value."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, fields

from pdprep.errors import ContractError

TYPES = ("string", "int", "long", "float", "double", "boolean")
NUMBERS = ("int", "long", "float", "double")
# Two underscores begin the names of columns that pdprep adds to a frame.
_NAME = re.compile(r"(?:[A-Za-z]|_[A-Za-z0-9])[A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one column of a dataset.

    Args:
        name: Letters, digits and underscores, 150 at most; Amazon Personalize's own fields are SNAKE_CASE in
            capitals.
        type: One of string, int, long, float, double, boolean.
        nullable: Whether the value may be missing.
        categorical: Whether a string holds categories, several of them joined by ``|``.
        textual: Whether a string holds text in a natural language (items only).
        put_only: Whether the field is sent with single records and never stands in Avro or CSV.
        item_name: Whether a string is the name or title of an item, which Semantic-Similarity reads.

    Sources: Amazon Personalize Developer Guide, how-it-works-dataset-schema; of names
    API_TrainingDataConfig; of item_name native-recipe-semantic-similarity.

    >>> Field("GENRES", categorical=True).type
    'string'
    """

    name: str
    type: str = "string"
    nullable: bool = False
    categorical: bool = False
    textual: bool = False
    put_only: bool = False
    item_name: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ContractError(
                f"field name {self.name!r}",
                "letters, digits and underscores, no digit first and no two underscores",
                self.code(name=re.sub(r"[\W_]+", "_", self.name, flags=re.ASCII).strip("_") or "BRAND"),
            )
        if self.type not in TYPES:
            raise ContractError(
                f"field {self.name} has type {self.type!r}",
                f"one of {', '.join(TYPES)}",
                self.code(type=(*difflib.get_close_matches(self.type.lower(), TYPES, 1, 0.4), "string")[0]),
            )
        if (self.categorical or self.textual or self.item_name) and self.type != "string":
            raise ContractError(
                f"field {self.name} is {self.type} and categorical, textual or a name",
                "only strings hold categories, text or names",
                self.code(type="string"),
            )
        if self.categorical and self.textual:
            raise ContractError(
                f"field {self.name} is categorical and textual",
                "one of the two",
                self.code(categorical=False),
            )

    def code(self, **changes: str | bool) -> str:
        """Return the call that makes this field, with something changed.

        >>> Field("PRICE", "float", nullable=True).code(nullable=False)
        'pdprep.Field("PRICE", "float")'
        """
        given = {each.name: getattr(self, each.name) for each in fields(self)} | changes
        name = f"F_{given['name']}" if given["name"][0].isdigit() else given["name"]
        said = [f"{key}=True" for key, value in given.items() if value is True]
        kind = [f'"{given["type"]}"'] if given["type"] != "string" else []
        return "pdprep.Field(" + ", ".join([f'"{name}"', *kind, *said]) + ")"

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.type in NUMBERS

    @property
    def kind(self) -> str:
        """The type in words: ``categorical string``, ``long or null``."""
        words = ["categorical"] * self.categorical + ["textual"] * self.textual + ["name"] * self.item_name
        words.append(self.type)
        return " ".join(words) + " or null" * self.nullable + ", put only" * self.put_only
