"""A job as HTML: bars where the totals are true, an indeterminate one where the service tells nothing."""

from __future__ import annotations

from html import escape
from typing import Final

from pdprep import html
from pdprep.html import Gravity
from pdprep.ledger.status import Status
from pdprep.notebook.views import cells, report
from pdprep.notebook.views.snapshot import SERVICE, Snapshot

_SIGNS: Final = {"done": "✓", "now": "▸", "cut": "✖", "to come": "·"}
_CLASSES: Final = {"done": "done", "now": "now", "cut": "cut", "to come": "later"}


def static(shot: Snapshot) -> str:
    """Return what stays in the notebook: no bar that moves, no widget."""
    lines = (
        [", ".join(shot.facts), *shot.trouble] if shot.finished else [", ".join(shot.facts), *_as_of(shot)]
    )
    found = report.problems(shot.report) if shot.report and not shot.report.ok else ""
    again = html.code(shot.resume, "To go on where it stopped") if shot.resume else ""
    return _view(shot, html.notes(filter(None, lines)), again, found)


def moving(shot: Snapshot) -> str:
    """Return what is shown while the job runs: phases, a bar, the time, and as of when."""
    doing = ", ".join(filter(None, (shot.doing, shot.time, shot.pace)))
    notes = html.notes(filter(None, [shot.note]))
    as_of = html.notes(_as_of(shot), quiet=True)
    return _view(shot, f"<p>{bar(shot)} {escape(doing)}</p>", notes, as_of, html.behind("job"))


def _view(shot: Snapshot, *parts: str) -> str:
    head = html.headline(f"{shot.title}: {shot.status}", gravity(shot))
    return html.view(f'<div class="pdprep-job">{head}{_steps(shot)}{"".join(parts)}</div>')


def gravity(shot: Snapshot) -> Gravity:
    """Return how grave the status of a job is."""
    status = Status(shot.status)
    if not shot.finished:
        return ""
    if status in (Status.STOPPED, Status.INTERRUPTED):
        return "warning"
    return "error" if status.terminal and not status.ok else "good"


def bar(shot: Snapshot) -> str:
    """Return a progress element; without a share it moves to and fro.

    A bar is named, so that a screen reader says what it measures.
    """
    label = escape(f"{shot.step} of {shot.dataset}")
    share = f' value="{shot.share:.3f}" max="1"' if shot.share is not None else ""
    return f'<progress aria-label="{label}"{share}></progress>'


def button(shot: Snapshot) -> str:
    """Return what the stop button does: an import job cannot be stopped, only our waiting for it."""
    return "Stop waiting" if shot.phase in SERVICE else "Stop"


def _as_of(shot: Snapshot) -> list[str]:
    """Return as of when a job is shown that has not ended, and what shows its present state."""
    return (
        [f"As of {cells.moment(shot.at)} UTC; %personalize_jobs shows the present state."] if shot.at else []
    )


def _steps(shot: Snapshot) -> str:
    """Return the phases as a line, each with the time that it took, where somebody measured it."""
    items = "".join(
        f'<li class="pdprep-{_CLASSES[state]}">{_SIGNS[state]} {name}'
        f'<br><span class="pdprep-quiet">{_took(shot, name)}</span></li>'
        for name, state in shot.steps
    )
    return f'<ol class="pdprep-steps">{items}</ol>'


def _took(shot: Snapshot, name: str) -> str:
    seconds = dict(shot.took).get(name)
    return "&nbsp;" if seconds is None else cells.elapsed(seconds)
