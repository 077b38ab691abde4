"""The first task: a piece of the source is read and judged, and its good rows are handed on by partition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pdprep.engine.buckets import Partition, Size, partitioned
from pdprep.engine.executors import pieces
from pdprep.engine.executors.messages import PassOptions, Scanned
from pdprep.engine.executors.packets import Packet
from pdprep.engine.executors.pieces import Height, Piece
from pdprep.engine.executors.recipe import Recipe
from pdprep.engine.first_pass import encoded_for
from pdprep.engine.stream_validator import StreamValidator
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.preparation.ids_told import Readings
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKET
from pdprep.progress import Listener
from pdprep.validation.row_checks import RowCheck, row_checks


def scan(recipe: Recipe, options: PassOptions, piece: Piece, tell: Listener) -> list[Scanned | Packet | None]:
    """Read and judge a piece; return what was found, its bad rows, and its good rows by partition."""
    height = Height()
    source = pieces.source(recipe, piece, height)
    prepared = recipe.over(source, {name: form for name, form in options.forms.items() if form})
    asked = (each for each in row_checks(prepared, recipe.now))
    rules = [each for each in asked if not options.only or each.rule.asked(options.route)]
    readings = Readings(prepared.id_forms, source, prepared.conversions)
    bad_rows = BadRowsInMemory() if options.keep_bad else None
    try:
        validator, packets = _read(prepared, readings, rules, options, bad_rows, tell)
    except Exception:
        # Whatever was raised: where the ids so far tell that they are text, the next attempt knows that.
        if not any(each.others and not options.forms.get(name) for name, each in readings.seen.items()):
            raise
        return [Scanned(False, readings.seen), *[None] * (options.partitions + 1)]
    found = Scanned(
        True, readings.seen, validator.read, validator.bad, validator.counts, validator.unusual,
        validator.examples, frozenset(source.gaps), height.rows,
    )  # fmt: skip
    bad = bad_rows.rows if bad_rows else None
    return [found, None if bad is None else Packet.of(bad, options.compressed), *packets]


def _read(
    prepared: Prepared, readings: Readings, rules: Sequence[RowCheck], options: PassOptions,
    bad_rows: BadRowsInMemory | None, tell: Listener,
) -> tuple[StreamValidator, list[Packet | None]]:  # fmt: skip
    """Read with columns of few texts encoded; once more without where there are more than it seemed."""
    worth = True
    while True:
        spelled = replace(prepared, conversions=readings.begin())
        encoded = encoded_for(spelled, rules) if worth else EncodedFrame(spelled)
        validator = StreamValidator(encoded, rules, options.route, bad_rows)
        try:
            size = Size(None, options.partitions)
            with partitioned(encoded.prepared, validator.on, tell, size) as partitions:
                validator.sort_out()
                return validator, _packets(partitions, encoded, options)
        except Exception:
            if not encoded.full:
                raise
            worth = False
            if bad_rows:
                bad_rows.forget()


def _packets(
    partitions: Sequence[Partition], encoded: EncodedFrame, options: PassOptions
) -> list[Packet | None]:
    """Return the rows of each partition, by bucket and, within one, in the order of the source."""
    found: list[Packet | None] = [None] * options.partitions
    held: list[pl.DataFrame] = []
    for partition in partitions:
        # With their texts: the numbers of a dictionary are this task's own.
        held.append(encoded.decode(partition.do()))
        # Pieces of a partition too large for memory are one packet: the reducer orders them anew.
        if partition.whole and held[-1].height:
            number = int(held[-1][BUCKET][0]) // options.width
            found[number] = Packet.of(pl.concat(held), options.compressed)
        if partition.whole:
            held.clear()
    return found


class BadRowsInMemory:
    """The bad rows of a piece: the driver writes them to quarantine, a bounded number at a time."""

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
