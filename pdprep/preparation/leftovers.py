"""Columns that are no field of the catalogue: fields of one's own, or left out with a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import polars as pl

from pdprep.contract import catalogue, limits
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.meanings import own
from pdprep.contract.payloads import FORBIDDEN, camel
from pdprep.errors import ContractError
from pdprep.preparation import calls, naming
from pdprep.preparation.claims import step_for, without_amount
from pdprep.preparation.evidence import Evidence
from pdprep.preparation.guessing import infer_field
from pdprep.preparation.object_texts import are_objects, field_code, member_code
from pdprep.preparation.proposal import Guess
from pdprep.preparation.steps import Step

TOLD_BY: Final = 1_000  # rows by which prepare infers a field
_PERSONAL: Final = re.compile(
    r"(?:first|last|full|sur|given|family|maiden|middle|customer|user)name$|phone|mobile|telefon|email|street"
    r"|(?:home|billing|shipping|postal|ip|mac)address|^(?:ip|ssn|iban|passport)$|creditcard|birth|^dob$|geburt"
)
_DAY: Final = re.compile(r"date|day|datum|time|fecha|jour|since|dt$|at$|on$")
_TITLE: Final = re.compile(
    r"(?:item|product|prod|movie|film|video|show|book|track|song|game|article|anime|original|primary|display|title)*"
    r"(?:title|name|titel)"
)
_ID: Final = re.compile(
    r"(?:[_\-. ]|(?<=[a-z]))(?:id|ID|Id|uuid|guid|key|no|No|NO|nr|Nr|Number|code|Code)$|^(?:id|ID)$|_ids?$"
)


class Left(NamedTuple):
    """Why a column is left out."""

    reason: str


Kept = tuple[Field, str, Step | None]


def own_guesses(
    base: Contract, columns: Mapping[str, Evidence], known: Sequence[Guess], inside: Collection[str]
) -> list[Guess]:
    """Propose a field of one's own for each column that is not taken, or say why it is left out.

    Args:
        base: The dataset's contract.
        columns: What is known of each column.
        known: The guesses that are fields of the catalogue.
        inside: The columns that are fields of objects; no step can be done to these.
    """
    guesses = list(_each(base, columns, known, inside))
    made = [guess.field for guess in (*known, *guesses) if guess.field]
    if base.event_like or any(field.categorical or field.numeric or field.textual for field in made):
        return guesses
    # A name alone is no metadata: as categories it is.
    return [
        guess._replace(field=Field(guess.field.name, nullable=True, categorical=True), told=True)
        if guess.field
        else guess
        for guess in guesses
    ]


def _each(
    base: Contract, columns: Mapping[str, Evidence], known: Sequence[Guess], inside: Collection[str]
) -> Iterator[Guess]:
    fields = [guess.field for guess in known if guess.field]
    counted = len(own(base.extend(*fields)))
    room = limits.METADATA_FIELDS[base.dataset] - counted
    texts = limits.TEXTUAL_FIELDS - sum(field.textual for field in fields)
    taken = {guess.column for guess in known}
    used = {naming.bare(field.name) for field in fields}
    time = next((guess.column for guess in known if guess.field and guess.field.name == "TIMESTAMP"), None)
    named = False
    for column, told in columns.items():
        if column in taken:
            continue
        found = _kept(base, column, told, used, time, inside)
        if not isinstance(found, Left):
            if found[0].textual and not texts:
                found = Left("items takes one textual field")
            elif found[0].item_name and named:
                found = _category(found[0].name, told)
        if not isinstance(found, Left) and not room:
            found = Left(f"{base.dataset} takes no more metadata fields")
        if isinstance(found, Left):
            yield Guess(column, None, False, f"left out: {found.reason}")
            continue
        field, reason, step = found
        room, texts, named = room - 1, texts - field.textual, named or field.item_name
        used.add(naming.bare(field.name))
        yield Guess(column, field, True, reason, step, step is None and _is_told(field, told, base.dataset))


def without_metadata(error: ContractError, contract: Contract, free: pl.DataFrame) -> ContractError:
    """Return the error for a contract without metadata, with a column that the frame has as its hint.

    Args:
        error: What the rule says.
        contract: The contract.
        free: The first rows of the columns that no field is read from.
    """
    columns = {name: Evidence.of(free.get_column(name)) for name in free.columns}
    known = [Guess("", field, False, "") for field in contract.fields]
    found = [guess for guess in own_guesses(contract, columns, known, ()) if guess.field and not guess.step]
    found.sort(key=lambda guess: not guess.told)
    if not found or not found[0].field:
        return ContractError(error.found, "a column beside it that can be one; the frame has none")
    field = found[0].field
    own = {field.name: found[0].column if found[0].told else (found[0].column, field)}
    return ContractError(error.found, error.expected, f"metadata={calls.mapping(own)}")


def snake(name: str) -> str:
    """Return a column's name as a field's.

    >>> snake("movieTitle"), snake("Device type"), snake("2nd"), snake("Größe")
    ('MOVIE_TITLE', 'DEVICE_TYPE', 'ND', 'GROSSE')
    """
    plain = unicodedata.normalize("NFKD", naming.untyped(name).replace("ß", "ss"))
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain.encode("ascii", "ignore").decode())
    return re.sub(r"[^A-Za-z0-9]+", "_", apart).strip("_").lstrip("0123456789_").upper()


def _kept(
    base: Contract,
    column: str,
    told: Evidence,
    used: set[str],
    time: str | None,
    inside: Collection[str],
) -> Kept | Left:
    name = snake(column)
    refused = _refused(base, name, used) or _useless(base, column, told, time)
    if refused:
        return Left(refused)
    if told.kind == "truth":
        return Field(name, nullable=True, categorical=True), "booleans as text: True, False", None
    if told.kind in ("time", "format") or _is_day(column, told):
        return _moment(name, column, told, inside)
    if told.kind in ("number", "price"):
        return _number(base, name, column, told, inside)
    if told.kind == "prose" and told.separator is None:
        if base.dataset != "items":
            return Left("long text, which only items take")
        return Field(name, nullable=True, textual=True), "long text: prose", None
    field = Field(name, nullable=True, categorical=True)
    step = step_for(field, column, told)
    if step and column in inside:
        return Left("lists written as text within an object")
    if step:
        return field, "lists written as text, which are split: categories", step
    if base.dataset == "items" and told.kind == "text" and _TITLE.fullmatch(naming.bare(column)):
        return Field(name, nullable=True, item_name=True), "the name of the item", None
    if told.kind == "text" and told.unique:
        return Left(f"{told.different:,} different values in {told.values.len():,} rows: they do not recur")
    return _category(name, told)


def _refused(base: Contract, name: str, used: set[str]) -> str:
    if not name or naming.bare(name) in used:
        return "no name of its own"
    if catalogue.field(base.dataset, base.domain, name):
        return f"its values cannot be the field {name}"
    if base.event_like and camel(name).lower() in FORBIDDEN:
        return f"events take no property {camel(name)}"
    return ""


def _useless(base: Contract, column: str, told: Evidence, time: str | None) -> str:
    """Say why a column makes no metadata, whatever its type."""
    kind = told.kind
    if kind == "nothing":
        return "nothing in it"
    if kind == "nested":
        dtype = told.values.dtype
        if dtype == pl.String and not are_objects(told.some).any():
            return "lists of fractions or of lists, as an embedding is: no categories"
        if dtype == pl.String:
            code = field_code(column, told.some.to_list())
            return f"objects written as text{f'; a field of them is read by {code}' if code else ''}"
        if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct) and (code := member_code(dtype)):
            return f"a list of objects; a field of them: pl.col({calls.text(column)}).list.eval({code})"
        return f"{dtype}"[:60]
    if kind in ("email", "phone") or _PERSONAL.search(naming.bare(column)):
        what = {"email": "e-mail addresses", "phone": "phone numbers"}.get(kind, "by its name")
        return f"personal data: {what}"
    if kind == "url":
        return "addresses of pages or pictures"
    if kind == "uuid":
        return "UUIDs or hashes: ids, not categories"
    if base.event_like and time and (kind in ("time", "format") or _is_day(column, told)):
        return f"another time; TIMESTAMP is {time}"
    if kind in ("number", "text") and _ID.search(column) and told.unique:
        return "ids with a value of its own in every row"
    return ""


def _is_day(column: str, told: Evidence) -> bool:
    """Say whether numbers are days by their column's name too: 20260105 may be a code."""
    return told.kind == "number" and bool(told.day_format and _DAY.search(naming.bare(column)))


