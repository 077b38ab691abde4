"""Which rules a batch may break: each is doubted for the batch as a whole before its rows are asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache, partial
from typing import Final, NamedTuple

import polars as pl

from pdprep.contract.doubts import unusual
from pdprep.preparation.columns import ODD
from pdprep.preparation.packing import Alphabet
from pdprep.validation.compile import Violation

_LONGEST: Final = "__longest_"
_NOTHING: Final[frozenset[str]] = frozenset()


class _Answer(NamedTuple):
    """What an alphabet with these texts was asked: the doubts that are true, the bytes of its longest."""

    texts: pl.Series
    doubted: frozenset[str]
    longest: int | None


class Doubts:
    """The doubts of some rules, and whether columns are unusual.

    What is asked of a packed column's texts is asked of its alphabet, and again only when that has grown. A
    doubt over several columns asks for no more than the bytes of their texts. Doubts that read alike are one:
    the only one made of a function is ``unusual``.

    Args:
        rules: What ``compile.violations`` returns.
        looks: For each column that may be unusual what tells it.
        alphabets: Those of packed columns.
        marked: Text columns that come with a mark where their batch may be unusual.
    """

    def __init__(
        self,
        rules: Sequence[Violation],
        looks: Mapping[str, pl.Expr],
        alphabets: Mapping[str, Alphabet],
        marked: Collection[str] = (),
    ) -> None:
        self._rules, self._alphabets = rules, alphabets
        self._looks = {name: str(look) for name, look in looks.items()}
        self._keys = {each: str(each.doubt) for each in rules if each.doubt is not None}
        doubts = {key: each.doubt for each, key in self._keys.items() if each.doubt is not None}
        doubts |= {self._looks[name]: look for name, look in looks.items()}
        doubts |= {str(unusual(pl.col(name))): pl.col(ODD + name).any() for name in marked}
        by_nulls = {key for each, key in self._keys.items() if each.of_nulls}
        self._of_rows: list[pl.Expr] = []
        self._of_lengths: list[pl.Expr] = []
        self._of_texts: dict[str, list[pl.Expr]] = {name: [] for name in alphabets}
        for key, doubt in doubts.items():
            self._place(doubt, key in by_nulls).append(doubt.alias(key))
        self._measured = self._unpacked(self._of_lengths)
        self._of_rows += [
            pl.col(name).str.len_bytes().max().alias(_LONGEST + name) for name in self._measured
        ]
        self._answers: dict[str, _Answer] = {}
        self._by_lengths = lru_cache(partial(_by_lengths, self._of_lengths))

    def __call__(self, rows: pl.DataFrame) -> tuple[list[Violation], frozenset[str]]:
        """Return the rules that each row has to be asked, and the unusual columns."""
        found = rows.select(self._of_rows).row(0, named=True) if self._of_rows else {}
        longest = {name: found.pop(_LONGEST + name) for name in self._measured}
        doubted = _true(found)
        for name in self._alphabets:
            answer = self._ask(name)
            doubted |= answer.doubted
            longest[name] = answer.longest
        if self._of_lengths:
            doubted |= self._by_lengths(tuple(longest.items()))
        asked = [each for each in self._rules if self._keys.get(each) in doubted or each not in self._keys]
        return asked, frozenset(name for name, key in self._looks.items() if key in doubted)

    def _place(self, doubt: pl.Expr, of_nulls: bool) -> list[pl.Expr]:
        """Return where a doubt belongs."""
        roots = doubt.meta.root_names()
        packed = [name for name in roots if name in self._alphabets]
        if not packed or of_nulls:
            return self._of_rows
        return self._of_texts[packed[0]] if len(roots) == 1 else self._of_lengths

    def _unpacked(self, doubts: Sequence[pl.Expr]) -> list[str]:
        roots = {name for doubt in doubts for name in doubt.meta.root_names()}
        return sorted(roots - self._alphabets.keys())

    def _ask(self, name: str) -> _Answer:
        texts, known = self._alphabets[name].texts, self._answers.get(name)
        if known is None or known.texts is not texts:
            frame = texts.alias(name).to_frame()
            found = frame.select(self._of_texts[name]).row(0, named=True) if self._of_texts[name] else {}
            known = _Answer(texts, _true(found), texts.str.len_bytes().max())  # type: ignore[arg-type]  # a number
            self._answers[name] = known
        return known


def _by_lengths(doubts: Sequence[pl.Expr], longest: tuple[tuple[str, int | None], ...]) -> frozenset[str]:
    texts = {name: [None if length is None else "x" * length] for name, length in longest}
    frame = pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String))
    return _true(frame.select(doubts).row(0, named=True))


def _true(found: Mapping[str, bool]) -> frozenset[str]:
    return frozenset(key for key, yes in found.items() if yes)
