"""How values show themselves: registered by ``%load_ext pdprep``, removed by ``%unload_ext pdprep``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from pdprep.notebook.views.catalogue import VIEWS, View

Mode = Callable[[], str]
Formatter = Callable[[Any], Any]


def register(shell: InteractiveShell, mode: Mode) -> None:
    """Teach the shell to show every value of pdprep as text, as HTML and live.

    Args:
        shell: The shell to teach.
        mode: Says at the time of showing which form is wanted: widget, html or text.
    """
    for view in VIEWS:
        for mime, formatter in _formatters(view, mode).items():
            _table(shell, mime).for_type_by_name(view.module, view.name, formatter)


def unregister(shell: InteractiveShell) -> None:
    """Remove what `register` added, and nothing else."""
    for view in VIEWS:
        for mime in _formatters(view, lambda: "text"):
            _table(shell, mime).pop(f"{view.module}.{view.name}", None)


def _formatters(view: View, mode: Mode) -> dict[str, Any]:
    def text(value: Any, printer: Any, cycle: bool) -> None:
        printer.text(view.text(value))

    def html(value: Any) -> str | None:
        return view.html(value) if mode() != "text" else None

    def live(value: Any, **_: Any) -> dict[str, Any]:
        return view.widget(value) if view.widget and mode() == "widget" else {}

    return {"text/plain": text, "text/html": html, "live": live}


def _table(shell: InteractiveShell, mime: str) -> Any:
    found: Any = shell.display_formatter
    return found.mimebundle_formatter if mime == "live" else found.formatters[mime]
