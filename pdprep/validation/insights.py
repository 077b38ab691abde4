"""What the console's data insights say, and more, before anything is uploaded: one function an insight.

Source: Amazon Personalize Developer Guide, analyzing-data. How AWS finds outliers is not published: here a
number is one if it lies more than three interquartile ranges outside the middle half, told from a histogram
whose bins are nine percent wide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import polars as pl

from pdprep import assumptions
from pdprep.contract import limits
from pdprep.preparation.ids import TEXT, UNDONE, Form
from pdprep.validation import written
from pdprep.validation.id_forms import matches
from pdprep.validation.known import Group, Known
from pdprep.validation.outliers import outliers
from pdprep.validation.profile import ColumnProfile
from pdprep.validation.touched import busiest

COMPLETE: Final = 70.0  # percent
COMPLETE_TEXT: Final = 85.0
FRAME: Final = pl.Schema(
    {
        "dataset": pl.String,
        "insight": pl.String,
        "column": pl.String,
        "value": pl.Float64,
        "limit": pl.Float64,
        "concern": pl.Boolean,
        "says": pl.String,
    }
)


class Figure(NamedTuple):
    """A figure, the limit it is held against, whether it is a concern, and code that it tells."""

    column: str
    value: float
    limit: float
    concern: bool
    code: str = ""


Find = Callable[[Known, Group], Iterator[Figure]]


def insights(group: Group) -> pl.DataFrame:
    """Return one row an insight, dataset and column, concerns first.

    Args:
        group: What is known of each dataset type.
    """
    rows = [
        (
            *(dataset, name, *finding[:-1]),
            says.format(value=_figure(finding.value), limit=_figure(finding.limit), code=finding.code),
        )
        for dataset, known in group.items()
        for name, (says, find) in _INSIGHTS.items()
        for finding in find(known, group)
    ]
    frame = pl.DataFrame(rows, schema=FRAME, orient="row")
    return frame.sort("concern", descending=True, maintain_order=True)


def percent(part: int, whole: int) -> float:
    """Return a share in percent; of nothing it is none."""
    return 100.0 * part / whole if whole else 0.0


def _figure(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _at_least(figure: Callable[[Known], int], least: int) -> Find:
    def find(known: Known, group: Group) -> Iterator[Figure]:
        if known.contract.dataset == "interactions":
            yield Figure("", figure(known), least, figure(known) < least)

    return find


def _counted(figures: Callable[[Known], Iterable[tuple[str, int]]], concern: bool = True) -> Find:
    """Find the columns of which something is counted."""

    def find(known: Known, group: Group) -> Iterator[Figure]:
        yield from (Figure(name, count, 0, concern) for name, count in figures(known) if count)

    return find


def _ids_in(form: Form, concern: bool) -> Find:
    return _counted(lambda known: ((name, each == form) for name, each in known.id_forms.items()), concern)


def _event_types(known: Known, group: Group) -> Iterator[Figure]:
    if known.contract.event_like and known.summary.event_types:
        found = len(known.summary.event_types)
        yield Figure("EVENT_TYPE", found, limits.EVENT_TYPES, found > limits.EVENT_TYPES)


def _one_time(known: Known, group: Group) -> Iterator[Figure]:
    summary = known.summary
    if known.contract.event_like and summary.rows > 1:
        same = summary.earliest == summary.latest
        yield Figure("TIMESTAMP", len(known.profile.days), 1, same)


def _incomplete_rows(known: Known, group: Group) -> Iterator[Figure]:
    if known.profile.rows:
        share = percent(known.profile.incomplete, known.profile.rows)
        yield Figure("", share, 100 - COMPLETE, share > 100 - COMPLETE)


def _complete(textual: bool, least: float) -> Find:
    def find(known: Known, group: Group) -> Iterator[Figure]:
        for name, column in known.profile.columns.items():
            if known.contract.field(name).textual == textual and known.profile.rows:
                share = percent(column.filled, known.profile.rows)
                yield Figure(name, share, least, share < least)

    return find


def _short(known: Known, group: Group) -> Iterator[Figure]:
    if known.short.rows:
        yield Figure("", known.short.rows, known.short.line, True)


def _outliers(known: Known, group: Group) -> Iterator[Figure]:
    for name, column in known.profile.columns.items():
        if column.bins:
            found = outliers(column.bins)
            yield Figure(name, found, 0, found > 0)


def _categories(known: Known, group: Group) -> Iterator[Figure]:
    most = assumptions.number("categories_most")
    for name, column in known.profile.columns.items():
        if column.categories:
            yield Figure(name, len(column.categories), most, len(column.categories) > most)


def _written(figure: Callable[[ColumnProfile], int]) -> Find:
    """Find the texts of a categorical column that are not written as categories are."""
    return _counted(lambda known: ((name, figure(each)) for name, each in known.profile.columns.items()))


def _local(known: Known, group: Group) -> Iterator[Figure]:
    for name, rows in known.local.items():
        yield Figure(name, rows, 0, name == "TIMESTAMP")  # a day of creation is none the worse for it


def _lacking(dataset: str, other: str, name: str) -> Find:
    """Find the share of the ids of a dataset that another one, an event or a record, does not name."""

    def find(known: Known, group: Group) -> Iterator[Figure]:
        if known.contract.dataset == dataset and other in group:
            mine, theirs = known.profile.ids.get(name), group[other].profile.ids.get(name)
            if mine is not None and theirs is not None and mine.len():
                share = percent(mine.len() - int(mine.is_in(theirs.implode()).sum()), mine.len())
                yield Figure(name, share, 0, share > 0)

    return find


def _other_form(known: Known, group: Group) -> Iterator[Figure]:
    """Find the ids of events that a catalogue has in another form."""
    for name, found in matches(known, group):
        yield Figure(name, found.then, found.now, True, f'columns={{"{name}": {found.code}}}')


def _rows_of(name: str, figure: Callable[[pl.Series], float]) -> Find:
    """Find a figure of how the events spread over the ids that they name."""

    def find(known: Known, group: Group) -> Iterator[Figure]:
        touched = known.profile.touched.get(name)
        if known.contract.event_like and touched is not None and known.profile.rows:
            yield Figure(name, round(100 * figure(touched.rows), 6), 0, False)  # 29.000000000000004 is 29

    return find


def _single(rows: pl.Series) -> float:
    return float((rows == 1).sum()) / max(1, rows.len())


_INSIGHTS: Final[dict[str, tuple[str, Find]]] = {
    "interactions": (
        "{value} interactions; {limit} are needed to train",
        _at_least(lambda known: known.summary.rows, limits.TRAINING_INTERACTIONS),
    ),
    "interactions_better": (
        "{value} interactions; {limit} make it better",
        _at_least(lambda known: known.summary.rows, limits.BETTER_INTERACTIONS),
    ),
    "users_with_two": (
        "{value} users with two interactions; {limit} are needed to train",
        _at_least(lambda known: known.summary.ids_with_two, limits.TRAINING_USERS),
    ),
    "users_with_two_better": (
        "{value} users with two interactions; {limit} make it better",
        _at_least(lambda known: known.summary.ids_with_two, limits.BETTER_USERS),
    ),
    "items_untouched": (
        "{value} % of the items have no interaction",
        _lacking("items", "interactions", "ITEM_ID"),
    ),
    "users_untouched": (
        "{value} % of the users have no interaction",
        _lacking("users", "interactions", "USER_ID"),
    ),
    "actions_untouched": (
        "{value} % of the actions have no interaction",
        _lacking("actions", "action_interactions", "ACTION_ID"),
    ),
    "items_unknown": (
        "{value} % of the items in interactions are not in items",
        _lacking("interactions", "items", "ITEM_ID"),
    ),
    "users_unknown": (
        "{value} % of the users in interactions are not in users",
        _lacking("interactions", "users", "USER_ID"),
    ),
    "actions_unknown": (
        "{value} % of the actions in action interactions are not in actions",
        _lacking("action_interactions", "actions", "ACTION_ID"),
    ),
    "like_events": (
        "{code}",
        lambda known, _: (Figure("", 1, 0, True, each) for each in [known.like_events] if each),
    ),
    "ids_of_another_form": (
        "{limit} % of these ids are in the catalogue as they are written, {value} % would be by {code}",
        _other_form,
    ),
    "ids_undone": ("1.0 is the id 1: a float has written these ids", _ids_in(UNDONE, True)),
    "ids_text": ("ids with a point, such as 1.10, are kept to the letter", _ids_in(TEXT, False)),
    "ids_respelled": (
        "{value} ids are the number of another one, spelled otherwise: 1 and 1.0, or 7 and 007",
        _counted(lambda known: ((name, each.respelled) for name, each in known.profile.touched.items())),
    ),
    "items_busiest": ("a tenth of the items has {value} % of the interactions", _rows_of("ITEM_ID", busiest)),
    "items_single": ("{value} % of the items have a single interaction", _rows_of("ITEM_ID", _single)),
    "users_busiest": ("a tenth of the users has {value} % of the interactions", _rows_of("USER_ID", busiest)),
    "users_single": ("{value} % of the users have a single interaction", _rows_of("USER_ID", _single)),
    "rows_incomplete": ("{value} % of the rows lack a value; at most {limit} % is advised", _incomplete_rows),
    "rows_short": (
        "{value} rows have fewer values than there are columns, the first on line {limit}: the rest is null",
        _short,
    ),
    "column_incomplete": ("{value} % complete; {limit} % is advised", _complete(False, COMPLETE)),
    "text_incomplete": (
        "{value} % complete; text below {limit} % is not used in training",
        _complete(True, COMPLETE_TEXT),
    ),
    "outliers": ("{value} numbers far from the others", _outliers),
    "categories": ("{value} categories; above {limit} they say little", _categories),
    "categories_as_list": (
        "{value} different values are lists written as text; transforms.split makes lists of them",
        _written(lambda column: written.bracketed(column.untidy)),
    ),
    "categories_as_objects": (
        "{value} different values are objects written as text; "
        'pl.col(...).str.json_path_match("$.name") reads a field of JSON',
        _written(lambda column: written.objects(column.untidy)),
    ),
    "categories_as_money": (
        "{value} different values look like amounts, of money or with a comma; transforms.prices makes "
        "numbers of them",
        _written(lambda column: written.money(column.categories)),
    ),
    "numbers_as_thousands": (
        "{value} numbers of the first rows are read as fractions, as 1.234 is; "
        'transforms.prices(..., decimal=",") reads thousands',
        _counted(lambda known: known.thousands.items()),
    ),
    "categories_joined": (
        "{value} different values look like several; transforms.split(..., separator=) splits them",
        _written(lambda column: written.joined(column.categories)),
    ),
    "categories_untidy": (
        "{value} different values hold a category twice, an empty one, a space around the bar or a word for "
        "none such as N/A; transforms.split cleans them",
        _written(lambda column: written.unclean(column.untidy)),
    ),
    "time_zone": (
        "times without a zone, {value} of the first rows, are taken as UTC; transforms.in_zone names another",
        _local,
    ),
    "event_types": ("{value} event types; more than {limit} make training fail", _event_types),
    "timestamps": ("events on {value} days; one time for all gives no order", _one_time),
}
