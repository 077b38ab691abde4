"""Read the words of a command, run it, and end with a status that a script can act on."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Any, Final, NoReturn, get_args

from pdprep import __version__, errors, platforms
from pdprep.cli import commands, show
from pdprep.contract.catalogue import DATASETS, DOMAINS
from pdprep.contract.rules.rule import Route
from pdprep.errors import PdprepError, RefusedError
from pdprep.flags import SHARED, Flag, flag

# What a status says; the first class that an error is of. docs/command.md has the same table.
STATUSES: Final = (
    (errors.ValidationError, 1),
    (errors.RefusedError, 3),
    (errors.ServiceError, 4),
    (errors.LocalServerError, 4),
    (errors.JobError, 4),
    (errors.DiskError, 5),
    (errors.LedgerError, 5),
    (errors.PdprepError, 2),
)
INTERRUPTED, BUG = 130, 70  # as shells and sysexits.h have them
EPILOG: Final = """\
exit status:
  0  done              3    refused unless a flag asks for it
  1  rows break rules  4    the service or a job said no
  2  cannot be used    5    the disk or the ledger cannot be written
"""
PAIR: Final = "FIELD=COLUMN"
FLAGS: Final = {
    **SHARED,
    "dataset": flag(
        "--dataset",
        choices=DATASETS,
        metavar="TYPE",
        help=f"what the rows are, always needed: one of {', '.join(DATASETS)}",
    ),
    "domain": flag(
        "--domain",
        type=str.upper,
        choices=DOMAINS,
        help="the domain whose schema the rows are held to, where no group that exists tells it",
    ),
    "file": flag("file", metavar="FILE", help="CSV, Parquet, JSON lines ...; a glob in quotes, or s3://..."),
    "group": flag("--group", metavar="NAME", required=True, help="the dataset group"),
    "of": flag("of", metavar="DATASET", help="the dataset type"),
    "column": flag(
        "--column", metavar=PAIR, action="append", default=[],
        help="the column that fills a field of the schema; may be repeated",
    ),
    "metadata": flag(
        "--metadata", metavar=PAIR, action="append", default=[],
        help="a further field of your own, and its column; may be repeated",
    ),
    "max-invalid": flag(
        "--max-invalid", type=float, metavar="SHARE", help="the share of rows, 0 to 1, that may be set aside"
    ),
    "route": flag(
        "--route", choices=get_args(Route), help="the one way it will go; without it, both have to be open"
    ),
    "to": flag("--to", metavar="FOLDER", required=True, help="where to write"),
    "keep": flag("--keep", action="store_true", help="keep the CSV files in S3 after the import"),
    "resend": flag("--resend", action="store_true", help="send also what the service has taken already"),
    "out": flag("--out", metavar="FILE", help="write every record to this .csv, .parquet or .ndjson"),
    "values": flag("--values", action="store_true", help="show the values of rows that break a rule"),
    "json": flag("--json", action="store_true", help="one JSON document on standard output"),
}  # fmt: skip
_SOURCE: Final = ("file", "dataset", "column", "metadata", "on-invalid", "max-invalid", "domain")
_PLACE: Final = ("profile", "home", "json")
TAKES: Final = {
    "check": (*_SOURCE, "route", "group", "values", "engine", *_PLACE),
    "stage": (*_SOURCE, "to", "group", "engine", *_PLACE),
    "plan": (*_SOURCE, "group", "fill", "engine", *_PLACE),
    "bulk": (*_SOURCE, "group", "mode", "replace", "shrink", "keep", "engine", *_PLACE),
    "put": (*_SOURCE, "group", "new-only", "fill", "resend", "rate", "fast", *_PLACE),
    "records": ("of", "group", "out", *_PLACE),
    "jobs": ("group", *_PLACE),
}
# These can do without a group: then the schema is the one of the catalogue.
ALONE: Final = ("check", "stage")


class Parser(argparse.ArgumentParser):
    """A parser whose errors have two lines."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"{self.prog}: {message}\n  Try: {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    found = Parser("pdprep", description="Get data into Amazon Personalize.", epilog=EPILOG, **_AS_WRITTEN)
    found.add_argument("--version", action="version", version=f"pdprep {__version__}")
    below = found.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, flags in TAKES.items():
        run = getattr(commands, name)
        about = (run.__doc__ or "").partition("\n")[0]
        one = below.add_parser(name, help=about, description=about, epilog=EPILOG, **_AS_WRITTEN)
        one.set_defaults(run=run, command=name)
        for each in flags:
            _add(one, FLAGS[each], optional=each == "group" and name in ALONE)
    below.add_parser("local", help="Run the local Personalize until Ctrl-C.", add_help=False)
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        words: The words after ``pdprep``; by default those that the process was started with.
    """
    typed = list(sys.argv[1:] if words is None else words)
    for stream in (sys.stdout, sys.stderr):  # a console of Windows may not know every letter
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")
    if typed[:1] == ["local"]:
        return _local(typed[1:])
    args = parser().parse_args(typed)
    warnings.showwarning = lambda message, *_, **__: print(f"Note: {message}", file=sys.stderr)
    try:
        return int(args.run(args))
    except PdprepError as error:
        show.error(error, _hint(error, args, typed), as_json=args.json)
        return next(status for kind, status in STATUSES if isinstance(error, kind))
    except KeyboardInterrupt as interrupt:
        if str(interrupt):  # what becomes of the job
            print(interrupt, file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        traceback.print_exc()
        return BUG


_AS_WRITTEN: Final[dict[str, Any]] = {"formatter_class": argparse.RawDescriptionHelpFormatter}


def _add(one: argparse.ArgumentParser, each: Flag, *, optional: bool) -> None:
    settings = {**each.settings, "required": False} if optional else dict(each.settings)
    one.add_argument(*each.names, **settings)


def _hint(error: PdprepError, args: argparse.Namespace, typed: Sequence[str]) -> str:
    """Return what to type next in a shell; a hint that is Python says so."""
    if isinstance(error, RefusedError) and error.flags:
        return platforms.shell(["pdprep", *typed, *(each for each in error.flags if each not in typed)])
    if isinstance(error, errors.InputError) and hasattr(args, "file"):
        told = commands.proposed(args)
        if told:
            return platforms.shell(["pdprep", *typed, *told])
    return show.here(error.hint)


def _local(words: Sequence[str]) -> int:
    """Become ``python -m pdprep.local``, which the client knows by its address alone."""
    sys.argv = ["pdprep local", *words]
    try:
        runpy.run_module("pdprep.local", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
