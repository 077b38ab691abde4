"""What the notebook calls things, so that code to copy runs there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython

from pdprep.preparation.prepare import Prepared
from pdprep.preparation.proposal import Proposal, written
from pdprep.validation.report import Report

FRAME: Final = "frame"  # where the notebook has no name for it
# Weak: names go with the report.
_KEPT: Final[WeakKeyDictionary[Report, dict[str, Names]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Names:
    """The names of one dataset.

    Attributes:
        prepared: What ``prepare`` returned; empty where a magic prepared the frame itself.
        frame: What went into it.
        source: How that is written: its name, or what reads its file.
        columns: The frame's column of each field.
    """

    prepared: str
    frame: str = FRAME
    source: str = FRAME
    columns: Mapping[str, str] | None = None

    def column(self, field: str) -> str:
        """Return the frame's column of a field."""
        return (self.columns or {}).get(field, field)


def of(value: object, *, otherwise: str = FRAME) -> str:
    """Return the name of a value in the notebook."""
    return next(_called(lambda each: each is value), otherwise)


def of_source(proposal: Proposal) -> str:
    """Return how the source of a proposal is written in code: a variable's name, a path, or ``frame``."""
    if isinstance(proposal.source, str | Path):
        return written(proposal.source)
    return of(proposal.source)


def of_group(*, otherwise: str = "group") -> str:
    """Return the name of the dataset group that was connected last."""
    return next(_called(lambda each: type(each).__name__ == "DatasetGroup"), otherwise)


def in_call(call: str, known: Names) -> str:
    """Return a call of ``group`` that sends ``frame`` in the notebook's names of both."""
    return call.replace("group.", f"{of_group()}.", 1).replace("(frame", f"({known.prepared}", 1)


def of_report(report: Report) -> dict[str, Names]:
    """Return the names of the frames that a report is about, by dataset, as far as the notebook has any."""
    found = dict(_KEPT.get(report, {}))
    for dataset, known in report.known.items():
        prepared = known.prepared()
        if not isinstance(prepared, Prepared):
            continue
        name, given = of(prepared, otherwise=""), prepared.source.given()
        if name or (given is not None and of(given, otherwise="")):
            found[dataset] = _names(name, prepared)
    return found


def keep(report: Report) -> None:
    """Keep the names of a report whose frames a magic prepared: these are gone when the report is shown."""
    _KEPT[report] = of_report(report)


def of_plan(report: Report) -> str:
    """Return the name of the frame that a plan is about."""
    return next((known.prepared for known in of_report(report).values() if known.prepared), FRAME)


def _names(name: str, prepared: Prepared) -> Names:
    columns = {each: prepared.origin(each) or each for each in prepared.contract.names}
    if prepared.source.files:  # what reads a file can be typed again, whatever the notebook calls it
        return Names(name, FRAME, prepared.source.code, columns)
    given = prepared.source.given()
    frame = FRAME if given is None else of(given)
    return Names(name, frame, frame, columns)


def _called(fits: Callable[[Any], bool]) -> Iterator[str]:
    """Yield the notebook's names of values that fit, the latest first."""
    known = [(name, value) for name, value in namespace().items() if not name.startswith("_")]
    return (name for name, value in reversed(known) if fits(value))


def namespace() -> dict[str, Any]:
    """Return the notebook's variables; none outside a shell."""
    shell = get_ipython()
    return shell.user_ns if shell else {}
