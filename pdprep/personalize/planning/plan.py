"""What would happen: route, rows that go and stay, what will be created. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass

from pdprep import html
from pdprep.contract.rules.rule import Route
from pdprep.personalize.aws.prices import UNKNOWN, Prices
from pdprep.personalize.aws.quotas import quota
from pdprep.personalize.planning.diff import Balance
from pdprep.personalize.puts.transport.operations import PUTS
from pdprep.validation.report import Report


@dataclass(frozen=True)
class Plan:
    """What sending a frame would do.

    Attributes:
        route: bulk or put, whichever fits better.
        why: The reason.
        rows: Records that would be sent.
        calls: Put calls: up to ten records each, events of one user and session.
        minutes: How long a put takes at the rate in force; None where nothing holds it back.
        bytes: About how large the CSV of an import is.
        going: Bulk records that a FULL import would replace.
        staying: Incremental records that no import removes.
        balance: How the records compare with those that were sent before.
        creates: What does not exist yet.
        obstacles: What blocks each route.
        report: What validation found.
        prices: What the profile says that a GB and a call cost.
        returning: Users of whom no event went for three months: filters have forgotten their earlier ones.
        fill: Whether a put is to send known values along, for fields that the frame leaves out.
    """

    dataset: str
    route: Route
    why: str
    rows: int
    calls: int
    minutes: float | None
    bytes: int
    going: int
    staying: int
    balance: Balance
    creates: tuple[str, ...]
    obstacles: tuple[str, ...]
    report: Report
    prices: Prices = UNKNOWN
    returning: int = 0
    fill: bool = False

    def __str__(self) -> str:
        what = self.why if self.nothing else f"{self.route}, {self.rows:,} records; {self.why}"
        lines = [f"{self.dataset}: {what}"]
        lines.append(f"  {self.road}")
        aside = self.report.quarantined + self.report.dropped
        if aside:
            lines.append(f"  {aside:,} of {self.report.read:,} rows break a rule and are left out")
        lines += [f"  {line}" for line in (*self.balance.lines, self.forgotten) if line]
        lines.append(f"  a FULL import replaces {self.going:,} bulk records, {self.staying:,} others stay")
        lines.append(f"  creates: {', '.join(self.creates) or 'nothing'}")
        lines.append(f"  blocked by: {'; '.join(self.obstacles) or 'nothing'}")
        return "\n".join(lines)

    @property
    def nothing(self) -> bool:
        """Whether the dataset holds every record with the same values."""
        return bool(self.rows) and not self.balance.new and not self.balance.changed

    @property
    def new_only(self) -> bool:
        """Whether a put is to leave out what came in bulk; not where ids are known with other values."""
        return bool(self.balance.in_bulk) and not self.balance.changed

    @property
    def road(self) -> str:
        """What either route takes: bytes of an import, calls and minutes of a put."""
        quickest = self.calls / quota(PUTS[self.dataset].rate)
        time = f", {max(1, round(quickest)):,} s at the quota"
        if self.minutes is not None:
            time += f", {max(1, round(self.minutes)):,} min at the rate in force"
        data, calls = self.prices.of(self.bytes, self.calls)
        put = f"{self.calls:,} put call{'s' * (self.calls != 1)}{time}{calls}"
        return f"an import of about {html.size(self.bytes)}{data}, or {put}"

    @property
    def forgotten(self) -> str:
        """What filters have forgotten of the users of the frame; empty where nothing."""
        if not self.returning:
            return ""
        return (
            f"{self.returning:,} user{'s' * (self.returning != 1)} come back after three months without an "
            "event: filters have forgotten their earlier events until all of them are imported again"
        )

    def __repr__(self) -> str:
        return str(self)


class Plans(tuple[Plan, ...]):
    """The plans of several frames, in their order."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(str, self))
