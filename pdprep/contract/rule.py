"""What a rule is: its name, the route it stops, what it says, how to mend a breach, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["row", "dataset", "schema", "call"]
Level = Literal["error", "warning", "info"]
Stops = Literal["all", "bulk", "put", "none"]
Route = Literal["bulk", "put"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it stops, what it says, how to mend a breach, and where it comes from.

    Attributes:
        scope: What is judged: a row, a dataset's rows together, its schema, or a file or call that pdprep
            makes itself and so keeps the rule.
        limit: The number that the rule is about, where there is one.
    """

    name: str
    scope: Scope
    level: Level
    stops: Stops
    text: str
    mend: str
    source: str
    limit: int | None = None

    def blocks(self, route: str | None) -> bool:
        """Say whether a breach stops a route; with no route, whether it stops every route."""
        return self.level == "error" and self.stops in (("all", route) if route else ("all",))

    def asked(self, route: str | None) -> bool:
        """Say whether a route is held to the rule at all: not to one that stops the other route alone."""
        return route is None or self.stops in ("all", "none", route)


def of_row(
    name: str, level: Level, stops: Stops, text: str, mend: str, source: str, limit: int | None = None
) -> Rule:
    """Return a rule of one row."""
    return Rule(name, "row", level, stops, text, mend, source, limit)


def of_dataset(
    name: str, level: Level, stops: Stops, text: str, mend: str, source: str, limit: int | None = None
) -> Rule:
    """Return a rule of a whole dataset."""
    return Rule(name, "dataset", level, stops, text, mend, source, limit)


def of_schema(
    name: str, level: Level, stops: Stops, text: str, mend: str, source: str, limit: int | None = None
) -> Rule:
    """Return a rule of a schema."""
    return Rule(name, "schema", level, stops, text, mend, source, limit)


def of_call(name: str, level: Level, stops: Stops, text: str, source: str, limit: int | None = None) -> Rule:
    """Return a rule of a file or call that pdprep makes, which keeps it by itself."""
    return Rule(name, "call", level, stops, text, "nothing: pdprep sees to it", source, limit)
