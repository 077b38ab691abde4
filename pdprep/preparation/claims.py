"""Which columns are fields of the catalogue: by names where the values can be it, else by the values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.meanings import is_timestamp
from pdprep.preparation import gaps, naming
from pdprep.preparation.calls import text
from pdprep.preparation.evidence import Evidence
from pdprep.preparation.gaps import FirstLines
from pdprep.preparation.object_texts import id_code
from pdprep.preparation.proposal import Guess
from pdprep.preparation.steps import Step
from pdprep.preparation.times import FROM_1980, TO_2286

Columns = Mapping[str, Evidence]
_KINDS_MOST: Final = 100  # different types that events have at most
_PERSONAL: Final = {"email": "e-mail addresses", "phone": "phone numbers"}
_NO_DATE: Final = 10_000_000  # seconds from 1970: smaller numbers are years, or counts


def claims(base: Contract, columns: Columns, inside: Collection[str]) -> tuple[list[Guess], list[str]]:
    """Return the columns that become fields of the catalogue, and what has to be said of them.

    Args:
        base: The dataset's contract.
        columns: What is known of each column.
        inside: The columns that are fields of objects; no step can be done to these.
    """
    every = (*base.fields, *catalogue.optional(base.dataset, base.domain))
    found: dict[str, Guess] = {}
    for each in every:
        if each.name in columns:
            step = step_for(each, each.name, columns[each.name])
            found[each.name] = Guess(
                each.name, each, False, f"the field's own name{_done(step, columns[each.name])}", step
            )
    said: list[str] = []
    for each in every:
        if each.name not in found:
            free = {
                name: told for name, told in columns.items() if name not in {g.column for g in found.values()}
            }
            guess = _guess(base, each, free, inside)
            if guess:
                found[each.name] = guess
    fillable = _once(found.values(), columns, inside)
    for guess in found.values():
        said += _gaps(base, guess, columns, fillable)
    said += [line for name in base.names if name not in found for line in _near(name, columns, found, base)]
    return list(found.values()), said


def _guess(base: Contract, field: Field, free: Columns, inside: Collection[str]) -> Guess | None:
    named = naming.candidates(field.name, list(free), base.dataset)
    usable = [name for name in named if _fits(base, field, name, free[name], inside)]
    if is_timestamp(field) and field.name == "TIMESTAMP":
        return _time(field, free, usable, inside)
    if field.name == base.key and not base.event_like:
        usable.sort(key=lambda name: not free[name].one_each)
    if usable:
        return _named(field, usable[0], free, "a usual name for it")
    required = field.name in base.names
    if (
        required
        and (near := naming.misspelt(field.name, list(free)))
        and _fits(base, field, near, free[near], inside)
    ):
        return _named(field, near, free, "the nearest name")
    if required and field.name in base.ids:
        return _by_values(base, field, free)
    return None


def _named(field: Field, name: str, free: Columns, reason: str) -> Guess:
    told, step = free[name], step_for(field, name, free[name])
    personal = f"; personal data: {_PERSONAL[told.kind]}" if told.kind in _PERSONAL else ""
    local = "; no zone, taken as UTC" if is_timestamp(field) and step is None and told.local else ""
    return Guess(name, field, False, f"{reason}{personal}{local}{_done(step, told)}", step)


def _time(field: Field, free: Columns, usable: Sequence[str], inside: Collection[str]) -> Guess | None:
    by_values = [
        name
        for name, told in free.items()
        if name not in usable
        and naming.may_be_moment(name)
        and (told.plainly_moments or (told.kind == "format" and _one_format(told, name, inside)))
    ]
    both = [*usable, *by_values]
    if not both:
        return None
    reason = "a usual name for it" if usable else "its values are moments"
    others = (
        f"; so could be {', '.join(both[1:4])}, which come{'s' if len(both) == 2 else ''} after it"
        if both[1:]
        else ""
    )
    return _named(field, both[0], free, f"{reason}{others}")


def _by_values(base: Contract, field: Field, free: Columns) -> Guess | None:
    """Find an id that no name tells: one that every row of a catalogue has, or codes of events that recur."""
    if not base.event_like:
        own = [name for name, told in free.items() if told.one_each and told.rows > 1 and _plain_id(told)]
        # An index that was written with the frame is told from an id by its want of a name.
        own.sort(key=lambda name: _row_number(name, free[name]))
        reason = "every row has a value of its own"
        if own and _row_number(own[0], free[own[0]]):
            reason = "the number of its row, for want of an id: it is another one when the rows change"
    else:
        own = [name for name, told in free.items() if told.codes and not told.one_each and told.different > 2]
        reason = "the only codes that recur"
        if len(own) != 1:
            return None
    return Guess(own[0], field, False, reason) if own else None


def _row_number(name: str, told: Evidence) -> bool:
    return not naming.bare(naming.ADDED.sub("", name)) and told.counts


def _plain_id(told: Evidence) -> bool:
    text = told.values.dtype == pl.String
    words = text and told.some.str.contains(r"\s|\.").any()
    return (
        told.identifies
        and told.kind in ("text", "number", "uuid")
        and not words
        and (text or told.values.dtype.is_integer())
    )


def _fits(base: Contract, field: Field, name: str, told: Evidence, inside: Collection[str]) -> bool:
    """Say whether a column's values can be the field."""
    if told.kind in ("nothing", "nested"):
        return False
    if step_for(field, "", told) is not None and name in inside:
        return False
    if field.name in base.ids:
        row_number = base.event_like and naming.bare(name) == "id" and told.one_each and told.rows > 1
        url = told.kind == "url" and not naming.is_address(name)
        return told.identifies and not row_number and not url
    if field.name == "TIMESTAMP":
        return told.moments or _one_format(told, name, inside)
    if is_timestamp(field):
        return (not told.day_format and _of_any_year(told)) or _one_format(told, name, inside)
    if field.name == "EVENT_TYPE":
        few = told.different <= _KINDS_MOST and not told.unique
        return few and (told.kind == "text" or (told.whole and told.different <= 20))
    if field.name in ("SESSION_ID", "EVENT_ID", "RECOMMENDATION_ID"):
        return told.identifies and (field.name != "EVENT_ID" or told.one_each)
    if field.name == "IMPRESSION":
        return told.kind in ("list", "split") or told.separator is not None or _has_bar(told)
    if field.numeric:
        return told.kind == "number" or (told.kind == "price" and told.decimal is not None)
    if field.textual:
        return told.kind == "prose" or (
            told.kind == "text" and bool(told.some.str.contains(r"\S\s+\S+\s+\S").all())
        )
    return told.kind in ("text", "list", "split", "truth") or (told.kind == "number" and told.whole)


