"""What each command does: call what the magics call, show it, say how it went."""

from __future__ import annotations

import time
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pdprep.cli import show
from pdprep.errors import InputError, PdprepError
from pdprep.preparation.inference import infer_contract
from pdprep.preparation.prepare import Prepared, prepare

if TYPE_CHECKING:
    import polars as pl

    from pdprep.group import DatasetGroup
    from pdprep.personalize.jobs.job import Job

LOOK_SECONDS: Final = 0.1
WRITERS: Final = {".csv": "sink_csv", ".parquet": "sink_parquet", ".ndjson": "sink_ndjson"}


def check(args: Namespace) -> int:
    """Say what is wrong with a file; nothing is sent."""
    from pdprep.engine.validate import checked_engine, validate

    with show.Progressing() as listener:
        engine = checked_engine(args.engine or "local")
        report = validate(
            _prepared(args), route=args.route, show_values=args.values, listener=listener, engine=engine
        )
    show.report(report, args.json)
    # A script does not read: what one route would stop must not pass in it unseen.
    return 0 if report.all_open else 1


def stage(args: Namespace) -> int:
    """Write the CSV parts and the Avro schema of a file to a folder."""
    from pdprep.engine.stage import stage
    from pdprep.engine.validate import checked_engine

    with show.Progressing() as listener:
        engine = checked_engine(args.engine or "local")
        staged = stage(_prepared(args), args.to, listener=listener, engine=engine)
    show.staged(staged, args.json)
    return 0


def plan(args: Namespace) -> int:
    """Say what sending a file would do; nothing is sent."""
    found = _group(args).plan(_prepared(args), fill=args.fill, engine=args.engine)
    show.plan(found, args.json)
    return 1 if found.report.stops(found.route) else 0


def bulk(args: Namespace) -> int:
    """Import a file in bulk and wait for the end."""
    settings = {name: getattr(args, name) for name in ("replace", "shrink", "keep", "engine")}
    return _sent(args, _group(args).bulk(_prepared(args), args.mode, **settings))


def put(args: Namespace) -> int:
    """Put a file's records one by one and wait for the end."""
    settings = {name: getattr(args, name) for name in ("new_only", "fill", "resend", "rate", "fast")}
    return _sent(args, _group(args).put(_prepared(args), **settings))


def records(args: Namespace) -> int:
    """Say which records went in bulk and which incrementally."""
    found = _group(args).records(args.of)
    if args.out:
        _write(found.frame, args.out)
    show.records(found, args.json)
    return 0


def jobs(args: Namespace) -> int:
    """List what is running and what ran, newest first."""
    show.jobs(_group(args).jobs(), args.json)
    return 0


def proposed(args: Namespace) -> list[str]:
    """Return the flags that map a file's columns, where it can be read so and nothing was mapped yet."""
    if args.column or args.metadata or args.dataset is None:
        return []
    domain: Any = args.domain or "CUSTOM"
    with suppress(PdprepError):
        found = infer_contract(args.file, args.dataset, domain)
        # Numbers may be written in a way that only Python reads; text is text.
        own = {name: given[0] for name, given in found.metadata.items() if given[1].type == "string"}
        for metadata in ({}, own):
            with suppress(PdprepError):
                prepare(args.file, args.dataset, domain=domain, columns=found.columns, metadata=metadata)
                return [] if found.missing else show.mapped(found.columns, metadata)
    return []


def _group(args: Namespace) -> DatasetGroup:
    """Connect once a command: the second call finds what the first one found."""
    from pdprep.group import connect

    if not hasattr(args, "connected"):
        domain = getattr(args, "domain", None)
        args.connected = connect(args.group, domain, profile=args.profile, home=args.home)
    found: DatasetGroup = args.connected
    return found


def _prepared(args: Namespace) -> Prepared:
    dataset = args.dataset
    if dataset is None:
        raise InputError("no dataset type", "what the rows of the file are", "--dataset interactions")
    settings: dict[str, Any] = {"columns": _pairs(args.column, "--column") or None}
    settings["metadata"] = _pairs(args.metadata, "--metadata") or None
    settings["max_invalid"] = args.max_invalid
    if args.on_invalid:
        settings["on_invalid"] = args.on_invalid
    if args.group:
        return _group(args).prepare(args.file, dataset, **settings)
    return prepare(args.file, dataset, domain=args.domain or "CUSTOM", **settings)


def _pairs(words: list[str], name: str) -> dict[str, str]:
    """Read ``FIELD=COLUMN``; a column may hold further equals signs."""
    found = dict(word.partition("=")[::2] for word in words)
    bad = [field for field, column in found.items() if not field or not column]
    if bad:
        raise InputError(f"{name} {bad[0]}", "a field and a column", f"{name} USER_ID=userId")
    return found


def _sent(args: Namespace, job: Job) -> int:
    """Follow a job to its end; Ctrl-C ends it after the step in hand."""
    with show.Progressing() as listener:
        unsubscribe = job.subscribe(lambda each: listener(each.progress))
        try:
            while not job.finished:
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            job.stop()
            show.stopped(job, args.group)
            raise
        finally:
            unsubscribe()
    job.wait()
    show.job(job, args.json)
    return 0


def _write(frame: pl.LazyFrame, place: str) -> None:
    writer = WRITERS.get(Path(place).suffix.lower())
    if writer is None:
        raise InputError(
            f"--out {place}", f"a file that ends in {', '.join(WRITERS)}", "--out records.parquet"
        )
    getattr(frame, writer)(place)
