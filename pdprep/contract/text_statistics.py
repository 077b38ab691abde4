"""One look at a batch of text: all its values joined, so that one search tells what none of them holds.

Most batches are plain, and what is done to text is dear: the answer "nowhere" saves asking each value. An
answer "perhaps" proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

import polars as pl

_JOINT: Final = "~"  # stands between two values, so that their outer spaces are seen
_MARKED: Final = r'["|\\,\p{Cc}]'
_OTHER_SPACES: Final = "\t\v\f"  # of ASCII, beside the space itself and line breaks
_DELETE: Final = "\x7f"
_FEW: Final = 16
_FIRST: Final = 4_096  # characters of these
_LONG: Final = 250  # bytes of a value on average
_MARKS: Final = '"|\\,'
# What an id may not hold, and what makes text stand in quotation marks in the CSV.
_UNUSUAL: Final = rf"{_MARKED}|\s{_JOINT}|{_JOINT}\s|^\s|\s$"


T = TypeVar("T")


class Once(Generic[T]):
    """A property that is told once.

    The cached property of Python 3.11 has one lock for all instances: of Polars' threads one would hold it
    and wait for a free thread, while the others wait for the lock.
    """

    def __init__(self, tell: Callable[[Any], T]) -> None:
        self._tell, self._name, self.__doc__ = tell, tell.__name__, tell.__doc__

    def __get__(self, instance: Any, owner: type) -> T:
        found = instance.__dict__[self._name] = self._tell(instance)
        return found


class TextStatistics:
    """What may be found in the values of a text column.

    >>> TextStatistics(pl.Series(["a", None, "b c"])).trimmed, TextStatistics(pl.Series(["a", " b"])).trimmed
    (True, False)
    """

    def __init__(self, values: pl.Series) -> None:
        self._values = values

    def has(self, character: str) -> bool:
        """Tell whether a character is found."""
        return character in self._first or character in self._text

    @Once
    def lone_breaks(self) -> bool:
        r"""Whether each line break is one ``\n`` that has no white space beside it."""
        return not (self.spaced_breaks or any(map(self._holds, ("\r", "\n\n", "\n "))))

    @Once
    def spaced_breaks(self) -> bool:
        """Whether white space may stand before a line break; any that is not ASCII is one that may."""
        return not self._ascii or any(map(self._holds, (" \n", " \r", *_OTHER_SPACES)))

    @Once
    def printable(self) -> bool:
        """Whether there is nothing but ASCII that prints: no tab, no line break, no other space."""
        if not self._first.isprintable():
            return False
        return self._text.isascii() and self._least >= ord(" ") and _DELETE not in self._text

    @Once
    def trimmed(self) -> bool:
        """Whether it is printable and no value begins or ends with a space."""
        return self.printable and not self._spaced

    @Once
    def unusual(self) -> bool:
        r"""Whether there is a mark ``" | \ ,``, a control character or an outer space."""
        if self._plainly_marked:
            return True
        if self.trimmed and not self.marked:
            return False
        return bool(self._joined.str.contains(_UNUSUAL).item())

    @Once
    def marked(self) -> bool:
        r"""Whether there is a mark ``" | \ ,`` or a control character."""
        if self._plainly_marked:
            return True
        if self.printable:
            return any(map(self.has, _MARKS))
        return bool(self._joined.str.contains(_MARKED).item())

    @Once
    def _plainly_marked(self) -> bool:
        return not self._first.isprintable() or any(mark in self._first for mark in _MARKS)

    @property
    def _spaced(self) -> bool:
        """Whether a value begins or ends with a space."""
        if not self.has(" "):
            return False
        ends = (f" {_JOINT}", f"{_JOINT} ")
        return " " in (self._text[0], self._text[-1]) or any(map(self._found, ends))

    def _holds(self, text: str) -> bool:
        """Tell whether a value holds a text: long values are not joined for it."""
        if self._values.estimated_size() > _LONG * self._values.len():
            return bool(self._values.str.contains(text, literal=True).any())
        return self._found(text)

    def _found(self, text: str) -> bool:
        # Python looks for the last letter of a longer text alone, and a space is found all too often.
        return bool(self._joined.str.contains(text, literal=True).item())

    @Once
    def _ascii(self) -> bool:
        return self._values.str.len_bytes().sum() == self._values.str.len_chars().sum()

    @Once
    def _first(self) -> str:
        """The first values: what they hold need not be looked for in all of them."""
        return _JOINT.join(text for text in self._values.head(_FEW) if text)[:_FIRST]

    @Once
    def _joined(self) -> pl.Series:
        return self._values.str.join(_JOINT)

    @Once
    def _text(self) -> str:
        return str(self._joined.item())

    @Once
    def _least(self) -> int:
        """The least byte: one search tells that there is none of the control characters."""
        if not self._text:
            return ord(" ")
        letters = self._joined.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, len(self._text)))
        return int(letters.arr.min().item())
