"""What sending costs, at the prices that somebody wrote into a profile. pdprep knows none itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GB: Final = 10**9


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a profile: of a GB of data taken in, and of a thousand put calls."""

    gb: float | None = None
    thousand_calls: float | None = None
    currency: str = ""

    def of(self, size: int, calls: int) -> tuple[str, str]:
        """Return what an import of so many bytes costs, and so many put calls with them; empty if unknown.

        >>> Prices(0.05, None, "USD").of(2 * 10**9, 1000)
        (' (0.10 USD)', ' (0.10 USD)')
        >>> Prices().of(2 * 10**9, 1000)
        ('', '')
        """
        data = None if self.gb is None else size / GB * self.gb
        asked = None if self.thousand_calls is None else calls / 1000 * self.thousand_calls
        both = None if data is None and asked is None else (data or 0.0) + (asked or 0.0)
        return self._text(data), self._text(both)

    def _text(self, money: float | None) -> str:
        return "" if money is None else f" ({money:,.2f} {self.currency}".rstrip() + ")"


UNKNOWN: Final = Prices()
