"""One output of a cell that can be replaced later, from any thread."""

from __future__ import annotations

import uuid
from typing import Any

from IPython.core.interactiveshell import InteractiveShell


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
    publisher.publish(data=data, metadata={}, **settings)
