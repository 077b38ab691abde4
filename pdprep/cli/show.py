"""Results on standard output, as text or as one JSON document; progress and errors on standard error."""

from __future__ import annotations

import ast
import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pdprep import platforms
from pdprep.errors import PdprepError, ValidationError
from pdprep.progress import Progress

if TYPE_CHECKING:
    from pdprep.engine.stage import Staged
    from pdprep.ledger.records import Records
    from pdprep.personalize.jobs.history import Jobs
    from pdprep.personalize.jobs.job import Job
    from pdprep.personalize.planning.plan import Plan
    from pdprep.validation.report import Report

GAP: Final = 0.1  # s between two pictures of the progress
# What a report and an error say in Python, and what says so here.


def _sending(found: re.Match[str]) -> str:
    flag = "-".join(word for word in found.groups()[1:] if word)
    return f"pdprep {found[1]} FILE --group NAME{f' --{flag}' if flag else ''}"


_HERE: Final[tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]] = (
    (r"values: report\.failures, or print\(report\.with_values\(\)\)", "values: pdprep check --values"),
    (r"more in report\.failures", "more with --json"),
    (r'on_invalid="(\w+)"', r"--on-invalid \1"),
    (r'^pdprep\.connect\("([\w-]+)"\)$', r"--group \1"),
    (r'^pdprep\.connect\(\.\.\., home="([^"]+)"\)$', r"--home \1"),
    (r"^group\.(put|bulk)\(frame(?:, (new)_(only)=True|, (fill)=True)?\)", _sending),
    (r"^(?=[\w.]+\(|\w+=|import )", "in Python, "),
)
_FIX: Final = "    fix: "  # of a report, before what to type
_MAPPING: Final = re.compile(r'(columns|metadata)=(\{"[^"]*": "[^"]*"(?:, "[^"]*": "[^"]*")*\})')
_JOB: Final = ("id", "dataset", "route", "mode", "status", "rows", "started", "ended", "name", "arn", "note")


