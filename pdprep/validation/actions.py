"""How often each action was taken, and how often it was not, in the weeks that Next-Best-Action looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from pdprep.contract import limits
from pdprep.contract.contract import Contract

DAY: Final = 86_400
DAYS: Final = 7 * limits.ACTION_WEEKS
# The weeks end with the latest event, known only once every batch is merged: until then counts are by day.
_SCHEMA: Final = {"action": pl.UInt64, "taken": pl.Boolean, "day": pl.Int32, "rows": pl.UInt32}
_WORDS: Final = {"taken": True, "not taken": False, "viewed": False}


@dataclass(frozen=True, eq=False)
class Actions:
    """The events of each action by day, of the last weeks alone; ``+`` merges two.

    Source: Amazon Personalize Developer Guide, native-recipe-next-best-action.
    """

    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_SCHEMA))

    @classmethod
    def of(cls, contract: Contract, rows: pl.DataFrame) -> Actions:
        """Count the events of a batch.

        >>> kinds = pl.Series("EVENT_TYPE", ["Taken", "NOT_TAKEN"] * 50)
        >>> rows = pl.DataFrame(kinds).with_columns(ACTION_ID=pl.lit("a"), TIMESTAMP=0)
        >>> Actions.of(Contract.of("action_interactions"), rows).scored
        1
        """
        if contract.dataset != "action_interactions":
            return cls()
        word = pl.col("EVENT_TYPE").str.to_lowercase().str.replace_all("_", " ", literal=True)
        counts = rows.select(
            action=pl.col("ACTION_ID").hash(),
            taken=word.replace_strict(_WORDS, default=None, return_dtype=pl.Boolean),
            day=(pl.col("TIMESTAMP") // DAY).cast(pl.Int32),
            rows=pl.lit(1, pl.UInt32),
        )
        return cls(_summed(counts.drop_nulls()))

    def __add__(self, other: Actions) -> Actions:
        if self.frame.is_empty() or other.frame.is_empty():
            return other if self.frame.is_empty() else self
        return Actions(_summed(pl.concat([self.frame, other.frame])))

    @property
    def scored(self) -> int:
        """How many actions have as many events of both kinds as a score needs."""
        kinds = self.frame.group_by("action", "taken").agg(pl.col("rows").sum())
        # An action has two rows here at most, taken and not; it has a score where both are enough.
        enough = kinds.filter(pl.col("rows") >= limits.ACTION_EVENTS)
        return int((enough["action"].value_counts()["count"] == 2).sum())


def _summed(counts: pl.DataFrame) -> pl.DataFrame:
    """Sum up the days of the weeks before the latest; a later batch may push more of them out."""
    recent = counts.filter(pl.col("day") > pl.col("day").max() - DAYS)
    return recent.group_by("action", "taken", "day").agg(pl.col("rows").sum())
