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
_CONTROLS: Final = "".join(map(chr, (*range(0x20), 0x7F)))
_SPACES_BEFORE_BREAKS: Final = (" \n", " \r", "\t", "\v", "\f")
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
        self._joined = values.str.join(_JOINT)
        self._text = self._joined.item()

    def has(self, character: str) -> bool:
        """Tell whether a character is found."""
        return character in self._text

    @Once
    def spaced_breaks(self) -> bool:
        """Whether white space may stand before a line break; any that is not ASCII is one that may."""
        return not self._text.isascii() or any(map(self.has, _SPACES_BEFORE_BREAKS))

    @Once
    def printable(self) -> bool:
        """Whether there is nothing but ASCII that prints: no tab, no line break, no other space."""
        return self._text.isascii() and not any(map(self.has, _CONTROLS))

    @Once
    def trimmed(self) -> bool:
        """Whether it is printable and no value begins or ends with a space."""
        return not self._spaced and self.printable

    @Once
    def unusual(self) -> bool:
        r"""Whether there is a mark ``" | \ ,``, a control character or an outer space."""
        if self.trimmed and not self.marked:
            return False
        return bool(self._joined.str.contains(_UNUSUAL).item())

    @Once
    def marked(self) -> bool:
        r"""Whether there is a mark ``" | \ ,`` or a control character."""
        if self.printable:
            return any(map(self.has, _MARKS))
        return bool(self._joined.str.contains(_MARKED).item())

    @property
    def _spaced(self) -> bool:
        """Whether a value begins or ends with a space."""
        if not self.has(" "):
            return False
        return (
            " " in (self._text[0], self._text[-1]) or self._holds(f" {_JOINT}") or self._holds(f"{_JOINT} ")
        )

    def _holds(self, text: str) -> bool:
        return bool(self._joined.str.contains(text, literal=True).item())
