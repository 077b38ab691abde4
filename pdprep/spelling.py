"""How two words differ, which tells slips of the keyboard from other words; and the noun for a value."""

from __future__ import annotations

import itertools


def edit(one: str, other: str) -> str | None:
    """Return the letters in which two words differ if one edit makes one of the other, else None.

    An edit adds, drops or changes a letter, or swaps two that stand together.

    >>> edit("movie", "movies"), edit("watch", "match"), edit("shop", "shop"), edit("shop", "movies")
    ('s', 'wm', '', None)
    """
    start = _shared(one, other)
    one, other = one[start:], other[start:]
    end = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    single = len(one) <= 1 and len(other) <= 1
    swapped = len(one) == 2 and one == other[::-1]
    return one + other if single or swapped else None


def noun(value: object) -> str:
    """Return what a value is, as an error says it.

    >>> noun(None), noun(3), noun([3])
    ('None', 'an int', 'a list')
    """
    name = type(value).__name__
    return "None" if value is None else f"a{'n' * (name[0] in 'aeioAEIO')} {name}"


def _shared(one: str, other: str) -> int:
    """Return how many letters two words share at their beginning."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
