"""The first pass: rows are read, judged and put to partitions, with columns of few texts encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pdprep import clock
from pdprep.engine.buckets import Partition, partitioned, size
from pdprep.engine.stream_validator import BadRows, StreamValidator
from pdprep.preparation import scans
from pdprep.preparation.dictionary_encoding import EncodedFrame, encode
from pdprep.preparation.ids_told import Readings
from pdprep.preparation.prepare import Prepared
from pdprep.progress import Listener
from pdprep.validation.row_checks import RowCheck, row_checks


class FirstPass(NamedTuple):
    """What has been read: how it is encoded, what the validator has counted, and a way to each partition."""

    encoded: EncodedFrame
    validator: StreamValidator
    partitions: list[Partition]


@contextmanager
def first_pass(
    prepared: Prepared,
    route: str | None,
    listener: Listener,
    bad_rows: BadRows | None = None,
    partition_count: int | None = None,
    scratch: Path | None = None,
    only: bool = False,
) -> Iterator[FirstPass]:
    """Read and judge a source; its partitions are there until the block ends.

    Args:
        prepared: What to read.
        route: bulk, put, or None for the rules that stop both.
        listener: Hears how many rows have been read, and of how many where the source tells.
        bad_rows: Is given the bad rows, with the rules they break, as they are found.
        partition_count: How many partitions; told from the size of the source if not given.
        scratch: The folder for partitions that do not fit into memory.
        only: Whether rules that stop the other route alone are left out: a report tells them, a pass that
            sends has no use for them, and they cost time.
    """
    rules = [each for each in row_checks(prepared, clock.now()) if not only or each.rule.asked(route)]
    measured = size(prepared, partition_count)
    # A frame's first rows may cost as much as all: a user's query is not begun for them.
    worth = measured.partitions > 1 and bool(prepared.source.files or partition_count)
    with ExitStack() as stack:

        def read(encoded: EncodedFrame) -> FirstPass:
            validator = StreamValidator(encoded, rules, route, bad_rows)
            # An attempt that fails takes its partitions away; only one that holds is handed to the caller.
            with ExitStack() as attempt:
                partitions = partitioned(encoded.prepared, validator.on, listener, measured, scratch)
                found = FirstPass(encoded, validator, attempt.enter_context(partitions))
                validator.sort_out()  # what batches left to a thread that was busy with earlier ones
                # A file too large to be searched for escaping backslashes before it was read is searched now,
                # if some value turned out unusual: no row goes on before.
                if validator.unusual and prepared.source.blocks:
                    scans.check_escapes(prepared.source.blocks, prepared.source.files)
                stack.push(attempt.pop_all())
            return found

        yield _read(read, prepared, rules, worth, bad_rows)


def encoded_for(prepared: Prepared, rules: Sequence[RowCheck]) -> EncodedFrame:
    """Encode all but what a check of the user's own looks at, which may look at rows together."""
    return encode(prepared, but={name for each in rules if each.own for name in each.columns})


def _read(
    read: Callable[[EncodedFrame], FirstPass],
    prepared: Prepared,
    rules: Sequence[RowCheck],
    worth: bool,
    bad_rows: BadRows | None,
) -> FirstPass:
    """Read with columns encoded and a float's ``.0`` taken off ids; read again where that turns out wrong.

    There may be more texts than it seemed, or ids with a point of their own, which are kept.
    """
    readings = Readings(prepared.id_forms, prepared.source, prepared.conversions)
    # It ends: each attempt that fails gives up the encoding, or the form of one more column.
    while True:
        spelled = replace(prepared, conversions=readings.begin())
        encoded = encoded_for(spelled, rules) if worth else EncodedFrame(spelled)
        # Guesses cost nothing where they hold, which is nearly always; a wrong one costs a second reading.
        try:
            found = read(encoded)
            if readings.whole():
                return found
        # Of any kind, since it comes through Polars: encoding and ids are asked whether they were the cause.
        except Exception:
            worth = worth and not encoded.full
            if not encoded.full and not readings.failed():
                raise
        if bad_rows:
            bad_rows.forget()  # the next attempt finds them all again
