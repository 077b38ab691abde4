"""Which dataset rules a summary breaks: one function a rule, giving the figure found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from pdprep.contract import catalogue, limits, rules, shape, use_cases
from pdprep.contract.contract import Contract
from pdprep.contract.rules import Rule
from pdprep.spelling import edit
from pdprep.validation.summary import Summary


class Figures(NamedTuple):
    """What a dataset rule is judged by; ``rows`` are those that will count."""

    contract: Contract
    summary: Summary
    rows: int


Judge = Callable[[Figures], int | None]


def breaches(
    contract: Contract, summary: Summary, route: str | None, waiting: int = 0
) -> Iterator[tuple[Rule, int]]:
    """Yield the dataset rules that a summary breaks, each with the figure found.

    Args:
        contract: The dataset's contract.
        summary: Its figures.
        route: bulk, put or None.
        waiting: Rows that break a rule and are to be mended, not dropped: they will count.
    """
    yield from _broken(_rules(contract, route), Figures(contract, summary, summary.rows + waiting))


def training(contract: Contract, summary: Summary) -> Iterator[tuple[Rule, int]]:
    """Yield the minima of training that interactions do not reach, bulk and put counted together.

    >>> [rule.name for rule, _ in training(Contract.of("interactions"), Summary(rows=3_000, ids=50))]
    ['training_users', 'training_share', 'better_interactions', 'better_users']
    """
    yield from _broken(TRAINING.items(), Figures(contract, summary, summary.rows))


def _broken(judges: Iterable[tuple[str, Judge]], figures: Figures) -> Iterator[tuple[Rule, int]]:
    for name, judge in judges:
        found = judge(figures)
        if found is not None:
            yield rules.rule(name), found


def _rules(contract: Contract, route: str | None) -> Iterator[tuple[str, Judge]]:
    yield from _ANY.items()
    if contract.dataset == "interactions":
        yield from _EVENTS.items()
        if route != "put":  # a put adds to what is there already, which only the dataset group knows
            yield from (_BULK | TRAINING).items()
    elif not contract.event_like:
        yield from _RECORDS.items()


def _below(figure: Callable[[Figures], int], least: int) -> Judge:
    return lambda figures: figure(figures) if figure(figures) < least else None


def _above(figure: Callable[[Figures], int], most: int) -> Judge:
    return lambda figures: figure(figures) if figure(figures) > most else None


def _rows(figures: Figures) -> int:
    return figures.rows


def _with_two(figures: Figures) -> int:
    return figures.summary.ids_with_two


def _types(figures: Figures) -> int:
    return len(figures.summary.event_types)


def _types_and_metadata(figures: Figures) -> int:
    """Count as interactions-dataset-requirements does: the other reserved fields are no metadata."""
    columns = figures.contract.columns
    counted = [name for name in ("EVENT_TYPE", "EVENT_VALUE") if name in columns]
    return _types(figures) + len(counted) + len(shape.own(figures.contract))


def _single_time(figures: Figures) -> int | None:
    summary = figures.summary
    return summary.rows if summary.rows > 1 and summary.earliest == summary.latest else None


def _few_share(figures: Figures) -> int | None:
    few = figures.summary.ids_with_two * limits.TRAINING_SHARE < figures.summary.ids
    return figures.summary.ids_with_two if few else None


def _all_reserved(figures: Figures) -> int | None:
    words = catalogue.reserved(figures.contract.dataset, figures.contract.domain)
    types = figures.summary.event_types
    return len(types) if types and set(types) <= set(words) else None


def _near(figures: Figures) -> int | None:
    wanted = use_cases.event_types(figures.contract.domain)
    return _count(figures, [name for name in figures.summary.event_types if near(name, wanted)])


def _negative(figures: Figures) -> int | None:
    return _count(figures, [name for name in figures.summary.event_types if dislike(name)])


def _count(figures: Figures, names: list[str]) -> int | None:
    return sum(figures.summary.event_types[name] for name in names) or None


def dislike(name: str) -> bool:
    """Say whether an event type names a dislike.

    >>> dislike("Remove_from_Cart"), dislike("Watch")
    (True, False)
    """
    return "".join(filter(str.isalpha, name.lower())) in NEGATIVE


def near(name: str, wanted: tuple[str, ...]) -> str:
    """Return the wanted name that is a letter or a case away, or nothing.

    >>> near("watch", ("Watch",)), near("Wach", ("Watch",)), near("Click", ("Watch",))
    ('Watch', 'Watch', '')
    """
    if name in wanted:
        return ""
    return next((each for each in wanted if _one_letter(name.strip().lower(), each.lower())), "")


def _one_letter(one: str, other: str) -> bool:
    changed = edit(one, other)
    return changed is not None and len(changed) <= 2  # two letters swapped are four


_DISLIKES: Final = """
dislike disliked thumbsdown downvote unlike hide hidden block blocked skip skipped remove removed
removefromcart unsubscribe refund refunded return returned uninstall notinterested notforme
"""
NEGATIVE: Final = frozenset(_DISLIKES.split())
_ANY: Final[dict[str, Judge]] = {"rows_none": _below(_rows, 1)}
_EVENTS: Final[dict[str, Judge]] = {
    "event_types": _above(_types, limits.EVENT_TYPES),
    "event_types_and_metadata": _above(_types_and_metadata, limits.EVENT_TYPES_AND_METADATA),
    "event_types_reserved": _all_reserved,
    "event_type_near": _near,
    "event_type_negative": _negative,
    "timestamp_single": _single_time,
    "attribution_sources": _above(lambda f: len(f.summary.sources), limits.ATTRIBUTION_SOURCES),
}
_BULK: Final[dict[str, Judge]] = {"bulk_minimum": _below(_rows, limits.BULK_INTERACTIONS)}
TRAINING: Final[dict[str, Judge]] = {
    "training_interactions": _below(_rows, limits.TRAINING_INTERACTIONS),
    "training_users": _below(_with_two, limits.TRAINING_USERS),
    "training_share": _few_share,
    "better_interactions": _below(_rows, limits.BETTER_INTERACTIONS),
    "better_users": _below(_with_two, limits.BETTER_USERS),
}
_RECORDS: Final[dict[str, Judge]] = {
    "id_twice": _above(_with_two, 0),
    "items_considered": lambda f: (
        _above(_rows, limits.ITEMS_CONSIDERED)(f) if f.contract.dataset == "items" else None
    ),
    "actions_considered": lambda f: (
        _above(_rows, limits.ACTIONS_CONSIDERED)(f) if f.contract.dataset == "actions" else None
    ),
}
