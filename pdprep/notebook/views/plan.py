"""What sending a frame would do: what comes, goes and stays, and what blocks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pdprep.html import Gravity, Id, Markup, Segment
from pdprep.notebook.pasting import as_here
from pdprep.notebook.views import names
from pdprep.notebook.views.sheet import Bar, Code, Finding, Grid, Sheet
from pdprep.personalize.planning import blockers

if TYPE_CHECKING:
    from pdprep.personalize.planning.plan import Plan

_PUT: Final = re.compile(r"group\.put\(frame, \w+=True\)")


class RecordKey(Id):
    """What tells a record from all others: ids and values beside each other, each shortened by itself."""

    __slots__ = ()

    @property
    def drawn(self) -> Markup:
        """The parts, each as an id."""
        return Markup("/".join(Id(part).drawn for part in self.split("/")))


def sheet(plan: Plan) -> Sheet:
    """Return the route and why, the dataset before and after, what blocks it, and the code that does it."""
    blocked = list(_blocked(plan))
    facts = (
        ("takes", plan.road),
        ("creates", ", ".join(plan.creates) or "nothing"),
        *(() if blocked else (("blocked by", "nothing"),)),
    )
    return Sheet(
        _answer(plan),
        "error" if plan.report.stops(_route(plan)) else "",
        bars=tuple(_bars(plan)),
        findings=tuple(blocked),
        facts=facts,
        notes=tuple(_notes(plan)),
        grids=tuple(_removed(plan)),
        codes=tuple(_codes(plan)),
    )


def _route(plan: Plan) -> str:
    # What is shown of a magic's line is about its route, even where the other one fits better.
    return getattr(plan, "asked", "") or plan.route


def _answer(plan: Plan) -> str:
    if plan.nothing:
        return f"{plan.dataset}: {plan.why}"
    new = f", {plan.balance.new:,} of them new" if plan.going or plan.staying else ""
    return f"{plan.dataset}: {plan.rows:,} records{new}; {plan.route} fits better ({plan.why})"


def _blocked(plan: Plan) -> Iterator[Finding]:
    stopping = set(blockers.of_rows(plan.report))
    for obstacle in plan.obstacles:
        grave: Gravity = "error" if obstacle in stopping else "warning"
        yield Finding(grave, f"blocked by: {obstacle}")
    aside = plan.report.quarantined + plan.report.dropped
    if aside:
        yield Finding("warning", f"{aside:,} of {plan.report.read:,} rows break a rule and are left out")


def _bars(plan: Plan) -> Iterator[Bar]:
    """Yield the frame beside what was sent, then the dataset before and after, drawn to one scale."""
    found = plan.balance
    if not (plan.going or plan.staying):
        kind = "bulk" if _route(plan) == "bulk" else "incremental"
        yield Bar("The dataset is empty. After it:", (Segment(_route(plan), plan.rows, kind),))
        return
    put = f"{found.changed_put:,} by a put: no import replaces those" if found.changed_put else ""
    both = (Segment("imported and put before, same values", found.in_both, "both"),) if found.in_both else ()
    yield Bar(
        f"The {plan.rows:,} records of the frame, beside what was sent before",
        (
            Segment("new", found.new, "new"),
            Segment("imported before, same values", found.in_bulk - found.in_both, "bulk"),
            Segment("put before, same values", found.in_put - found.in_both, "incremental"),
            *both,
            Segment("sent before, other values", found.changed, "aside", put),
        ),
    )
    before, after = _before(plan), _after(plan)
    # Both bars have the scale of the longer one, so that their lengths compare.
    whole = max(sum(part.count for part in parts) for parts in (before, after))
    yield Bar("The dataset before", before, whole)
    yield Bar(f"The dataset after {_named(plan)}", after, whole)


def _full(plan: Plan) -> bool:
    return _route(plan) == "bulk" and "INCREMENTAL" not in getattr(plan, "line", "")


def _named(plan: Plan) -> str:
    if _route(plan) == "put":
        return "a put of what is new"
    return "a FULL import" if _full(plan) else "an INCREMENTAL import"


def _before(plan: Plan) -> tuple[Segment, ...]:
    incremental = Segment("incremental, stays", plan.staying, "incremental")
    if not _full(plan):
        return (Segment("bulk, stays", plan.going, "bulk"), incremental)
    lacks = plan.balance.lacks
    kept = Segment("bulk, in the frame too", plan.going - lacks, "bulk")
    return (kept, Segment("bulk, goes: not in the frame", lacks, "gone"), incremental)


def _after(plan: Plan) -> tuple[Segment, ...]:
    incremental = Segment("incremental, as before", plan.staying, "incremental")
    if _full(plan):
        stands = min(plan.rows, plan.going - plan.balance.lacks)
        return (
            Segment("bulk, as before", stands, "bulk"),
            Segment("bulk, comes", plan.rows - stands, "new"),
            incremental,
        )
    # An event with other values is one more record; an item takes the place of the older one.
    comes = plan.balance.new + plan.balance.changed * plan.balance.events
    named = "incremental, comes" if _route(plan) == "put" else "bulk, comes"
    return (Segment("bulk, as before", plan.going, "bulk"), incremental, Segment(named, comes, "new"))


def _removed(plan: Plan) -> Iterator[Grid]:
    if plan.balance.examples and _full(plan):
        yield Grid(
            ("removed, for example",), tuple((RecordKey(example),) for example in plan.balance.examples)
        )


def _notes(plan: Plan) -> Iterator[str]:
    """Yield what the balance says beside its counts, with the notebook's own names in its calls."""
    if plan.forgotten:
        yield plan.forgotten
    drawn = 1 + bool(plan.balance.lacks)  # the lines that the bars show already
    known = next(iter(names.of_report(plan.report).values()), names.Names(""))
    for line in list(plan.balance.lines)[drawn:]:
        yield _PUT.sub(lambda call: _here(call[0], known), line)


def _here(put: str, known: names.Names) -> str:
    return names.in_call(put, known) if known.prepared else as_here(put, known.frame, ())


def asked_for(plan: Plan) -> list[str]:
    """Return what a FULL import has to be asked for by name: replace, shrink, both or neither."""
    return [name for name in ("replace", "shrink") if any(f"{name}=True" in each for each in plan.obstacles)]


def _codes(plan: Plan) -> Iterator[Code]:
    line, asked = getattr(plan, "line", ""), _route(plan)
    if plan.report.stops(asked) or (asked == "put" and plan.nothing):
        return
    needs = asked_for(plan)
    group, frame = names.of_group(), names.of_plan(plan.report)
    put = f"{group}.put({frame}{', new_only=True' * plan.new_only}{', fill=True' * plan.fill})"
    flags = "".join(f", {name}=True" for name in needs)
    code = line or (f"{group}.bulk({frame}{flags})" if asked == "bulk" else put)
    goes = "; bulk records go" if asked == "bulk" and "replace" in code else ""
    yield Code(f"To do it by {asked}{goes}", code)
