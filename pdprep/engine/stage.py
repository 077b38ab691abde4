"""Stage a prepared frame: CSV parts and the Avro schema in a folder, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import disks
from pdprep.contract.contract import Contract
from pdprep.contract.rules.rule import Route
from pdprep.engine.consume import consume, parts, remove
from pdprep.engine.parts import Part, Writer
from pdprep.engine.run import Batch
from pdprep.engine.validate import Engine, check, check_route, checked_engine
from pdprep.errors import InputError
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKET
from pdprep.progress import Listener, silent
from pdprep.validation.report import Report
from pdprep.validation.wording import plural

OnRows = Callable[[pl.DataFrame], None]
SCHEMA: Final = "schema.avsc"


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
    engine: Engine = "local",
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
        engine: local, or ray: the same parts from many machines. Rows do not come to this process then, so
            there is nothing for ``on_rows``.

    Raises:
        InputError: Ray is asked for and not installed, or does not reach the source or the folder.
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
    checked_engine(engine)
    with disks.told(Path(folder)):
        if engine == "ray":
            kept_aside = None if quarantine is None else Path(quarantine)
            return _stage_on_ray(prepared, Path(folder), route, on_part, kept_aside, listener, scratch)
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
    writer = Writer(target, prepared.dataset, prepared.contract.columns, on_part or (lambda part: None))

    def write(batch: Batch) -> None:
        writer.write(batch.escaped, extreme=batch.extreme)
        if on_rows:
            on_rows(batch.rows.drop(ROW, BUCKET))

    try:
        with writer:
            done = consume(
                prepared, route, write, quarantine=Path(quarantine or target), listener=listener,
                partitions=partitions, scratch=scratch,
            )  # fmt: skip
        # Some rules only the whole source breaks, so parts may be on their way to S3: they are no import yet.
        done.check(prepared)
    except BaseException:
        # An import job takes every CSV of a folder: what is left of half a run would be imported.
        remove(target, prepared.dataset, "csv")
        raise
    schema = write_schema(target, prepared.contract)
    return Staged(tuple(writer.parts), done.rows, done.report, prepared.contract, schema, done.quarantine)


def _stage_on_ray(
    prepared: Prepared,
    folder: Path,
    route: Route,
    on_part: Callable[[Part], None] | None,
    quarantine: Path | None,
    listener: Listener,
    scratch: Path | None,
) -> Staged:
    from pdprep.engine.executors.ray_engine import write_parts

    check_route(route)
    target = _emptied(folder, check(prepared))

    def named(part: Part) -> None:
        # Workers may see the folder under another path, so they name a part by its file alone.
        if on_part:
            on_part(replace(part, path=target / part.path))

    try:
        done, written = write_parts(
            prepared, route, target.resolve(), quarantine=quarantine or target, on_part=named,
            listener=listener, scratch=scratch,
        )  # fmt: skip
    except BaseException:
        remove(target, prepared.dataset, "csv")
        raise
    finally:
        for left in target.glob(f".{prepared.dataset}-*.csv-*"):  # of a worker that died as it wrote
            left.unlink()
    schema = write_schema(target, prepared.contract)
    here = tuple(replace(part, path=target / part.path) for part in written)
    return Staged(here, done.rows, done.report, prepared.contract, schema, done.quarantine)


def write_schema(folder: Path, contract: Contract) -> Path:
    """Write the Avro schema of a contract into a folder, and return the file."""
    path = folder / SCHEMA
    path.write_text(contract.to_avro(), encoding="utf-8", newline="\n")
    return path


def _emptied(folder: Path, prepared: Prepared) -> Path:
    """Make the folder, without the parts of an earlier run: an import takes every CSV of a folder."""
    sources = {Path(file).resolve() for file in prepared.source.files}
    if sources & {path.resolve() for path in parts(folder, prepared.dataset, "csv")}:
        raise InputError(
            f"{folder} holds the source itself under a part's name",
            "another folder",
            f'folder="{folder / "staged"}"',
        )
    folder.mkdir(parents=True, exist_ok=True)
    remove(folder, prepared.dataset, "csv")
    return folder
