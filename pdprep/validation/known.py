"""What a pass over a dataset's rows has found out, which insights and readiness are told from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.preparation.ids import Form
from pdprep.validation.profile import Profile
from pdprep.validation.summary import Summary


class Short(NamedTuple):
    """The rows of text with fewer values than there are columns: how many, and the line of the first."""

    rows: int = 0
    line: int = 0


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a dataset.

    Attributes:
        local: Times without a zone among the first rows, by field.
        thousands: Numbers among the first rows that may be thousands, by field.
        prepared: Finds the frame.
        columns: The column that each field is read from.
        like_events: What a catalogue looks like that holds events.
    """

    contract: Contract
    summary: Summary = field(default_factory=Summary)
    profile: Profile = field(default_factory=Profile)
    local: Mapping[str, int] = field(default_factory=dict)
    thousands: Mapping[str, int] = field(default_factory=dict)
    short: Short = field(default_factory=Short)
    id_forms: Mapping[str, Form] = field(default_factory=dict)
    prepared: Callable[[], object] = field(default=lambda: None, repr=False, compare=False)
    columns: Mapping[str, str] = field(default_factory=dict)
    like_events: str = ""

    def __add__(self, other: Known) -> Known:
        """Return what is known of two frames of one dataset type together."""
        more = [each for each in other.contract.fields if each.name not in self.contract.names]
        contract, profile = self.contract.extend(*more), self.profile + other.profile
        local = {**self.local, **other.local}
        # Sums of the two would count an id of both twice; the rows of each id, by its hash, tell.
        rows = profile.touched[contract.key].rows if contract.key in profile.touched else pl.Series([])
        summary = self.summary + other.summary
        summary = replace(summary, ids=rows.len(), ids_with_two=int((rows > 1).sum()))
        short = Short(self.short.rows + other.short.rows, self.short.line or other.short.line)
        thousands = {**self.thousands, **other.thousands}
        return Known(
            contract, summary, profile, local, thousands, short, {**self.id_forms, **other.id_forms},
            columns={**self.columns, **other.columns}, like_events=self.like_events or other.like_events,
        )  # fmt: skip


Group = Mapping[str, Known]
