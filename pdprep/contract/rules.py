"""Every rule there is: one named row, with the route it stops.

``level`` is error, warning or info; ``stops`` is the route an error stops: all, bulk, put, or none
(training). A warning never stops anything. ``source`` is a page of the Amazon Personalize Developer Guide.
"""

from __future__ import annotations

from typing import Final

from pdprep.contract import call_rules, dataset_rules, payload_rules, row_rules, schema_rules
from pdprep.contract.rule import Level as Level
from pdprep.contract.rule import Route as Route
from pdprep.contract.rule import Rule as Rule
from pdprep.contract.rule import Scope as Scope
from pdprep.contract.rule import Stops as Stops

RULES: Final = (
    *row_rules.RULES,
    *dataset_rules.RULES,
    *payload_rules.RULES,
    *schema_rules.RULES,
    *call_rules.RULES,
)

_MEND: Final = "mend the rows, or the check in your DataFrameModel"
_BY_NAME: Final = {rule.name: rule for rule in RULES}


def rule(name: str) -> Rule:
    """Return the rule of that name; a name that is none of ours is a check of the user's own.

    >>> rule("id_length").stops
    'all'
    """
    return _BY_NAME.get(name) or _own(name)


def _own(name: str) -> Rule:
    return Rule(
        name, "row", "error", "all", f"the check {name} of your own does not hold", _MEND, "your model"
    )


def known(name: str) -> bool:
    """Say whether the name is a rule of ours (a user's own check is not)."""
    return name in _BY_NAME
