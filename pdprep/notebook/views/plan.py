"""What sending a frame would do: what goes, what stays, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pdprep.notebook.views.sheet import Code, Grid, Share, Sheet

if TYPE_CHECKING:
    from pdprep.personalize.planning.plan import Plan


def sheet(plan: Plan) -> Sheet:
    """Return the route and why, how the records stand to those sent before, and the code that does it."""
    facts = (
        ("takes", plan.road),
        ("creates", ", ".join(plan.creates) or "nothing"),
        ("in the way", "\n".join(plan.obstacles) or "nothing"),
    )
    return Sheet(
        f"{plan.dataset}: {plan.rows:,} records; {plan.route} fits better ({plan.why})",
        facts=facts,
        grids=(_mine(plan), _theirs(plan)) if plan.going or plan.staying else (),
        notes=tuple(_notes(plan)),
        codes=tuple(_codes(plan)),
    )


def _mine(plan: Plan) -> Grid:
    found = plan.balance
    rows = (
        ("new", found.new),
        ("imported before, with the same values", found.in_bulk),
        ("put before, with the same values", found.in_put),
        ("sent before, with other values", found.changed),
        ("  of them by a put: no import replaces those", found.changed_put),
    )
    counted = tuple((name, count, Share(count / max(1, plan.rows))) for name, count in rows)
    return Grid(("records of the frame", "count", "share"), counted)


def _theirs(plan: Plan) -> Grid:
    rows = (
        ("bulk records that go", plan.going),
        ("  of them not in the frame: removed", plan.balance.lacks),
        ("incremental records that stay", plan.staying),
    )
    whole = max(1, plan.going + plan.staying)
    counted = tuple((name, count, Share(count / whole)) for name, count in rows)
    return Grid(("what a FULL import leaves of the dataset", "count", "share"), counted)


def _notes(plan: Plan) -> Iterator[str]:
    """Yield what the balance says beside its counts."""
    if plan.balance.examples:
        yield f"Removed, for example: {', '.join(plan.balance.examples)}"
    if plan.forgotten:
        yield plan.forgotten
    told = 1 + bool(plan.balance.lacks)
    yield from list(plan.balance.lines)[told:]


def asked_for(plan: Plan) -> list[str]:
    """Return what a FULL import has to be asked for by name: replace, shrink, both or neither."""
    return [name for name in ("replace", "shrink") if any(f"{name}=True" in each for each in plan.obstacles)]


def _codes(plan: Plan) -> Iterator[Code]:
    line, asked = getattr(plan, "line", ""), getattr(plan, "asked", plan.route)
    if plan.report.stops(asked) or (asked == "put" and plan.nothing):
        return
    needs = asked_for(plan)
    put = f"group.put(frame{', new_only=True' * plan.new_only})"
    flags = "".join(f", {name}=True" for name in needs)
    code = line or (f"group.bulk(frame{flags})" if asked == "bulk" else put)
    goes = "; bulk records go" if asked == "bulk" and "replace" in code else ""
    yield Code(f"To do it by {asked}{goes}", code)
