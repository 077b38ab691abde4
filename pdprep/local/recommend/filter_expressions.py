"""Filter expressions: their grammar, and which conditions the service takes.

Source: developer guide, creating-filter-expressions and filter-expression-guidelines-requirements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pdprep.local.refusals import Refusal, invalid

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
LISTS = ("IN", "NOT IN")
SUBJECTS = ("ITEMID", "ACTIONID", "USERID")
DATASETS = ("INTERACTIONS", "ITEMS", "USERS", "ACTIONS", "ACTION_INTERACTIONS")
# An example of the guide says Action for Actions (action-recommendation-filter-examples).
ALIASES = {"ACTION": "ACTIONS"}
CURRENT_USER, CURRENT_ITEM = "CURRENTUSER", "CURRENTITEM"
# A message of the service names = and IN alone; the guide's elements name every comparison.
PLACEHOLDER_OPERATORS = ("IN", "=")
PLACEHOLDER_OPERATORS_LENIENT = ("IN", *COMPARISONS)
# The service applies these by itself (filter-expression-guidelines-requirements).
APPLIED_ANYWAY = ("REPEAT_FREQUENCY", "EXPIRATION_TIMESTAMP", "ACTION_EXPIRATION_TIMESTAMP")
# A text, a placeholder, a number, a word with or without a dot, a comparison, a mark.
_TOKEN = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|\$\w+|-?\d+(?:\.\d+)?\b|\w+(?:\.\w+)?|!=|<=|>=|[=<>(),|])""", re.ASCII
)