def step_for(field: Field, name: str, told: Evidence) -> Step | None:
    """Return what has to be done to a column before it can be the field."""
    if is_timestamp(field) and _has_format(told):
        return Step(name, "epoch", {"format": told.time_formats[0]})
    if field.numeric and told.kind == "price":
        lenient: dict[str, str | bool] = {"strict": False} if told.exceptions else {}
        return Step(name, "prices", {"decimal": told.decimal, **lenient} if told.decimal else lenient)
    if (field.categorical or field.name == "IMPRESSION") and told.kind == "split":
        return Step(name, "split")
    if (field.categorical or field.name == "IMPRESSION") and told.separator:
        return Step(name, "split", {} if told.separator == "|" else {"separator": told.separator})
    return None


def _one_format(told: Evidence, name: str, inside: Collection[str]) -> bool:
    return _has_format(told) and len(told.time_formats) == 1 and name not in inside


def _has_format(told: Evidence) -> bool:
    return told.kind == "format" or (told.kind == "number" and told.day_format != "")


def _of_any_year(told: Evidence) -> bool:
    if told.kind == "time":
        return True
    epochs = told.epochs.drop_nulls() if told.kind == "number" and told.whole else pl.Series([])
    return bool(epochs.len()) and bool((epochs.abs() >= _NO_DATE).all())


