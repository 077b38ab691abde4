"""The totals of a pass as a report."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import polars as pl

from pdprep.contract import shape
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import Rule
from pdprep.engine.lines import locate, short
from pdprep.engine.run import Totals
from pdprep.preparation.like_events import HEAD, like_events
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import own, reading
from pdprep.preparation.sources import FILE, ROW
from pdprep.validation.breaches import breaches
from pdprep.validation.fixes import fix, fix_all, fix_fields
from pdprep.validation.known import Known
from pdprep.validation.report import Report
from pdprep.validation.report_frames import COUNTS, FAILURES, ROWS

_ASIDE = {"quarantine": "quarantined", "drop": "dropped", "raise": "invalid"}


def build_report(prepared: Prepared, totals: Totals, route: str | None) -> Report:
    """Return the report of one dataset."""
    counts = pl.DataFrame(list(_counts(prepared, totals, route)), schema=COUNTS)
    return Report(
        pl.DataFrame([_rows(prepared, totals)], schema=ROWS),
        counts.sort(pl.col("level") != "error", maintain_order=True),
        _failures(prepared, totals.examples, counts),
        route=route,
        known={
            prepared.dataset: Known(
                prepared.contract,
                totals.summary,
                totals.profile,
                prepared.local_times,
                prepared.thousands,
                short(prepared.source),
                prepared.id_forms.known,
                weakref.ref(prepared),  # a report that a notebook keeps does not keep its frame
                {name: column for name in prepared.contract.names if (column := prepared.origin(name))},
                _like_events(prepared, totals),
            )
        },
        too_many=_too_many(prepared, totals),
    )


def _like_events(prepared: Prepared, totals: Totals) -> str:
    """Say so where a catalogue of which most ids have several rows looks like events."""
    key = prepared.origin(prepared.contract.key)
    # Of a proper catalogue no row is read again: that its ids come once has been counted already.
    if prepared.contract.event_like or key is None or 2 * totals.summary.ids > totals.read:
        return ""
    with reading(prepared.source):
        head = own(prepared.source).head(HEAD).collect()
    return str(like_events(head, prepared.dataset, key) or "")


def _too_many(prepared: Prepared, totals: Totals) -> tuple[str, ...]:
    """Say so where more rows were set aside than ``max_invalid`` accepts, which then are not set aside."""
    most = prepared.options.max_invalid
    if most is None or totals.bad <= most * totals.read:
        return ()
    said = f"{totals.bad / totals.read:.2%} of its rows break a rule, at most {most:.2%} may (max_invalid)"
    return (f"{prepared.dataset}: {said}",)


def merged(reports: list[Report], route: str | None, show_values: bool) -> Report:
    """Return one report of several frames; those of one dataset type are known together."""
    known: dict[str, Known] = {}
    for name, each in (found for report in reports for found in report.known.items()):
        known[name] = known[name] + each if name in known else each
    return Report(
        pl.concat([each.rows for each in reports]),
        pl.concat([each.counts for each in reports]),
        pl.concat([each.failures for each in reports]),
        route=route,
        show_values=show_values,
        known=known,
        too_many=tuple(said for each in reports for said in each.too_many),
    )


def _rows(prepared: Prepared, totals: Totals) -> dict[str, Any]:
    empty = dict.fromkeys(_ASIDE.values(), 0)
    return {
        "dataset": prepared.dataset,
        "read": totals.read,
        "kept": totals.kept,
        "duplicates": totals.duplicates,
        **empty,
        _ASIDE[prepared.on_invalid]: totals.bad,
    }


def _counts(prepared: Prepared, totals: Totals, route: str | None) -> Iterator[dict[str, Any]]:
    for (name, column), count in sorted(totals.counts.items()):
        rule, values = registry.rule(name), totals.examples.filter(rule=name, column=column)["value"]
        yield {
            **breach(prepared.dataset, rule, column, count),
            "mend": fix(prepared, rule, column, values),
        }
    # Rows that stop everything are to be mended, not lost: a minimum must not fail for want of them.
    waiting = totals.bad if prepared.on_invalid == "raise" else 0
    for rule, figure in breaches(prepared.contract, totals.summary, route, waiting):
        yield {**breach(prepared.dataset, rule, "", figure), "mend": fix_all(prepared, rule, totals.summary)}
    for rule, names in shape.breaches(prepared.contract):
        if not rule.blocks(None):  # else prepare has refused it, or the service has taken it
            mended = fix_fields(prepared, rule)
            yield {**breach(prepared.dataset, rule, ", ".join(names), len(names)), "mend": mended}


def breach(dataset: str, rule: Rule, column: str, rows: int) -> dict[str, Any]:
    """Return the row of a report's counts for a broken rule."""
    return {
        "dataset": dataset,
        "rule": rule.name,
        "level": rule.level,
        "stops": rule.stops,
        "column": column,
        "rows": rows,
        "says": rule.text,
        "mend": rule.fix(),
    }


def _failures(prepared: Prepared, examples: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    # Polars numbers rows, not lines: lines are looked up for these few rows alone. Where there are none, as
    # in Parquet, a lone file still has its name.
    places = locate(prepared.source, examples[ROW].to_list())
    one = prepared.source.files[0] if len(prepared.source.files) == 1 else None
    mends = {(rule, column): mend for rule, column, mend in counts.select("rule", "column", "mend").rows()}
    rows = []
    for row in examples.iter_rows(named=True):
        file, line = places.get(row[ROW], (row[FILE] or one, None))
        rows.append(
            {
                "dataset": prepared.dataset,
                "row": row[ROW],
                "file": file,
                "line": line,
                "column": row["column"],
                "rule": row["rule"],
                "value": row["value"],
                "mend": mends[row["rule"], row["column"]],
            }
        )
    return pl.DataFrame(rows, schema=FAILURES)
