"""How values show themselves: registered by ``%load_ext pdprep``, removed by ``%unload_ext pdprep``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell

from pdprep.notebook.views.catalogue import VIEWS, View
from pdprep.notebook.views.output import live, publish

Mode = Callable[[], str]
_SHOW: Final = "show"


def register(shell: InteractiveShell, mode: Mode) -> None:
    """Register formatters that show every value of pdprep as text, as HTML and live.

    Args:
        shell: The shell that has the formatters.
        mode: Says at the time of showing which form is wanted: widget, html or text.
    """
    for view in VIEWS:
        for table, formatter in _formatters(view, mode, shell).items():
            _table(shell, table).for_type_by_name(view.module, view.name, formatter)


def unregister(shell: InteractiveShell) -> None:
    """Remove what `register` added, and nothing else."""
    for view in VIEWS:
        for table in _formatters(view, lambda: "text", shell):
            _table(shell, table).pop(f"{view.module}.{view.name}", None)


def _formatters(view: View, mode: Mode, shell: InteractiveShell) -> dict[str, Any]:
    def text(value: Any, printer: Any, cycle: bool) -> None:
        printer.text(view.text(value))

    def html(value: Any) -> str | None:
        return view.html(value) if mode() != "text" else None

    def show(value: Any) -> None:
        if view.live is None or mode() != "widget":
            raise NotImplementedError  # IPython then goes on to text and HTML
        # Two outputs: a saved widget cannot be shown without its kernel, so what is behind it stays.
        widget, behind = view.live(value)
        publish(shell, behind)
        publish(shell, live(widget))

    forms: dict[str, Any] = {"text/plain": text, "text/html": html}
    return {**forms, _SHOW: show} if view.live else forms


def _table(shell: InteractiveShell, name: str) -> Any:
    found: Any = shell.display_formatter
    return found.ipython_display_formatter if name == _SHOW else found.formatters[name]
