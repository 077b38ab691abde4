"""One output of a cell that can be replaced later, from any thread."""

from __future__ import annotations

import uuid
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell

WIDGET: Final = "application/vnd.jupyter.widget-view+json"
NOTHING: Final = {"text/plain": "", "text/html": ""}


class Output:
    """An output with a display id: shown once, then replaced in place."""

    def __init__(self, shell: InteractiveShell, data: dict[str, Any]) -> None:
        self._shell, self._id = shell, uuid.uuid4().hex
        publish(shell, data, transient={"display_id": self._id})

    def update(self, data: dict[str, Any]) -> None:
        """Put something else in its place."""
        publish(self._shell, data, transient={"display_id": self._id}, update=True)


def publish(shell: InteractiveShell, data: dict[str, Any], **settings: Any) -> None:
    """Show a bundle of forms in the running cell."""
    publisher: Any = shell.display_pub
    if data:  # nothing, where a value has shown itself
        publisher.publish(data=data, metadata={}, **settings)


def live(widget: Any) -> dict[str, Any]:
    """Return a widget as an output of its own: what cannot show it shows nothing there."""
    model = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {WIDGET: model, **NOTHING}
