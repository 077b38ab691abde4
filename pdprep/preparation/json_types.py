"""The fields of objects of JSON and their types: told by Polars, by Python where values differ in kind."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from typing import Any, Final, NoReturn

import polars as pl

_LARGE: Final = 1 << 63
_PLAIN: Final[dict[str, pl.DataType]] = {
    "NoneType": pl.Null(),
    "bool": pl.Boolean(),
    "int": pl.Int64(),
    "float": pl.Float64(),
    "str": pl.String(),
    "large": pl.Int128(),
}
_KINDS: Final = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


def types(lines: bytes) -> dict[str, pl.DataType]:
    """Return the fields of objects, one a line, each of a type by which all of its values are read.

    What Polars takes for a number may be ``true`` in another line: both are text then.

    Raises:
        PolarsError: They cannot be read so; ``fault`` may say why.

    >>> types(b'{"a": 1}\\n{"a": true, "b": 2}\\n')
    {'a': String, 'b': Int64}
    """
    try:
        found = dict(pl.scan_ndjson(lines, infer_schema_length=None).collect_schema())
        pl.read_ndjson(lines, schema=pl.Schema(found))
    except pl.exceptions.PolarsError:
        if fault(lines):
            raise
        found = {}
        for shape in dict.fromkeys(_shape(json.loads(line)) for line in _lines(lines)):
            found = wider(found, _fields(_typed(shape)))
        pl.read_ndjson(lines, schema=pl.Schema(found))
    return found


def wider(before: dict[str, pl.DataType], after: dict[str, pl.DataType]) -> dict[str, pl.DataType]:
    """Return the fields of two blocks, each of a type that holds the values of both."""
    shared = {name: _common(dtype, after[name]) for name, dtype in before.items() if name in after}
    return {**before, **after, **shared}


def fault(lines: bytes) -> tuple[int, str] | None:
    """Return the number of the first line, from 0, that holds no object, and what is wrong with it.

    >>> fault(b'{"a": 1}\\n{"a": \\n')
    (1, 'Expecting value at character 6')
    """
    for number, line in enumerate(lines.split(b"\n")):
        if line.strip(b" \t\r,"):
            try:
                found = json.loads(line.strip(b" \t\r,"), parse_constant=_no_constant, parse_float=_finite)
            except json.JSONDecodeError as error:
                return number, said(error)
            except ValueError as error:
                return number, str(error)
            if not isinstance(found, dict):
                return number, f"it holds {_KINDS.get(type(found), 'a number')}, no object"
    return None


def said(error: json.JSONDecodeError) -> str:
    """Return what is wrong and where in its line, without the text."""
    return f"{error.msg.removesuffix(' at')} at character {error.colno}"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value of JSON, which has null")


def _finite(text: str) -> float:
    if float(text) in (float("inf"), -float("inf")):
        raise ValueError("it holds a number that no float holds")
    return float(text)


def _lines(lines: bytes) -> Iterator[bytes]:
    return (line for each in lines.split(b"\n") if (line := each.strip(b" \t\r,")))


def _shape(value: Any) -> Hashable:
    """Return a value's kind, of objects and lists with those within: few are different."""
    if isinstance(value, dict):
        return "dict", tuple((name, _shape(each)) for name, each in value.items())
    if isinstance(value, list):
        return "list", tuple(dict.fromkeys(map(_shape, value)))
    large = type(value) is int and not -_LARGE <= value < _LARGE
    return "large" if large else type(value).__name__


def _typed(shape: Any) -> pl.DataType:
    if isinstance(shape, str):
        return _PLAIN[shape]
    kind, parts = shape
    if kind == "dict":
        return pl.Struct({name: _typed(each) for name, each in parts})
    inner: pl.DataType = pl.Null()
    for each in parts:
        inner = _common(inner, _typed(each))
    return pl.List(inner)


def _common(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    if one == other or isinstance(other, pl.Null):
        return one
    if isinstance(one, pl.Null):
        return other
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        return pl.Struct(wider(_fields(one), _fields(other)))
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        return pl.List(_common(_instance(one.inner), _instance(other.inner)))
    if one.is_numeric() and other.is_numeric():
        if one.is_float() or other.is_float():
            return pl.Float64()
        return pl.Int128() if pl.Int128() in (one, other) else pl.Int64()
    return pl.String()


def _fields(dtype: pl.DataType) -> dict[str, pl.DataType]:
    assert isinstance(dtype, pl.Struct)
    return {field.name: _instance(field.dtype) for field in dtype.fields}


def _instance(dtype: object) -> pl.DataType:
    return dtype if isinstance(dtype, pl.DataType) else dtype()  # type: ignore[operator]  # then it is a class
