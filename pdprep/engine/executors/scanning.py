"""The first task: a piece of the source is read, judged, and handed on by run of buckets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pdprep.engine.buckets import Run, Size, partitions
from pdprep.engine.executors import pieces
from pdprep.engine.executors.packets import Packet
from pdprep.engine.executors.pieces import Height, Piece
from pdprep.engine.executors.recipe import Recipe
from pdprep.engine.executors.tasks import Terms
from pdprep.engine.judging import packed
from pdprep.engine.sieve import Sieve
from pdprep.preparation.ids import Spellings
from pdprep.preparation.ids_told import Readings
from pdprep.preparation.packing import Packing
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKET
from pdprep.progress import Listener
from pdprep.validation.row_checks import RowCheck, row_checks
from pdprep.validation.validator import FAILURES


@dataclass(frozen=True, eq=False)
class Scanned:
    """What a piece has told; its rows are numbered from 0.

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


def scan(recipe: Recipe, terms: Terms, piece: Piece, tell: Listener) -> list[Scanned | Packet | None]:
    """Read and judge a piece; return what it tells, its bad rows, and its good rows by run of buckets."""
    height = Height()
    source = pieces.source(recipe, piece, height)
    prepared = recipe.over(source, {name: form for name, form in terms.forms.items() if form})
    asked = (each for each in row_checks(prepared, recipe.now))
    rules = [each for each in asked if not terms.only or each.rule.asked(terms.route)]
    readings = Readings(prepared.id_forms, source, prepared.conversions)
    aside = Bad() if terms.aside else None
    try:
        sieve, packets = _judged(prepared, readings, rules, terms, aside, tell)
    except Exception:
        if not any(each.others and not terms.forms.get(name) for name, each in readings.seen.items()):
            raise
        return [Scanned(False, readings.seen), *[None] * (terms.runs + 1)]
    told = Scanned(
        True, readings.seen, sieve.read, sieve.bad, sieve.counts, sieve.unusual, sieve.examples,
        frozenset(source.gaps), height.rows,
    )  # fmt: skip
    bad = aside.rows if aside else None
    return [told, None if bad is None else Packet.of(bad), *packets]


def _judged(
    prepared: Prepared, readings: Readings, rules: Sequence[RowCheck], terms: Terms, aside: Bad | None,
    tell: Listener,
) -> tuple[Sieve, list[Packet | None]]:  # fmt: skip
    """Read with columns of few texts packed; once more without where there are more than it seemed."""
    worth = True
    while True:
        spelled = replace(prepared, conversions=readings.begin())
        packing = packed(spelled, rules) if worth else Packing(spelled)
        sieve = Sieve(packing, rules, terms.route, aside)
        try:
            with partitions(packing.prepared, sieve.on, tell, Size(None, terms.runs)) as loads:
                sieve.sort_out()
                return sieve, _by_run(loads, packing, terms)
        except Exception:
            if not packing.full:
                raise
            worth = False
            if aside:
                aside.forget()


def _by_run(loads: Sequence[Run], packing: Packing, terms: Terms) -> list[Packet | None]:
    """Return the rows of each run of buckets, by bucket and, within one, in the order of the source."""
    found: list[Packet | None] = [None] * terms.runs
    held: list[pl.DataFrame] = []
    for load in loads:
        held.append(packing.unpack(load.do()))
        if load.whole and held[-1].height:
            found[int(held[-1][BUCKET][0]) // terms.width] = Packet.of(pl.concat(held))
        if load.whole:
            held.clear()
    return found


class Bad:
    """The bad rows of a piece, held in memory: the driver writes them, a bounded number at a time."""

    def __init__(self) -> None:
        self._rows: list[pl.DataFrame] = []

    def take(self, bad: pl.DataFrame) -> None:
        """Keep rows with the rules they break."""
        self._rows.append(bad)

    def forget(self) -> None:
        """Let go of all, as the piece is read again."""
        self._rows.clear()

    @property
    def rows(self) -> pl.DataFrame | None:
        """The rows in the source's order; None where there is none."""
        return pl.concat(self._rows).sort(ROW) if self._rows else None
