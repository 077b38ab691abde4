"""The same rows, drawn at random, give the same bytes from every source: those that the rules ask for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from pdprep import Prepared, prepare, read, stage
from pdprep.errors import IdFormError
from tests.preparation import reader
from tests.wild import reference
from tests.wild.cases import SOURCES, Record, Table
from tests.wild.drawn import Drawn, tables

EXAMPLES = 10_000 if os.environ.get("PDPREP_DEEP") else 24
AT_ONCE = 4  # sources for each example, which are drawn: every source has its share of the examples


@settings(max_examples=EXAMPLES)
@given(tables(), st.data())
def test_drawn_rows_give_the_same_bytes_from_every_source_and_like_a_history(
    drawn: Drawn, data: st.DataObject
) -> None:
    fit = [kind for kind in SOURCES if kind not in drawn.table.but]
    kinds = data.draw(st.permutations(fit))[:AT_ONCE]
    with TemporaryDirectory() as folder:
        found = {kind: staged(drawn.table, kind, Path(folder, str(n)))[1] for n, kind in enumerate(kinds)}
        wanted = reference.records(drawn)
        for kind, parts in found.items():
            note(f"{kind}: {records(parts)}")
            assert records(parts) == wanted
            assert parts == found[kinds[0]]
        before, after = (data.draw(st.sampled_from(kinds)) for _ in range(2))
        half = drawn.half
        past, today = drawn.part(0, half), drawn.part(half, len(drawn.rows))
        history, parts = staged(past.table, before, Path(folder, "history"))
        assert records(parts) == reference.records(past)
        forms = reference.forms(past)
        if reference.fits(today, forms):
            _, parts = staged(today.table, after, Path(folder, "today"), like=history)
            assert records(parts) == reference.records(today, forms)
        else:
            with pytest.raises(IdFormError):
                staged(today.table, after, Path(folder, "today"), like=history)


def staged(
    table: Table, kind: str, folder: Path, like: Prepared | None = None
) -> tuple[Prepared, list[bytes]]:
    """Stage a table from a kind of source, and return the bytes of its parts."""
    folder.mkdir()
    source = SOURCES[kind](table, folder)
    if table.call.before:
        source = table.call.before(_lazy(source))
    if like is None:
        made = prepare(
            source, table.call.dataset, columns=table.call.columns, metadata=table.call.metadata,
            on_invalid="drop",
        )  # fmt: skip
    else:
        made = prepare(source, like=like)
    found = stage(made, folder / "staged", route="put")
    return made, [part.path.read_bytes() for part in found.parts]


def _lazy(source: Any) -> pl.LazyFrame:
    """Return a source as one writes it before a step."""
    if isinstance(source, Path):
        return read(source)
    if isinstance(source, pd.DataFrame):
        return pl.from_pandas(source).lazy()
    return pl.DataFrame(source).lazy() if isinstance(source, pa.Table) else source.lazy()


def records(parts: Sequence[bytes]) -> list[Record]:
    rows = [tuple(row) for part in parts for row in reader.read(part)[1]]
    return sorted(rows, key=lambda row: [value or "" for value in row])