class Progressing:
    """Draws the progress on one line of a terminal, and nothing where standard error is none."""

    def __init__(self) -> None:
        self._seen, self._next, self._drawn = sys.stderr.isatty(), 0.0, False

    def __enter__(self) -> Progressing:
        return self

    def __call__(self, progress: Progress) -> None:
        """Hear of progress."""
        if not self._seen or time.monotonic() < self._next:
            return
        self._next, self._drawn = time.monotonic() + GAP, True
        share = f" {progress.share:.0%}" if progress.share is not None else ""
        count = f" {progress.done:,} {progress.unit}" if progress.done else ""
        print(f"\r\x1b[K{progress.phase}{share}{count}", end="", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def report(found: Report, as_json: bool) -> None:
    """Show a report."""
    _show(_text(found), _report(found), as_json)


def staged(found: Staged, as_json: bool) -> None:
    """Show what stands in a folder."""
    from pdprep.validation.wording import plural

    files = [str(part.path) for part in found.parts]
    first = f"{found.contract.dataset}: {found.rows:,} records in {plural(len(files), 'part')}"
    text = "\n".join([first, *files])
    told: dict[str, Any] = {
        "dataset": found.contract.dataset,
        "rows": found.rows,
        "bytes": found.bytes,
        "parts": files,
    }
    told |= {"schema": str(found.schema_path), "quarantine": [str(each) for each in found.quarantine]}
    _show(f"{text}\n{found.schema_path}", told | {"report": _report(found.report)}, as_json)


def plan(found: Plan, as_json: bool) -> None:
    """Show what sending would do."""
    names = ("dataset", "route", "why", "rows", "calls", "minutes", "bytes", "going", "staying", "creates")
    told = {name: getattr(found, name) for name in (*names, "obstacles")}
    _show(str(found), told | {"report": _report(found.report)}, as_json)


def job(found: Job, as_json: bool) -> None:
    """Show how a job ended."""
    from pdprep.validation.wording import plural

    records = f", {plural(found.rows, 'record')}" if found.rows is not None else ""
    note = f"; {found.note}" if found.note else ""
    _show(f"{found.id} {found.dataset}: {found.status}{records}{note}", _job(found), as_json)


def jobs(found: Jobs, as_json: bool) -> None:
    """Show the jobs of a group."""
    _show(repr(found), [_job(each) for each in found], as_json)


def records(found: Records, as_json: bool) -> None:
    """Show how many records went by which route, and by which imports and puts."""
    counts = {row["origin"]: row["records"] for row in found.counts().iter_rows(named=True)}
    sources = found.sources().to_dicts()
    lines = [f"{found.dataset}: {', '.join(f'{count:,} {origin}' for origin, count in counts.items())}"]
    lines += [
        f"  {row['IMPORT']}  {row['ORIGIN']}  {row['STATUS']}  {row['SENT_AT']:%Y-%m-%d %H:%M} UTC  "
        f"{row['ROWS']:,} records"
        for row in sources
    ]
    _show("\n".join(lines), {"dataset": found.dataset, "records": counts, "sources": sources}, as_json)


def stopped(found: Job, group: str) -> None:
    """Say that a job ends early."""
    print(f"\n{found.id} ends after the step in hand.", file=sys.stderr)
    print(f"  Try: pdprep jobs --group {group}", file=sys.stderr)


def error(found: PdprepError, hint: str, *, as_json: bool) -> None:
    """Show an error in two lines, and the report that it carries, if it has one."""
    broken = found.report if isinstance(found, ValidationError) else None
    if as_json:
        said: dict[str, Any] = {"type": type(found).__name__, "found": found.found}
        said |= {"expected": found.expected, "hint": hint}
        print(_json({"error": said} | ({"report": _report(broken)} if broken else {})))
    elif broken:
        print(_text(broken))
    print(f"{type(found).__name__}: {found.statement}", file=sys.stderr)
    if hint:
        print(f"  Try: {hint}", file=sys.stderr)


def here(text: str) -> str:
    """Return what is said in Python in the words of a command; what is Python alone says so.

    >>> here('on_invalid="quarantine"'), here('group.delete(confirm="movies")')
    ('--on-invalid quarantine', 'in Python, group.delete(confirm="movies")')
    """
    if mapping := _MAPPING.fullmatch(text):
        given = {"columns": {}, "metadata": {}, mapping[1]: ast.literal_eval(mapping[2])}
        return platforms.shell(mapped(**given))
    for python, command in _HERE:
        text = re.sub(python, command, text)
    return text


def mapped(columns: Mapping[str, str], metadata: Mapping[str, str]) -> list[str]:
    """Return the flags that map the columns of a file.

    >>> mapped({"ITEM_ID": "id", "PRICE": "PRICE"}, {"BRAND": "BRAND"})
    ['--column', 'ITEM_ID=id', '--metadata', 'BRAND=BRAND']
    """
    pairs = [("--column", field, column) for field, column in columns.items() if field != column]
    pairs += [("--metadata", field, column) for field, column in metadata.items()]
    return [word for flag, field, column in pairs for word in (flag, f"{field}={column}")]


def _show(text: str, told: object, as_json: bool) -> None:
    print(_json(told) if as_json else text)


def _json(told: object) -> str:
    return json.dumps(told, indent=2, default=_told, ensure_ascii=False)


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _text(found: Report) -> str:
    told = (line.partition(_FIX) for line in str(found).splitlines())
    return "\n".join(f"{before}{sign}{here(line)}" if sign else here(before) for before, sign, line in told)


def _report(found: Report) -> dict[str, Any]:
    failures = found.failures if found.show_values else found.failures.drop("value")
    return {
        "ready": found.all_open,
        "ready_for": found.open_routes,
        "datasets": found.rows.to_dicts(),
        "broken": [row | {"mend": here(row["mend"])} for row in found.counts.to_dicts()],
        "failures": failures.to_dicts(),
    }


def _job(found: Job) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _JOB}
