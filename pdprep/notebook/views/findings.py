"""What was asked of the service or written to disk: permissions, a comparison, staged parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pdprep.html import Gravity, size
from pdprep.notebook.views.sheet import Code, Grid, Sheet

if TYPE_CHECKING:
    from pdprep.engine.stage import Staged
    from pdprep.personalize.exports.verify import Verification
    from pdprep.personalize.planning.check import Check

# The answers, those first that ask for something to be done.
_WORDS: Final = {False: "✖ no", None: "● cannot be told", True: "✓ yes"}


def check(found: Check) -> Sheet:
    """Return what this identity may do, and the policies to paste where something is missing."""
    rows = tuple(
        (each.what, word, each.said) for ok, word in _WORDS.items() for each in found.answers if each.ok is ok
    )
    pasted = {each.paste for each in found.answers if each.ok is False and each.paste[1]}
    return Sheet(
        "Nothing is known to block it" if found.ok else "Something is missing",
        "good" if found.ok else "error",
        grids=(Grid(("asked", "answer", "remark"), rows),),
        codes=tuple(Code(f"Paste as {place}", text) for place, text in sorted(pasted)),
    )


def verification(found: Verification) -> Sheet:
    """Return the counts of both layers beside the ledger's, and where the differences are."""
    counts = found.counts
    agrees = "the service holds what the ledger says" if found.ok else "the service differs from the ledger"
    grid = Grid(tuple(counts.columns), tuple(counts.rows()))
    more = () if found.ok else ("Each difference is a row of .differences.",)
    gravity: Gravity = "good" if found.ok else "error"
    return Sheet(f"{found.dataset}: {agrees}", gravity, grids=(grid,), notes=more)


def staged(found: Staged) -> Sheet:
    """Return what is in the folder, part by part."""
    facts = (
        ("records", found.rows),
        ("size", size(found.bytes)),
        ("schema", str(found.schema_path)),
        ("set aside", "\n".join(map(str, found.quarantine)) or "nothing"),
    )
    parts = tuple((part.path.name, part.rows, size(part.bytes), part.sha256[:12]) for part in found.parts)
    grid = Grid(("part", "records", "size", "SHA-256 begins"), parts)
    return Sheet(f"{found.contract.dataset}, staged", facts=facts, grids=(grid,) if parts else ())
