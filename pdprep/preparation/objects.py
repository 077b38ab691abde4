"""Columns of Python objects in a pandas frame: what is plainly ids or numbers becomes text."""

from __future__ import annotations

from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Final
from uuid import UUID

PLAIN: Final = (str, UUID, Integral, Real, Decimal)
_EXACT: Final = 2**53


def as_text(frame: Any, unreadable: list[str]) -> Any:
    """Return a pandas frame with mixed object columns, and columns of UUIDs, as text.

    Args:
        frame: A pandas frame; it is not changed.
        unreadable: The columns that Polars does not take as they are.
    """
    held = {name: frame[name].dropna() for name in frame.columns if str(frame[name].dtype) == "object"}
    mixed = [name for name, values in held.items() if name in unreadable and all(map(_plain, values))]
    uuids = [name for name, values in held.items() if len(values) and all(map(_is_uuid, values))]
    fresh = {name: frame[name].map(_text, na_action="ignore") for name in {*mixed, *uuids}}
    return frame.assign(**fresh) if fresh else frame


def _is_uuid(value: object) -> bool:
    return isinstance(value, UUID)


def _plain(value: object) -> bool:
    if isinstance(value, float) and not abs(value) < _EXACT:
        return False  # it may have lost digits, which no text brings back
    return isinstance(value, PLAIN) and not isinstance(value, bool)


def _text(value: Any) -> str:
    """Spell a value: a whole number that became a float beside a gap is that number again."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
