"""What a rule is: its name, the route it stops, what it says, how to mend a breach, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "info"]
Stops = Literal["all", "bulk", "put", "none"]
Route = Literal["bulk", "put"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it stops, what it says, how to mend a breach, and where it comes from."""

    name: str
    scope: Literal["row", "dataset"]
    level: Level
    stops: Stops
    text: str
    mend: str
    source: str

    def blocks(self, route: str | None) -> bool:
        """Say whether a breach stops a route; with no route, whether it stops every route."""
        return self.level == "error" and self.stops in (("all", route) if route else ("all",))


def of_row(name: str, level: Level, stops: Stops, text: str, mend: str, source: str) -> Rule:
    """Return a rule of one row."""
    return Rule(name, "row", level, stops, text, mend, source)


def of_dataset(name: str, level: Level, stops: Stops, text: str, mend: str, source: str) -> Rule:
    """Return a rule of a whole dataset."""
    return Rule(name, "dataset", level, stops, text, mend, source)
