"""What a magic's line would do, without doing it; and why it was refused."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import RefusedError
from pdprep.notebook.arguments import again
from pdprep.notebook.views import names, refusal, sheet
from pdprep.notebook.views.output import publish
from pdprep.notebook.views.plan import asked_for
from pdprep.personalize.planning.plan import Plan, Plans

if TYPE_CHECKING:
    from pdprep.group import DatasetGroup
    from pdprep.preparation.prepare import Prepared


@dataclass(frozen=True, repr=False)
class LinePlan(Plan):
    """The plan of one frame of a line.

    Attributes:
        line: The line that does what the plan says.
        asked: The route that the line takes: bulk or put.
    """

    line: str = ""
    asked: str = ""


def dry_run(group: DatasetGroup, prepared: Sequence[Prepared], args: Namespace, route: str) -> Plan | Plans:
    """Return what a line would do, frame by frame; nothing is sent."""
    fill, engine = route == "put" and args.fill, args.engine if route == "bulk" else None
    found = [_of_line(group.plan(each, fill=fill, engine=engine), args, route) for each in prepared]
    return found[0] if len(found) == 1 else Plans(found)


def show_refusal(error: RefusedError, args: Namespace, shell: InteractiveShell, mode: str) -> None:
    """Show what would have gone and stayed, with the line that does it all the same.

    In a terminal the error says it all.
    """
    if mode == "text" or not error.flags:
        return
    shown = refusal.sheet(error, again(args.typed, error.flags))
    publish(shell, {"text/plain": sheet.to_text(shown), "text/html": sheet.to_html(shown)})


def _of_line(plan: Plan, args: Namespace, route: str) -> LinePlan:
    names.keep(plan.report)
    full = route == "bulk" and args.mode == "FULL"
    # What is shown can be typed as it is: with the flags that a refusal would ask for.
    flags = tuple(f"--{name}" for name in asked_for(plan) if full)
    flags += ("--new-only",) * (route == "put" and plan.new_only)
    known: dict[str, Any] = {each.name: getattr(plan, each.name) for each in fields(plan)}
    return LinePlan(**known, line=again(args.typed, flags), asked=route)