@dataclass(frozen=True)
class Condition:
    """One comparison; ``dataset`` and ``operator`` in capitals, ``values`` as they are written."""

    dataset: str
    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Expression:
    """One expression: what it does with which subject, its conditions, and when it is applied.

    ``where`` are alternatives, each of conditions that must all hold: AND binds closer than OR.
    """

    action: str
    subject: str
    where: tuple[tuple[Condition, ...], ...]
    only_if: tuple[Condition, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition, in order."""
        return (*(each for group in self.where for each in group), *self.only_if)


def parse(text: str, strict: bool = False) -> tuple[Condition, ...]:
    """Return the conditions of a filter expression or refuse it.

    >>> parse('EXCLUDE ItemID WHERE Items.PRICE > 9 IF CurrentUser.AGE = $age')[1]
    Condition(dataset='CURRENTUSER', field='AGE', operator='=', values=('$age',))
    """
    found = tuple(each for expression in expressions(text) for each in expression.conditions)
    _check_placeholders(found, PLACEHOLDER_OPERATORS if strict else PLACEHOLDER_OPERATORS_LENIENT)
    return found


def expressions(text: str) -> tuple[Expression, ...]:
    """Return the expressions that bars chain, or refuse them."""
    tokens, found = _Tokens(_split(text)), list[Expression]()
    while True:
        found.append(_expression(tokens))
        if not tokens:
            return tuple(found)
        tokens.take("|")


def fields(conditions: Iterable[Condition]) -> set[tuple[str, str]]:
    """Return the distinct dataset fields that conditions name; CurrentUser is Users, CurrentItem Items."""
    alias = {CURRENT_USER: "USERS", CURRENT_ITEM: "ITEMS"}
    return {(alias.get(each.dataset, each.dataset), each.field.upper()) for each in conditions}


class _Tokens:
    """The words that are still to be read."""

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def __bool__(self) -> bool:
        return bool(self._words)

    def next_is(self, *wanted: str) -> bool:
        return bool(self._words) and self._words[0].upper() in wanted

    def take(self, *wanted: str) -> str:
        """Take the next word; it must be one of ``wanted``, where there are any."""
        if not self._words or (wanted and not self.next_is(*wanted)):
            raise _wrong()
        return self._words.pop(0)


def _split(text: str) -> list[str]:
    words, end = [], 0
    while text[end:].strip():
        match = _TOKEN.match(text, end)
        if match is None:
            raise _wrong()
        words.append(match[1])
        end = match.end()
    return words


def _expression(tokens: _Tokens) -> Expression:
    action = tokens.take("INCLUDE", "EXCLUDE").upper()
    subject = tokens.take(*SUBJECTS).upper()
    tokens.take("WHERE")
    groups = _chain(tokens, "AND", "OR")
    where = [each for group in groups for each in group]
    # Conditions of a user come after IF (filter-expression-guidelines-requirements).
    if any(each.dataset not in DATASETS or each.dataset != where[0].dataset for each in where):
        raise _wrong("the conditions of an expression name fields of one dataset")
    for each in where:
        _check_interactions(each)
        if each.dataset == "ACTIONS" and each.field.upper() in APPLIED_ANYWAY:
            raise _wrong(f"actions cannot be filtered by {each.field}")
    return Expression(action, subject, tuple(map(tuple, groups)), _if(tokens))


def _if(tokens: _Tokens) -> tuple[Condition, ...]:
    if not tokens.next_is("IF"):
        return ()
    tokens.take("IF")
    found = _chain(tokens, "AND")[0]
    if any(each.dataset != CURRENT_USER for each in found):
        raise _wrong("IF checks conditions of CurrentUser alone")
    return tuple(found)


def _chain(tokens: _Tokens, *links: str) -> list[list[Condition]]:
    """Return the conditions that links chain: groups of AND, apart by OR."""
    groups = [[_condition(tokens)]]
    while tokens.next_is(*links):
        if tokens.take(*links).upper() == "OR":
            groups.append([])
        groups[-1].append(_condition(tokens))
    return groups


def _condition(tokens: _Tokens) -> Condition:
    dataset, dot, field = tokens.take().partition(".")
    if not dot or not re.fullmatch(r"[A-Za-z]\w*", dataset):
        raise _wrong()
    operator = tokens.take("IN", "NOT", "NOT_IN", *COMPARISONS).upper()
    if operator == "NOT":
        tokens.take("IN")
    operator = "NOT IN" if operator.startswith("NOT") else operator
    name = ALIASES.get(dataset.upper(), dataset.upper())
    return Condition(name, field, operator, _values(tokens, operator))


def _values(tokens: _Tokens, operator: str) -> tuple[str, ...]:
    if not tokens.next_is("("):
        value = _value(tokens)
        # The guide's own example lists a field of the current item without parentheses.
        if operator in LISTS and not _of_current_item(value):
            raise _wrong()
        return (value,)
    tokens.take("(")
    found = [_value(tokens)]
    while tokens.next_is(","):
        tokens.take(",")
        found.append(_value(tokens))
    tokens.take(")")
    if operator not in LISTS and len(found) > 1:
        raise _wrong()
    return tuple(found)


def _value(tokens: _Tokens) -> str:
    """Take a text, a number, a placeholder or a field of the current item."""
    word = tokens.take()
    if word[0] in '"$' or _of_current_item(word) or re.fullmatch(r"-?\d+(\.\d+)?", word):
        return word
    raise _wrong()


def _of_current_item(word: str) -> bool:
    return word.upper().startswith(f"{CURRENT_ITEM}.")


def _check_interactions(condition: Condition) -> None:
    events = condition.dataset.endswith("INTERACTIONS")
    if events and condition.field.upper() != "EVENT_TYPE":
        raise _wrong("interactions are filtered by EVENT_TYPE alone")
    if '"*"' in condition.values and not events:
        raise _wrong('"*" stands for event types alone')


def _check_placeholders(conditions: Iterable[Condition], operators: tuple[str, ...]) -> None:
    for each in conditions:
        named = next((value for value in each.values if value.startswith("$")), "")
        if named and each.operator == "NOT IN":
            # Text: developer guide, error-messages.
            text = "Placeholders are not allowed with NOT_IN operator."
            raise invalid(f"Invalid input symbol: {named}. {text}")
        if named and each.operator not in operators:
            raise invalid("Placeholders can only be used with IN or EQ operator")


def _wrong(why: str = "") -> Refusal:
    return invalid(f"Invalid Expression{': ' if why else ''}{why}")
