"""The page of the documents that lists every rule: made from the rows, so that it cannot say anything else.

``python -m pdprep.contract.rules_page > docs/rules.md``
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pdprep.contract import facts
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import Rule

_SCOPES: Final = {
    "row": ("Rows", "Each row is held to these; a report names row, column, rule and value."),
    "dataset": ("Datasets", "Counted over all rows of a dataset."),
    "schema": ("Schemas", "Judged before a row is read; an error is raised by `prepare`."),
    "call": ("Files and calls", "pdprep writes the files and makes the calls, and keeps these by itself."),
}
_HEAD: Final = ("| rule | level | stops | limit | what it says | source |", "|---|---|---|---|---|---|")


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([_head(), *(_section(scope) for scope in _SCOPES), _facts()])


def _head() -> str:
    count = len(registry.RULES)
    return f"""# Rules

What pdprep holds data to before it sends a byte: {count} rules. An error stops the route named; a
warning or an info stops nothing. Sources are pages of the Amazon Personalize Developer Guide;
API_… are pages of its API reference. This page is made by `python -m pdprep.contract.rules_page`.
"""


def _section(scope: str) -> str:
    title, says = _SCOPES[scope]
    return "\n".join([f"## {title}\n\n{says}\n", *_HEAD, *_rows(scope), ""])


def _facts() -> str:
    says = "What happens to data that is there, by the documents; what they leave open is in assumptions.md."
    lines = (_line(f"`{row.name}`", row.says, row.source) for row in facts.ROWS)
    head = ("| fact | what it says | source |", "|---|---|---|")
    return "\n".join([f"## What the service does\n\n{says}\n", *head, *lines, ""])


def _rows(scope: str) -> Iterator[str]:
    for rule in registry.RULES:
        if rule.scope == scope:
            yield _line(f"`{rule.name}`", rule.level, _stops(rule), _limit(rule), rule.text, rule.source)


def _stops(rule: Rule) -> str:
    return {"all": "bulk and put", "none": "nothing"}.get(rule.stops, rule.stops)


def _limit(rule: Rule) -> str:
    return "" if rule.limit is None else f"{rule.limit:,}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    print(page(), end="")
