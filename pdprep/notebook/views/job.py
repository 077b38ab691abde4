"""A job as HTML: bars where the totals are true, an indeterminate one where the service tells nothing."""

from __future__ import annotations

from html import escape

from pdprep import html as markup
from pdprep.notebook.views import report
from pdprep.notebook.views.snapshot import SERVICE, Snapshot

_SIGNS = {"done": "✓", "now": "▸", "to come": "·"}


def static(shot: Snapshot) -> str:
    """Return what stays in the notebook: no bar, no widget, the words alone."""
    lines = "".join(_line(text) for text in (", ".join(shot.facts), *shot.trouble) if text)
    found = report.problems(shot.report) if shot.report and not shot.report.ok else ""
    return f'<div class="pdprep-job">{_head(shot)}{lines}{markup.block(found) if found else ""}</div>'


def moving(shot: Snapshot) -> str:
    """Return what is shown while the job runs: phases, a bar, the time."""
    doing = ", ".join(filter(None, (shot.doing, shot.time, shot.pace)))
    note = _line(shot.note) if shot.note else ""
    return (
        f'<div class="pdprep-job">{_head(shot)}<p style="margin: 0">{_steps(shot)}</p>'
        f'<p style="margin: 0">{bar(shot)} {escape(doing)}</p>{note}</div>'
    )


def bar(shot: Snapshot) -> str:
    """Return a progress element; without a share it moves to and fro.

    A bar is named, so that a screen reader says what it measures.
    """
    label = escape(f"{shot.step} of {shot.dataset}")
    share = f' value="{shot.share:.3f}" max="1"' if shot.share is not None else ""
    return f'<progress aria-label="{label}"{share} style="vertical-align: middle"></progress>'


def button(shot: Snapshot) -> str:
    """Return what the stop button does: an import job cannot be stopped, only our waiting for it."""
    return "Stop waiting" if shot.phase in SERVICE else "Stop"


def _head(shot: Snapshot) -> str:
    return f'<p style="margin: 0"><strong>{escape(shot.title)}: {escape(shot.status)}</strong></p>'


def _line(text: str) -> str:
    return f'<p style="margin: 0">{escape(text)}</p>'


def _steps(shot: Snapshot) -> str:
    return " ".join(
        f"<strong>{_SIGNS[state]} {name}</strong>"
        if state == "now"
        else f"<span>{_SIGNS[state]} {name}</span>"
        for name, state in shot.steps
    )
