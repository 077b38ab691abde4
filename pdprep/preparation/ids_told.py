"""Which form the ids of a prepared frame are read in: given, or told by the whole column as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from pdprep.errors import IdFormError, InputError
from pdprep.preparation import columns, expressions, ids
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.ids import TEXT, UNDONE, Form, Spellings
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import Source

FORMS: Final = (UNDONE, TEXT)


@dataclass(eq=False)
class IdForms:
    """The forms of a frame's ids, by field; a prepared frame and what is made of it share one.

    Attributes:
        asked: What the user asked for, whatever the dataset has.
        given: What the dataset has, or the frame whose mapping is used again.
        found: What the whole column is, once it has been read; None where none of its ids has a point.
    """

    asked: Mapping[str, Form] = field(default_factory=dict)
    given: Mapping[str, Form] = field(default_factory=dict)
    found: dict[str, Form | None] = field(default_factory=dict)

    def ruling(self, name: str) -> Form | None:
        """Return the form that the ids of a field must have; None where they tell it themselves."""
        return self.asked.get(name) or self.given.get(name)

    @property
    def known(self) -> dict[str, Form]:
        """The forms as far as they are known."""
        found = {name: form for name, form in self.found.items() if form}
        return {**found, **self.given, **self.asked}

    def again(self, asked: Mapping[str, Form]) -> IdForms:
        """Return what holds for another source of the same dataset."""
        return IdForms({**self.asked, **asked}, self.known)


class Readings:
    """The attempts to read a source with its ids in the right form: again, where a column is text.

    Args:
        forms: What is known; it is told what the whole column was.
        source: What is read.
        conversions: How.
    """

    def __init__(self, forms: IdForms, source: Source, conversions: Sequence[Conversion]) -> None:
        self.forms, self._source, self._conversions = forms, source, conversions
        self._text = {name for name, form in forms.found.items() if form == TEXT}
        self.seen: dict[str, Spellings] = {}

    def begin(self) -> tuple[Conversion, ...]:
        """Return the conversions of the next attempt."""
        forms = {each.field.name: self._form(each.field.name) for each in self._conversions}
        self.seen = {
            each.field.name: Spellings(each.field.name, forms[each.field.name]) for each in self._own
        }
        # Items that were shown are in one text with bars; they have to be spelled as items are.
        shown = next((forms[name] for name in ("ITEM_ID", "ACTION_ID") if name in forms), None)
        return tuple(
            read_in(each, self.seen[each.field.name])
            if each.way.of_id
            else _as_ids(each)
            if each.field.name == "IMPRESSION" and shown != TEXT
            else each
            for each in self._conversions
        )

    def failed(self) -> bool:
        """Say whether an attempt failed because ids are text, which the next one will know."""
        more = {name for name, each in self.seen.items() if each.others and not self.forms.ruling(name)}
        self._text |= more
        return bool(more)

    def whole(self) -> bool:
        """Say whether an attempt that came to its end was right, and keep what it found.

        Raises:
            IdFormError: Ids would meet that are two, in a dataset whose ids are undone.
        """
        for each in self._own:
            # Counting told that ids may meet; only reading the column once more tells whether they do.
            name, seen = each.field.name, self.seen[each.field.name]
            if seen.form != TEXT and not each.way.rule and seen.may_meet and self._meet(each):
                if self.forms.ruling(name):
                    raise ids.differs(name, UNDONE, TEXT)
                self._text.add(name)
        if any(self.seen[name].form != TEXT for name in self._text & self.seen.keys()):
            return False
        self.forms.found.update({name: each.found for name, each in self.seen.items()})
        return True

    def _form(self, name: str) -> Form | None:
        return self.forms.ruling(name) or (TEXT if name in self._text else None)

    @property
    def _own(self) -> Iterator[Conversion]:
        return (each for each in self._conversions if each.way.of_id)

    def _meet(self, conversion: Conversion) -> bool:
        name = conversion.field.name
        rows = expressions.typed(self._source, self._conversions).select(conversion.expr.alias(name))
        with reading(self._source, [name]):
            return ids.meet(rows, name)


def read_in(conversion: Conversion, seen: Spellings) -> Conversion:
    """Return the conversion of an id as it is read in a form, counting how the ids are spelled."""
    way = conversion.way
    if way.rule:  # numbers
        counted = conversion.expr.map_batches(seen.floats, return_dtype=pl.self_dtype(), is_elementwise=True)
        return replace(conversion, expr=counted, way=way._replace(of_id=False))
    batch = columns.id_wise(columns.stripped if seen.form == TEXT else seen.undone)

    def convert(column: pl.Expr) -> pl.Expr:
        return columns.by_batch(column, batch.convert)

    text = conversion.expr.cast(pl.String)
    return replace(conversion, expr=text, way=way._replace(convert=convert, batch=batch, of_id=False))


def _as_ids(shown: Conversion) -> Conversion:
    """Return the conversion of the ids that were shown, which are in the form of those that were taken."""

    def convert(column: pl.Expr) -> pl.Expr:
        joined = shown.way.convert(column)
        return joined.map_batches(ids.undone_list, return_dtype=pl.String, is_elementwise=True)

    batch = shown.way.batch and shown.way.batch.then(ids.undone_list)
    return replace(shown, way=shown.way._replace(convert=convert, batch=batch))


def told(forms: IdForms, source: Source, conversions: Sequence[Conversion]) -> tuple[Conversion, ...]:
    """Return the conversions with ids in their form; reads the columns of ids where it is not known yet."""
    readings = Readings(forms, source, conversions)
    fresh = [each for each in conversions if each.way.of_id and each.field.name not in forms.found]
    while fresh:
        mine = [each for each in readings.begin() if each.field.name in readings.seen]
        rows = expressions.typed(source, conversions)
        try:
            with reading(source, [each.field.name for each in fresh]):
                rows.select(each.clean.null_count() for each in mine).collect(engine="streaming")
        except IdFormError:
            if not readings.failed():
                raise
        else:
            if readings.whole():
                break
    return readings.begin()


def check(forms: Mapping[str, Form] | None) -> dict[str, Form]:
    """Return the forms that a user asks for.

    Raises:
        InputError: There is no such form.
    """
    for name, form in (forms or {}).items():
        if form not in FORMS:
            raise InputError(
                f"id_forms={{{name!r}: {form!r}}}",
                '"undone" (1.0 is the id 1) or "text" (kept to the letter)',
                f'id_forms={{"{name}": "text"}}',
            )
    return dict(forms or {})