def _has_bar(told: Evidence) -> bool:
    return told.kind == "text" and bool(told.some.str.contains("|", literal=True).any())


def _done(step: Step | None, told: Evidence) -> str:
    if step is None:
        return ""
    what = {
        "epoch": f"read as {step.given.get('format')}",
        "prices": f"amounts of money to numbers{without_amount(step.column, told)}",
        "split": "lists written as text are split",
    }
    return f"; {what[step.name]}"


def _once(found: Iterable[Guess], columns: Columns, inside: Collection[str]) -> FirstLines | None:
    """Tell the columns of required fields that have a value on the first line of an order alone."""
    whole = pl.DataFrame({name: told.column for name, told in columns.items() if name not in inside})
    required = [guess.column for guess in found if guess.field and not guess.field.nullable]
    return gaps.once(whole, [name for name in required if name in whole.columns])


def _gaps(base: Contract, guess: Guess, columns: Columns, fillable: FirstLines | None) -> Iterator[str]:
    """Say which rows of the sample will not pass."""
    field, told = guess.field, columns[guess.column]
    if field is None or field.nullable:
        return
    drop = 'on_invalid="drop" leaves them out'
    if told.missing:
        others = (
            name
            for name in naming.candidates(field.name, list(columns), base.dataset)
            if name != guess.column
        )
        fills = next(
            (name for name in others if columns[name].column.filter(told.column.is_null()).null_count() == 0),
            None,
        )
        mend = f'pl.coalesce("{guess.column}", "{fills}") fills them' if fills else drop
        if fillable and guess.column in fillable.columns:
            mend = f"{fillable.group} has it on its first line alone: frame.lazy(){fillable.code}"
        rows = f"{told.missing:,} of {told.rows:,} rows"
        yield f"{rows} have no {guess.column}, which {field.name} needs: {mend}"
    if field.name == "TIMESTAMP" and guess.step is None:
        wrong = int((~told.epochs.is_between(FROM_1980, TO_2286)).fill_null(True).sum())
        if wrong:
            yield f"{wrong:,} different values of {guess.column} are no moments since 1980: {drop}"


def without_amount(column: str, told: Evidence) -> str:
    """Say what becomes of the words among the amounts of a column."""
    null = f"; {', '.join(told.exceptions)}: null" if told.exceptions else ""
    free = next((word for word in told.exceptions if word.lower() in _FREE), None)
    zero = (
        f"frame.with_columns(pl.col({text(column)}).replace({{{text(free)}: {text('0')}}}))" if free else ""
    )
    return f"{null}, or 0 by {zero}" if zero else null


def _near(name: str, columns: Columns, found: Mapping[str, Guess], base: Contract) -> Iterator[str]:
    """Say of a required field without a column which one was not taken, and why."""
    taken = {guess.column for guess in found.values()}
    for column in naming.candidates(name, [each for each in columns if each not in taken], base.dataset)[:1]:
        told = columns[column]
        if told.kind == "format":
            forms = " or ".join(told.time_formats[:2])
            code = f'frame.lazy().pipe(pdprep.transforms.epoch, "{column}", format="{told.time_formats[0]}")'
            yield f"{column} may be {name}, read as {forms}: {code}"
        else:
            texts = told.some.to_list() if told.kind == "nested" and told.values.dtype == pl.String else ()
            code = id_code(column, texts, name)
            yield f"{column} is not taken for {name}: {_WHY[told.kind]}{f': {code}' if code else ''}"


_FREE: Final = ("free", "gratis", "gratuit", "kostenlos", "umsonst")
_WHY: Final[Mapping[str, str]] = {
    "nothing": "it is empty", "nested": "it holds objects or lists of them",
    "number": "its numbers cannot be it",
    "text": "its text cannot be it", "truth": "it holds true and false", "time": "it holds moments",
    "price": "it holds amounts", "list": "it holds lists", "split": "it holds lists",
    "prose": "it holds prose",
    "url": "it holds addresses", "email": "it holds e-mail addresses", "phone": "it holds phone numbers",
    "uuid": "it holds UUIDs",
}  # fmt: skip
