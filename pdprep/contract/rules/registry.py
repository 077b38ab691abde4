"""Every rule there is.

``docs/rules.md`` is made of them; a report, the Pandera schema and the prefilter take those that apply.
"""

from __future__ import annotations

from typing import TypeVar

from pdprep.contract.rules import (
    dataset,
    event_types,
    files_and_calls,
    ids,
    numbers,
    payload,
    schemas,
    text,
    timestamps,
)
from pdprep.contract.rules.rule import Rule, ValueRule

# Rows of a report name a row's rules in this order.
RULES: tuple[Rule, ...] = (
    *ids.RULES,
    *timestamps.RULES,
    *payload.RULES,
    *text.RULES,
    *numbers.RULES,
    *event_types.RULES,
    *dataset.RULES,
    *schemas.RULES,
    *files_and_calls.RULES,
)
Kind = TypeVar("Kind", bound=Rule)


def rule(name: str) -> Rule:
    """Return the rule of that name; a name that is none of ours is a check of the user's own.

    >>> rule("id_length").stops
    'all'
    """
    return next((each for each in RULES if each.name == name), None) or ValueRule(
        name=name,
        level="error",
        stops="all",
        text=f"the check {name} of your own does not hold",
        mend="fix the rows, or the check in your DataFrameModel",
        source="your model",
    )


def known(name: str) -> bool:
    """Say whether the name is a rule of ours (a user's own check is not)."""
    return any(each.name == name for each in RULES)


def of_kind(kind: type[Kind]) -> list[Kind]:
    """Return the rules of a kind, in order."""
    return [each for each in RULES if isinstance(each, kind)]