def _moment(name: str, column: str, told: Evidence, inside: Collection[str]) -> Kept | Left:
    field = Field(name, "long", nullable=True)
    if told.kind == "time":
        return field, "dates and times, as seconds since 1970", None
    if len(told.time_formats) > 1:
        return Left(f"dates that can be read as {' and as '.join(told.time_formats[:2])}")
    if column in inside:
        return Left("dates of a form of their own within an object")
    return (
        field,
        f"dates, read as {told.time_formats[0]}",
        Step(column, "epoch", {"format": told.time_formats[0]}),
    )


def _number(base: Contract, name: str, column: str, told: Evidence, inside: Collection[str]) -> Kept | Left:
    if told.kind == "price":
        field = Field(name, "float", nullable=True)
        if told.decimal is None:
            return Left("amounts that can be read two ways, as 1.234 can: transforms.prices(..., decimal=)")
        if column in inside:
            return Left("amounts written as text within an object")
        return field, f"amounts, read as numbers{without_amount(column, told)}", step_for(field, column, told)
    if told.whole and _ID.search(column):
        return _category(name, told)
    field = infer_field(told.values.alias(name), base.dataset)
    low, high = told.numbers.min(), told.numbers.max()
    doubt = ""
    if told.thousands:
        doubt = '; 1.234 is read as a fraction: where it is a thousand, transforms.prices(..., decimal=",")'
    return field, f"every value is a number; {_short(low)} to {_short(high)}{doubt}", None


def _category(name: str, told: Evidence) -> Kept:
    field = Field(name, nullable=True, categorical=True)
    if told.kind == "list":
        return field, "lists: categories", None
    return field, f"{told.different:,} different values in {told.values.len():,} rows: categories", None


def _short(number: object) -> str:
    return f"{number:.12g}" if isinstance(number, float) else str(number)


def _is_told(field: Field, told: Evidence, dataset: str) -> bool:
    """Say whether prepare infers the same field from its own sample."""
    return infer_field(told.column.head(TOLD_BY).alias(field.name), dataset) == field
