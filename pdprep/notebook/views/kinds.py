"""What a column of one's own may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pdprep.contract.fields import Field

# What a mapping offers, and the arguments that its Field has then.
KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "categories": {"categorical": True},
    "long text": {"textual": True},
    "name of the item": {"item_name": True},
    "plain text": {},
    "whole number": {"type": "long"},
    "number": {"type": "float"},
}
OF_ITEMS: Final = ("long text", "name of the item")  # no other dataset has these


def kind_of(each: Field) -> str:
    """Return the kind of a field of one's own.

    >>> kind_of(Field("YEAR", "int")), kind_of(Field("PLOT", textual=True))
    ('whole number', 'long text')
    """
    if each.numeric:
        return "whole number" if each.type in ("int", "long") else "number"
    flags = {"categorical": each.categorical, "textual": each.textual, "item_name": each.item_name}
    marked = {name for name, value in flags.items() if value}
    return next((kind for kind, asked in KINDS.items() if marked and marked == set(asked)), "plain text")
