"""How two words differ: slips of the keyboard are told from other words."""

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


def _shared(one: str, other: str) -> int:
    """Return how many letters two words share at their beginning."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
