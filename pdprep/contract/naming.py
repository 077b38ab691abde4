"""The names of schemas and datasets: derived from what they stand for, so that they are found again."""

from __future__ import annotations

import hashlib
from typing import Final

LONGEST: Final = 63
DIGITS: Final = 8


def schema(group: str, dataset: str, text: str) -> str:
    """Return the name of a schema: another text, another name."""
    return f"{group[:30]}-{dataset}-{digest(text)}"


def dataset(group: str, kind: str) -> str:
    """Return the name of a dataset."""
    return f"{group[: LONGEST - 1 - len(kind)]}-{kind}"


def digest(text: str) -> str:
    """Return eight hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
