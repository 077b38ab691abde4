"""What is sent stays what it was, by bytes: parts, payloads, records and reports beside checksums kept here.

``python -m tests.engine.kept_bytes_test`` writes ``kept_bytes.json`` anew, for a change that is meant to
change what is sent, and for nothing else. Data and way are in the name of each checksum.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import polars as pl
import pytest

import pdprep
from benchmarks.shapes import SHAPES
from pdprep import Prepared, Report, stage, validate
from pdprep.contract.payload_texts import texts
from pdprep.demo import movielens_like
from pdprep.ledger import contracts, record_files
from pdprep.ledger.ledger import open_ledger
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts import planned
from pdprep.personalize.puts.request import PutRequest
from tests.conftest import REAL

KEPT: Final = Path(__file__).with_suffix("").with_name("kept_bytes.json")
ROWS: Final = 3_000
FEW: Final = {"items with HTML": 200}
PARTITIONS: Final = (1, 5)


def digest(*pieces: bytes | str) -> str:
    found = sha256()
    for piece in pieces:
        found.update(piece if isinstance(piece, bytes) else piece.encode())
    return found.hexdigest()[:24]


def table(frame: pl.DataFrame) -> str:
    """Write a frame as text that no version of a file format changes."""
    return "\n".join([",".join(frame.columns), *map(repr, frame.rows())])


def of_report(report: Report) -> str:
    """A report by rule, count and row; its words may change."""
    counts = report.counts.select("dataset", "rule", "column", "rows").sort(pl.all())
    failures = report.failures.select("dataset", "rule", "column", "row").sort(pl.all())
    return digest(*map(table, (report.rows, counts, failures)))


def of_stage(prepared: Prepared, folder: Path, partitions: int) -> dict[str, str]:
    """The parts, the records that the ledger keeps beside them, and the report."""
    folder.mkdir()
    records = folder / "records"
    records.mkdir()
    written: list[int] = []

    def keep(rows: pl.DataFrame) -> None:
        record_files.write_records(records, len(written), rows, prepared.contract, first=sum(written))
        written.append(rows.height)

    staged = stage(prepared, folder / "parts", partitions=partitions, on_rows=keep)
    # How many files of records there are depends on the partitions; what they hold does not.
    held = pl.read_parquet(records / "*.parquet").sort("__row")
    return {
        "parts": digest(*(part.path.read_bytes() for part in staged.parts)),
        "records": digest(table(held)),
        "report of bulk": of_report(staged.report),
    }


def of_put(prepared: Prepared, folder: Path) -> dict[str, str]:
    """The payload of each record with its call, in the order of sending."""
    ledger, _ = open_ledger(folder, None)
    try:
        job = Job(ledger.journal.new_job(prepared.dataset, "put"), ledger)
        asked = PutRequest(SimpleNamespace(ledger=ledger), prepared)  # type: ignore[arg-type]
        plan, _ = planned.plan(asked, prepared, job)
        assert plan is not None
        rows = record_files.read_plan(ledger, plan).collect()
        payloads = texts(contracts.loads(plan.contract), rows)
        calls = rows.select(record_files.POSITION, record_files.CALL, record_files.DIGEST)
        assert job.report is not None
        return {"payloads": digest(table(calls), *payloads), "report of put": of_report(job.report)}
    finally:
        ledger.journal.close()


def shape_of(name: str, folder: Path) -> Prepared:
    shape = SHAPES[name]
    path = shape.write(folder / f"rows.{'csv' if shape.form == 'csv' else 'parquet'}", FEW.get(name, ROWS))
    prepared: Prepared = shape.prepared(shape.frame(path) if shape.form == "pandas" else path)
    return prepared


def shop(folder: Path) -> dict[str, Prepared]:
    """Ratings and films of a folder in the shape of MovieLens."""
    events: dict[str, Any] = {
        "USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "timestamp", "EVENT_VALUE": "rating"
    }  # fmt: skip
    watched = {**events, "EVENT_TYPE": pl.lit("watch")}
    title = pdprep.Field("TITLE", nullable=True, textual=True)
    return {
        "ratings": pdprep.prepare(folder / "ratings.csv", "interactions", columns=watched, on_invalid="drop"),
        "films": pdprep.prepare(
            folder / "movies.csv", "items", columns={"ITEM_ID": "movieId"},
            metadata={"GENRES": "genres", "TITLE": ("title", title)}, on_invalid="drop",
        ),
    }  # fmt: skip


def of_prepared(name: str, prepared: Prepared, folder: Path) -> Iterator[tuple[str, str]]:
    for count in PARTITIONS:
        for what, found in of_stage(prepared, folder / f"stage{count}", count).items():
            yield f"{name}: {what}", found
    yield f"{name}: report", of_report(validate(prepared))
    for what, found in of_put(prepared, folder / "ledger").items():
        yield f"{name}: {what}", found


def of_shape(name: str, folder: Path) -> Iterator[tuple[str, str]]:
    yield from of_prepared(name, shape_of(name, folder), folder)


def of_shop(name: str, source: Path, folder: Path) -> Iterator[tuple[str, str]]:
    for kind, prepared in shop(source).items():
        (folder / kind).mkdir()
        yield from of_prepared(f"{name}, {kind}", prepared, folder / kind)


def compare(found: Iterator[tuple[str, str]], about: str) -> None:
    kept = {name: each for name, each in json.loads(KEPT.read_text()).items() if name.startswith(about)}
    seen: dict[str, str] = {}
    for name, each in found:
        assert each == kept[name], name
        seen[name] = each
    assert seen == kept


@pytest.mark.parametrize("name", SHAPES)
def test_bytes_and_reports_of_a_shape_are_what_they_were(tmp_path: Path, name: str) -> None:
    compare(of_shape(name, tmp_path), f"{name}: ")


def test_bytes_and_reports_of_movielens_are_what_they_were(movielens: Path, tmp_path: Path) -> None:
    name = "MovieLens" if movielens == REAL else "like MovieLens"
    compare(of_shop(name, movielens, tmp_path), f"{name}, ")


def test_an_export_holds_what_it_held(home: Path) -> None:
    compare(of_export(home.parent), "export: ")


def of_export(folder: Path) -> Iterator[tuple[str, str]]:
    """What the service hands out of both layers."""
    shop_folder = movielens_like(folder / "shop")
    ready = shop(shop_folder)
    group = pdprep.connect("kept-bytes")
    group.bulk(ready["ratings"]).wait()
    group.put(ready["films"]).wait()
    for dataset in ("interactions", "items"):
        rows = group.export(dataset).collect()
        yield f"export: {dataset}", digest(table(rows.sort(rows.columns)))


def main() -> None:
    """Compute every checksum and write them down."""
    with tempfile.TemporaryDirectory() as place:
        folder, found = Path(place), dict[str, str]()
        for name in SHAPES:
            (folder / name).mkdir()
            found |= dict(of_shape(name, folder / name))
        for name, source in (("like MovieLens", movielens_like(folder / "shop")), ("MovieLens", REAL)):
            (folder / name).mkdir()
            found |= dict(of_shop(name, source, folder / name))
        found |= dict(of_export(folder))
    KEPT.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
