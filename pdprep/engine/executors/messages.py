"""What the driver of a pass and its tasks tell each other, beside the rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pdprep.engine.aggregates import Aggregate
from pdprep.preparation.ids import Form, Spellings
from pdprep.preparation.spread import BUCKETS
from pdprep.validation.profile import Profile
from pdprep.validation.summary import Summary
from pdprep.validation.validator import FAILURES


@dataclass(frozen=True)
class PassOptions:
    """How the tasks of one pass go about it.

    Attributes:
        forms: The form of each id field, as far as it is known.
        route: bulk, put, or None for the rules that stop both.
        only: Whether rules that stop the other route alone are left out.
        keep_bad: Whether bad rows are kept.
        profiled: Whether the columns are profiled.
        partitions: How many partitions there are, each a run of as many buckets.
        most: Bytes of a partition that are deduplicated in memory.
        compressed: Whether what tasks hand to each other is compressed.
    """

    forms: Mapping[str, Form | None]
    route: str | None
    only: bool
    keep_bad: bool
    profiled: bool
    partitions: int
    most: int
    compressed: bool

    @property
    def width(self) -> int:
        """Buckets of a partition."""
        return math.ceil(BUCKETS / self.partitions)


@dataclass(frozen=True, eq=False)
class Scanned:
    """What the reading of a piece has found; its rows are numbered from 0.

    Attributes:
        whole: Whether it was read to its end: not where ids turned out to be in another form.
        seen: How its ids are spelled, by field.
        gaps: As ``Source.gaps``.
        height: How many rows it has, blank lines too: the next piece is numbered on from there.
    """

    whole: bool
    seen: Mapping[str, Spellings]
    read: int = 0
    bad: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    unusual: frozenset[str] = frozenset()
    examples: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAILURES))
    gaps: frozenset[str] = frozenset()
    height: int = 0


@dataclass(frozen=True, eq=False)
class Reduced:
    """What the deduplication of a partition has found.

    Attributes:
        good: Its rows before duplicates were dropped.
        kept: Rows of each bucket that has any.
        aggregates: What else was summed up.
    """

    good: int
    kept: Mapping[int, int]
    summary: Summary
    profile: Profile
    aggregates: tuple[Aggregate[object], ...] = ()
