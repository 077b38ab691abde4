"""A refused import: what would have come, gone and stayed, and the line that asks for it all the same."""

from __future__ import annotations

from pdprep.errors import RefusedError
from pdprep.notebook.views.sheet import Code, Sheet


def sheet(error: RefusedError, line: str) -> Sheet:
    """Return the counts of a refusal and the line to copy.

    Args:
        error: The refusal.
        line: The line that was refused, with the flags that ask for it.
    """
    return Sheet(
        "Refused: nothing was replaced",
        "error",
        facts=tuple(error.counts.items()),
        codes=(Code(f"If you mean it, with {' '.join(error.flags)}", line),),
    )
