"""What sending a frame would do: what goes, what stays, what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pdprep.notebook.views.sheet import Sheet

if TYPE_CHECKING:
    from pdprep.personalize.plan import Plan


def sheet(plan: Plan) -> Sheet:
    """Return the route and its reason, and the counts of a FULL import."""
    facts = (
        ("records", plan.rows),
        ("bulk records that a FULL import replaces", plan.going),
        ("incremental records that stay", plan.staying),
        ("creates", ", ".join(plan.creates) or "nothing"),
        ("in the way", "; ".join(plan.obstacles) or "nothing"),
    )
    return Sheet(f"{plan.dataset}: {plan.route}; {plan.why}", facts=facts)
