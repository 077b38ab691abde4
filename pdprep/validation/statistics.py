"""The statistics of a batch, computed once: of its rows, or of the texts that encoded columns stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import polars as pl

from pdprep.contract.batch_statistics import MEASURES, ColumnStatistics, Statistics
from pdprep.preparation.columns import MARK
from pdprep.preparation.dictionary_encoding import TextDictionary
from pdprep.validation.row_checks import RowCheck


class TextsKnown(NamedTuple):
    """What has been asked of a dictionary with these texts."""

    texts: pl.Series
    numbers: Mapping[str, float]
    failing: frozenset[RowCheck]


class BatchStatistics:
    """Computes what checks read of a batch.

    What is asked of an encoded column's texts is asked of its dictionary, and again only when that has grown.

    Args:
        wanted: Columns, each with the name of a statistic.
        of_texts: Checks of one encoded column each: a dictionary's few texts are held to them as they are.
        dictionaries: Those of encoded columns.
        marked: Text columns that come with a mark where their batch may be unusual.
    """

    def __init__(
        self,
        wanted: Iterable[tuple[str, str]],
        of_texts: Iterable[RowCheck],
        dictionaries: Mapping[str, TextDictionary],
        marked: Collection[str],
    ) -> None:
        self._dictionaries = dictionaries
        self._of_rows: list[tuple[str, str]] = []
        self._of_texts: dict[str, list[str]] = {name: [] for name in dictionaries}
        self._checks: dict[str, list[RowCheck]] = {name: [] for name in dictionaries}
        self._known: dict[str, TextsKnown] = {}
        for check in of_texts:
            self._checks[check.column].append(check)
        expressions: list[pl.Expr] = []
        for column, name in dict.fromkeys(wanted):
            # A dictionary holds texts: how many rows have none is told by the rows alone.
            if column in dictionaries and name != "nulls":
                self._of_texts[column].append(name)
                continue
            self._of_rows.append((column, name))
            # The conversion of such a column has looked for what is unusual already, and left a mark.
            marks = name == "unusual" and column in marked
            expressions.append(pl.col(MARK + column).any() if marks else MEASURES[name](pl.col(column)))
        self._expressions = [each.alias(str(place)) for place, each in enumerate(expressions)]

    def __call__(self, rows: pl.DataFrame) -> tuple[Statistics, frozenset[RowCheck]]:
        """Return the statistics of each column, and the checks that some text of an encoded column fails."""
        found: defaultdict[str, dict[str, float]] = defaultdict(dict)
        # One query for all: what a query costs by itself comes once a batch.
        if self._expressions:
            numbers = rows.select(self._expressions).row(0)
            for (column, name), number in zip(self._of_rows, numbers, strict=True):
                found[column][name] = number
        failing: frozenset[RowCheck] = frozenset()
        for column in self._dictionaries:
            known = self._of_dictionary(column)
            found[column].update(known.numbers)
            failing |= known.failing
        return {column: ColumnStatistics(**numbers) for column, numbers in found.items()}, failing  # type: ignore[arg-type]  # each number is of its statistic's type

    def _of_dictionary(self, column: str) -> TextsKnown:
        texts, known = self._dictionaries[column].texts, self._known.get(column)
        # Another object is a larger dictionary: texts are added and never changed.
        if known is None or known.texts is not texts:
            names, checks = self._of_texts[column], self._checks[column]
            # At most 4,096 texts stand for all rows: when there are more, all are held to the rules again.
            frame = texts.alias(column).to_frame()
            numbers = frame.select(MEASURES[name](pl.col(column)).alias(name) for name in names)
            fails = frame.select(check.fails.any().alias(str(place)) for place, check in enumerate(checks))
            known = TextsKnown(
                texts,
                numbers.row(0, named=True) if names else {},
                frozenset(check for check, any_ in zip(checks, fails.row(0), strict=True) if any_)
                if checks
                else frozenset(),
            )
            self._known[column] = known
        return known
