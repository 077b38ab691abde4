"""Which source column becomes which field: resolved before a row is read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.errors import MappingError
from pdprep.preparation import naming
from pdprep.spelling import noun

Columns = Mapping[str, "str | pl.Expr"]
Metadata = Mapping[str, "str | pl.Expr | Field | tuple[str, Field]"]


def check_targets(contract: Contract, columns: Columns) -> None:
    """Refuse a mapping whose left side is not the contract's or the catalogue's.

    Raises:
        MappingError: It is written the wrong way round, or names no field.
    """
    optional = catalogue.optional(contract.dataset, contract.domain)
    extra = {"RECOMMENDATION_ID"} if contract.dataset == "interactions" else set[str]()
    known = {*contract.names, *(each.name for each in optional), *extra}
    unknown = [target for target in columns if target not in known]
    if not unknown:
        return
    turned = _turned(columns, unknown, known)
    if turned:
        raise MappingError(
            "the mapping is written the wrong way round: column to field",
            "field to column",
            _hint("columns", turned),
        )
    raise _no_such_field(contract, unknown[0], columns[unknown[0]], known)


def guesses(contract: Contract, names: Iterable[str], columns: Sequence[str]) -> dict[str, str]:
    """Guess a source column for each field, by what people call them.

    >>> guesses(Contract.of("items", "VIDEO_ON_DEMAND"), ["GENRES"], ["movieId", "genre"])
    {'GENRES': 'genre'}
    """
    fields = list(names)
    found = naming.usual(fields, columns, contract.dataset)
    for name in fields:
        near = naming.misspelt(name, [column for column in columns if column not in found.values()])
        if name not in found and near:
            found[name] = near
    return {name: found[name] for name in fields if name in found}


def missing(
    contract: Contract, names: Sequence[str], columns: Sequence[str], given: Columns, source: str
) -> MappingError:
    """Return the error for required fields that no column fills.

    Args:
        contract: What is to be filled.
        names: The fields that are not.
        columns: What the source has.
        given: The mapping so far.
        source: The source as code, whose values tell more where its names tell nothing.
    """
    used = [column for column in given.values() if isinstance(column, str)]
    guess = guesses(contract, names, [column for column in columns if column not in used])
    hint = _hint("columns", {**given, **guess})
    if len(guess) < len(names):
        domain = "" if contract.domain == "CUSTOM" else f', "{contract.domain}"'
        hint = f'pdprep.infer_contract({source}, "{contract.dataset}"{domain})  # looks at the values'
    return MappingError(
        f"{contract.dataset} needs {', '.join(names)}", f"the frame has {', '.join(columns)}", hint
    )


def in_index(found: str, columns: Iterable[str], index: Sequence[str]) -> MappingError:
    """Return the error for a column that may be in the index of a pandas frame."""
    expected = f"the frame has {', '.join(columns)}; its index ({', '.join(index)}) is not read"
    return MappingError(found, expected, "frame.reset_index()")


def check_shape(argument: str, value: object, example: str) -> None:
    """Refuse a mapping that is no mapping.

    Raises:
        MappingError: It is a list or something else.
    """
    if not isinstance(value, Mapping):
        raise MappingError(f"{argument}= is {noun(value)}", "a dict, field to column", example)


def check_column(name: str, target: str, columns: Sequence[str], argument: str = "columns") -> None:
    """Refuse a mapping to a column that the source lacks.

    Args:
        name: The column that is asked for.
        target: The field that it becomes.
        columns: What the source has.
        argument: Where the mapping was written; empty where it came with ``like=``.

    Raises:
        MappingError: The source has no such column; the nearest is named.
    """
    if name in columns:
        return
    close = difflib.get_close_matches(name, columns, n=1, cutoff=0.6)
    best = close[0] if close else next(iter(naming.candidates(target, columns, "")), None)
    expected = f"one of {', '.join(columns)}" if columns else "a source with columns"
    hint = ""
    if best:
        hint = _hint(argument, {target: best}) if argument else f"frame.rename({_code({best: name})})"
    raise MappingError(f"no column {name!r} for {target}", expected, hint)


def _turned(columns: Columns, unknown: Sequence[str], known: set[str]) -> dict[str, Any]:
    """Return the mapping with its unknown entries turned round, if that makes sense of all of them."""
    back = {str(columns[name]).upper(): name for name in unknown if isinstance(columns[name], str)}
    misspelt = any(name.upper() in known for name in unknown)
    if misspelt or len(back) < len(unknown) or not back.keys() <= known:
        return {}
    return {**back, **{name: value for name, value in columns.items() if name not in unknown}}


def _no_such_field(contract: Contract, name: str, value: Any, known: set[str]) -> MappingError:
    close = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.6)
    hint = _hint("columns", {close[0]: value}) if close else _hint("metadata", {name: value})
    if hint and not close:
        hint += "  # if it is a column of your own"
    expected = f"{contract.dataset} in {contract.domain} has {', '.join(sorted(known))}"
    return MappingError(f"no field {name!r}", expected, hint)


def _hint(argument: str, columns: Mapping[str, Any]) -> str:
    """Return a mapping as it is typed; what an expression looks like, only the one who wrote it knows."""
    named = {name: value for name, value in columns.items() if isinstance(value, str)}
    if not named:
        return ""
    return f"{argument}={_code(named)}" + ("  # beside the expressions" if len(named) < len(columns) else "")


def _code(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {literal(value)}" for name, value in columns.items()) + "}"


def literal(text: str) -> str:
    r"""Return a text as code, in double quotes where that needs no escapes.

    >>> literal("user"), literal('"user"')
    ('"user"', '\'"user"\'')
    """
    return f'"{text}"' if text.isprintable() and not {'"', "\\"} & set(text) else repr(text)
