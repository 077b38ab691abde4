"""One pass over a frame for one route: each batch goes to a consumer, bad rows to quarantine or nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.contract.rules.rule import Route
from pdprep.engine.reporting import build_report
from pdprep.engine.run import Batch, Totals, run
from pdprep.errors import ValidationError
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.progress import Listener, Progress
from pdprep.validation.report import Report
from pdprep.validation.wording import plural

ASIDE_ROWS: Final = 500_000  # rows of a quarantine file


@dataclass(frozen=True)
class Consumed:
    """What a pass has found.

    Attributes:
        rows: Rows that went to the consumer.
        read: Rows of the source.
        bad: Rows that break a rule of the route.
        report: All that was found.
        quarantine: Parquet files of the rows set aside, with the rules they break.
    """

    rows: int
    read: int
    bad: int
    report: Report
    quarantine: tuple[Path, ...]

    def check(self, prepared: Prepared) -> None:
        """Stop where the rows must not be sent.

        Raises:
            ValidationError: A rule is broken that stops the route, or by more rows than ``max_invalid``.
        """
        most = prepared.options.max_invalid
        # First, since a report of too many bad rows is not ok either, and could name one of the rules alone.
        if most is not None and self.bad > most * self.read:
            raise ValidationError(
                f"{self.bad:,} of {self.read:,} rows break a rule",
                f"at most {most:.2%} (max_invalid={most})",
                "pdprep.validate(frame)  # shows which",
                report=self.report,
            )
        if not self.report.ok:
            raise invalid(self.report)


def consume(
    prepared: Prepared,
    route: Route,
    consumer: Callable[[Batch], None],
    *,
    quarantine: Path,
    listener: Listener,
    partitions: int | None = None,
    scratch: Path | None = None,
) -> Consumed:
    """Read and judge a frame, and hand its good rows to a consumer, a partition at a time.

    Args:
        prepared: What to read.
        route: The route whose rules are asked.
        consumer: Takes each batch; none is held when the next one is read.
        quarantine: The folder for rows that break a rule, where ``on_invalid`` keeps them.
        listener: Hears the progress.
        partitions: How many partitions to use.
        scratch: The folder for what does not fit into memory.
    """
    totals, kept_aside = Totals(), Quarantine(prepared, quarantine)
    for batch in run(
        prepared, totals, route=route, listener=listener, partition_count=partitions, scratch=scratch,
        bad_rows=kept_aside if prepared.on_invalid == "quarantine" else None, only=True,
    ):  # fmt: skip
        consumer(batch)
        listener(Progress("stage", batch.done, batch.total))
        del batch  # a partition is let go before the next one is there
    kept_aside.close()
    report = build_report(prepared, totals, route)
    return Consumed(totals.kept, totals.read, totals.bad, report, tuple(kept_aside.files))


class Quarantine:
    """The rows set aside, as Parquet files of a bounded number of rows."""

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self.stem = f"quarantine-{prepared.dataset}"
        self._waiting: list[pl.DataFrame] = []
        remove(folder, self.stem, "parquet")  # an earlier run's rows would be taken for rows of this one

    def take(self, bad: pl.DataFrame) -> None:
        """Keep bad rows with the rules they break."""
        # No lock: StreamValidator lets one thread in at a time.
        self._waiting.append(bad)
        if sum(each.height for each in self._waiting) >= ASIDE_ROWS:
            self.close()

    def forget(self) -> None:
        """Remove what was kept."""
        self._waiting.clear()
        self.files.clear()
        remove(self.folder, self.stem, "parquet")

    def close(self) -> None:
        """Write the rows that wait, in the source's order."""
        if self._waiting:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = self.folder / f"{self.stem}-{len(self.files):05d}.parquet"
            # Batches come from several threads, so a file is put in order before it is written.
            pl.concat(self._waiting).sort(ROW).write_parquet(file)
            self.files.append(file)
            self._waiting.clear()


def invalid(report: Report) -> ValidationError:
    """Return the error that names the first broken rule of a report and where it is broken."""
    blocking = report.blocking(report.route)
    first = blocking.row(0, named=True)
    more = f", and {blocking.height - 1} more" if blocking.height > 1 else ""
    where = _first_row(report, first)
    found = (
        f"{first['dataset']}: {first['says']} ({first['rule']}: {where or format(first['rows'], ',')}){more}"
    )
    return ValidationError(found, "nothing was sent", first["mend"], report=report)


def _first_row(report: Report, count: dict[str, object]) -> str:
    rows = report.failures.filter(pl.col("rule") == count["rule"], pl.col("column") == count["column"])
    if not rows.height:
        return ""
    row = rows.row(0, named=True)
    line = f" ({row['file']} line {row['line']})" if row["line"] is not None else ""
    return f"{plural(int(str(count['rows'])), 'row')}, first row {row['row']}{line}, column {row['column']}"


def parts(folder: Path, stem: str, ending: str) -> list[Path]:
    """Return the numbered files of a name in a folder."""
    # Five digits, so that interactions-2026.csv, which is the user's, is never removed as a part of ours.
    return list(folder.glob(f"{stem}-{'[0-9]' * 5}.{ending}"))


def remove(folder: Path, stem: str, ending: str) -> None:
    """Remove the numbered files of a name from a folder."""
    for path in parts(folder, stem, ending):
        platforms.remove(path)
