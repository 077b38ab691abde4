"""How many numbers lie far from the others, told from a histogram."""

from __future__ import annotations

from typing import Final

from pdprep.validation.profile import Bins, edge

FENCE: Final = 3.0  # interquartile ranges outside the middle half


def outliers(bins: Bins) -> int:
    """Count the numbers more than three interquartile ranges outside the middle half.

    >>> outliers({1: 50, 10: 50, 90: 1})
    1
    """
    low, high = _quantile(bins, 0.25), _quantile(bins, 0.75)
    reach = FENCE * (high - low)
    # Where half of the numbers are the same there is no reach, and every other number would be far.
    far = [count for bin_, count in bins.items() if not low - reach <= edge(bin_) <= high + reach]
    return sum(far) if reach else 0


def _quantile(bins: Bins, share: float) -> float:
    # Of a histogram, since histograms of batches add up and quantiles do not; a bin is nine percent wide.
    wanted, seen = share * sum(bins.values()), 0
    for bin_ in sorted(bins):
        seen += bins[bin_]
        if seen >= wanted:
            return edge(bin_)
    return 0.0
