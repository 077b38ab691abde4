"""What ``%load_ext pdprep`` adds to a shell and ``%unload_ext pdprep`` takes away again."""

from __future__ import annotations

from typing import Final

from IPython.core.interactiveshell import InteractiveShell

from pdprep.notebook import display
from pdprep.notebook.magics import PersonalizeMagics

NAMES: Final = tuple(f"personalize{end}" for end in ("", "_check", "_bulk", "_put", "_records", "_jobs"))
_ATTRIBUTE: Final = "PersonalizeMagics"


def load(shell: InteractiveShell) -> None:
    """Add the magics, their configuration and the forms of the values; touches no network."""
    magics = PersonalizeMagics(shell)
    shell.register_magics(magics)
    display.register(shell, magics.mode)
    magics.showing.register()
    shell.Completer.custom_matchers.append(magics.matcher)


def unload(shell: InteractiveShell) -> None:
    """Remove exactly what `load` added."""
    magics = shell.magics_manager.registry.pop(_ATTRIBUTE)
    for kind in ("line", "cell"):
        for name in NAMES:
            shell.magics_manager.magics[kind].pop(name, None)
    shell.configurables.remove(magics)
    display.unregister(shell)
    magics.showing.unregister()
    shell.Completer.custom_matchers.remove(magics.matcher)
