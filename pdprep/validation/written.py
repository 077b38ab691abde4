"""What the different texts of a categorical column say of how its categories were written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from pdprep.preparation import lists
from pdprep.preparation.evidence import Evidence
from pdprep.preparation.object_texts import are_objects

_WORD: Final = "|".join(lists.NOTHING)
_UNTIDY: Final = rf"^\s|\s$|\s\||\|\s|\|\||^\||\|$|(?i)(?:^|\|)\s*(?:{_WORD})\s*(?:\||$)"


def untidy(texts: pl.Series) -> pl.Series:
    """Return the texts that are lists or objects, or hold an empty category, a word for none, a space or one
    twice.

    >>> untidy(pl.Series(["Action|Drama", "Action|Action", "Action | Drama", "N/A", "['Action']"])).to_list()
    ['Action|Action', 'Action | Drama', 'N/A', "['Action']"]
    """
    # Texts without a bar are one category, which cannot stand there twice: only the others are split.
    barred = texts.str.contains("|", literal=True)
    parts = texts.set(~barred, None).str.split("|")
    twice = (parts.list.len() > parts.list.n_unique()).fill_null(False)
    return texts.filter(texts.str.contains(_UNTIDY) | twice | lists.bracketed(texts) | are_objects(texts))


def bracketed(texts: Iterable[str]) -> int:
    """Count the untidy texts that are lists of JSON, Python or in braces."""
    return int(lists.bracketed(pl.Series(list(texts), dtype=pl.String)).sum())


def objects(texts: Iterable[str]) -> int:
    """Count the untidy texts that are objects, or lists of them."""
    return int(are_objects(pl.Series(list(texts), dtype=pl.String)).sum())


def unclean(texts: Iterable[str]) -> int:
    """Count the untidy texts that are neither lists nor objects."""
    untidy = list(texts)
    return len(untidy) - bracketed(untidy) - objects(untidy)


def joined(categories: Iterable[str]) -> int:
    """Count the categories that look like several, joined by a comma, a semicolon or a slash."""
    names = pl.Series(list(categories), dtype=pl.String)
    # The comma of 12,50 joins nothing.
    sign = None if money(names) else lists.sign(names)
    return int(names.str.contains(sign, literal=True).sum()) if sign else 0


def money(categories: Iterable[str]) -> int:
    """Count the categories that are amounts with a currency or a comma, where all are."""
    told = Evidence.of(pl.Series(list(categories), dtype=pl.String))
    return told.different if told.kind == "price" else 0
