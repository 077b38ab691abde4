"""Stage a prepared frame: CSV parts and the Avro schema in a folder, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import disks
from pdprep.contract.contract import Contract
from pdprep.contract.rules import Route
from pdprep.engine.account import account
from pdprep.engine.buckets import BUCKET
from pdprep.engine.parts import Part, Writer
from pdprep.engine.run import Batch, Tally, run
from pdprep.engine.validate import check, check_route
from pdprep.errors import InputError, ValidationError
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.progress import Listener, Progress, silent
from pdprep.validation.report import Report, plural

OnRows = Callable[[pl.DataFrame], None]
SCHEMA: Final = "schema.avsc"
ASIDE_ROWS: Final = 500_000  # rows of a quarantine file


@dataclass(frozen=True)
class Staged:
    """What stands in the folder.

    Attributes:
        parts: The CSV files in order.
        rows: Rows in all parts.
        report: What was found on the way.
        contract: The contract that the parts fulfil.
        schema_path: The Avro schema for CreateSchema.
        quarantine: Parquet files of the rows set aside, with the rules they break.
    """

    parts: tuple[Part, ...]
    rows: int
    report: Report
    contract: Contract
    schema_path: Path
    quarantine: tuple[Path, ...] = ()

    @property
    def ids(self) -> int:
        """Distinct ids of the dataset's key: users for interactions."""
        return self.report.known[self.contract.dataset].summary.ids

    @property
    def bytes(self) -> int:
        """Bytes in all parts."""
        return sum(part.bytes for part in self.parts)

    def __repr__(self) -> str:
        return f"<Staged {self.contract.dataset}: {self.rows:,} records in {plural(len(self.parts), 'part')}>"


def stage(
    prepared: Prepared,
    folder: str | Path,
    *,
    route: Route = "bulk",
    on_part: Callable[[Part], None] | None = None,
    on_rows: OnRows | None = None,
    quarantine: str | Path | None = None,
    listener: Listener = silent,
    partitions: int | None = None,
    scratch: Path | None = None,
) -> Staged:
    """Write the CSV parts and the Avro schema of a prepared frame.

    Args:
        prepared: What ``prepare`` returned.
        folder: Where to write; made if it is missing. Parts of an earlier run in it are replaced.
        route: The route whose rules must hold.
        on_part: Hears of each finished part, so that it can be uploaded while the next is written.
        on_rows: Sees the contract's fields of the rows as they are written, some of them at a time.
        quarantine: Where rows that break a rule are kept, as Parquet; a folder, by default the parts' own.
        listener: Hears the progress.
        partitions: How many partitions to use; the bytes are the same for any number.
        scratch: The folder for what does not fit into memory; by default one of this user's in the system's
            temporary folder. What a killed process left there is removed.

    Raises:
        ValidationError: A rule is broken that stops the route; no part is left in the folder.
        DiskError: A disk is full, or the limit on the size of files is reached; no part is left either.

    >>> import tempfile, polars as pl
    >>> from pdprep.contract.fields import Field
    >>> from pdprep.preparation.prepare import prepare
    >>> frame = pl.DataFrame({"ITEM_ID": ["a"], "BRAND": ['"x"']})
    >>> items = prepare(frame, "items", metadata={"BRAND": "BRAND"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     stage(items, folder).parts[0].path.read_text()
    'ITEM_ID,BRAND\\na,"\\\\"x\\\\""\\n'
    """
    with disks.told(Path(folder)):
        return _stage(
            prepared, Path(folder), route, on_part, on_rows, quarantine, listener, partitions, scratch
        )


def _stage(
    prepared: Prepared,
    folder: Path,
    route: Route,
    on_part: Callable[[Part], None] | None,
    on_rows: OnRows | None,
    quarantine: str | Path | None,
    listener: Listener,
    partitions: int | None,
    scratch: Path | None,
) -> Staged:
    check_route(route)
    target = _emptied(folder, check(prepared))
    tally, aside = Tally(), _Aside(prepared, Path(quarantine or target))
    writer = Writer(target, prepared.dataset, prepared.contract.columns, on_part or _ignore)
    kept = aside if prepared.on_invalid == "quarantine" else None
    try:
        with writer:
            batches = run(
                prepared,
                tally,
                route=route,
                listener=listener,
                partition_count=partitions,
                aside=kept,
                scratch=scratch,
            )
            _write(batches, writer, on_rows or _ignore, listener)
        aside.close()
        report = account(prepared, tally, route)
        _stop_if_invalid(prepared, report, tally)
    except BaseException:
        _remove(target, prepared.dataset, "csv")
        raise
    schema = _write_schema(target, prepared.contract)
    return Staged(tuple(writer.parts), tally.kept, report, prepared.contract, schema, tuple(aside.files))


def _write(batches: Iterator[Batch], writer: Writer, on_rows: OnRows, listener: Listener) -> None:
    for batch in batches:
        writer.write(batch.rows, batch.unusual)
        on_rows(batch.rows.drop(ROW, BUCKET))
        listener(Progress("stage", batch.done, batch.total))
        del batch  # a partition is let go before the next one is there


class _Aside:
    """The rows set aside, as Parquet files of a bounded number of rows."""

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self.stem = f"quarantine-{prepared.dataset}"
        self._waiting: list[pl.DataFrame] = []
        _remove(folder, self.stem, "parquet")

    def take(self, bad: pl.DataFrame) -> None:
        """Keep bad rows with the rules they break."""
        self._waiting.append(bad)
        if sum(each.height for each in self._waiting) >= ASIDE_ROWS:
            self.close()

    def forget(self) -> None:
        """Remove what was kept."""
        self._waiting.clear()
        self.files.clear()
        _remove(self.folder, self.stem, "parquet")

    def close(self) -> None:
        """Write the rows that wait, in the source's order."""
        if self._waiting:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = self.folder / f"{self.stem}-{len(self.files):05d}.parquet"
            pl.concat(self._waiting).sort(ROW).write_parquet(file)
            self.files.append(file)
            self._waiting.clear()


def _stop_if_invalid(prepared: Prepared, report: Report, tally: Tally) -> None:
    most = prepared.options.max_invalid
    if most is not None and tally.bad > most * tally.read:
        raise ValidationError(
            f"{tally.bad:,} of {tally.read:,} rows break a rule",
            f"at most {most:.2%} (max_invalid={most})",
            "pdprep.validate(...) shows which",
            report=report,
        )
    if not report.ok:
        raise invalid(report)


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


def _write_schema(folder: Path, contract: Contract) -> Path:
    path = folder / SCHEMA
    path.write_text(contract.to_avro(), encoding="utf-8")
    return path


def _emptied(folder: Path, prepared: Prepared) -> Path:
    """Make the folder, without the parts of an earlier run: an import takes every CSV of a folder."""
    sources = {Path(file).resolve() for file in prepared.source.files}
    if sources & {path.resolve() for path in _parts(folder, prepared.dataset, "csv")}:
        raise InputError(
            f"{folder} holds the source itself under a part's name",
            "another folder",
            f'pdprep.stage(..., "{folder}/staged")',
        )
    folder.mkdir(parents=True, exist_ok=True)
    _remove(folder, prepared.dataset, "csv")
    return folder


def _parts(folder: Path, stem: str, ending: str) -> list[Path]:
    return list(folder.glob(f"{stem}-{'[0-9]' * 5}.{ending}"))


def _remove(folder: Path, stem: str, ending: str) -> None:
    for path in _parts(folder, stem, ending):
        path.unlink(missing_ok=True)


def _ignore(news: object) -> None:
    """Hear of a part or of rows and do nothing."""
