"""Objects written as text, of JSON and of programs: told from lists, and what reads a field of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from pdprep.preparation.calls import text

# A quoted key is one of JSON or Python, a bare one of Athena ({type=click}) or of YAML. A colon without a
# blank may stand in a set: {tag:red,tag:blue}.
_KEY: Final = r"""(?:"(?:[^"\\]|\\.)*"\s*:|'(?:[^'\\]|\\.)*'\s*:|\w+\s*=|\w+:\s)"""
_OBJECT: Final = rf"^\s*[\[(]*\s*\{{\s*{_KEY}"


def are_objects(texts: pl.Series) -> pl.Series:
    """Tell which texts are objects, or lists of them.

    >>> are_objects(pl.Series(['{"a": 1}', '[{"a": 1}]', "{a=1}", "{a,b}", '["a"]', None])).to_list()
    [True, True, True, False, False, False]
    """
    return texts.str.contains(_OBJECT).fill_null(False)


def field_code(column: str, texts: Sequence[str]) -> str:
    """Return the expression that reads a field of objects of JSON: of a list of them the field of each.

    Args:
        column: Their column.
        texts: Some of them; where they are none of JSON the answer is empty, as nothing reads them.

    >>> field_code("event", ['{"page": 1, "item_id": "a"}'])
    'pl.col("event").str.json_path_match("$.item_id")'
    """
    name, listed = _field(texts)
    if listed:
        return f"{_decoded(column, name)}.list.eval(pl.element().struct.field({text(name)}))"
    path = f"$.{name}" if name.isidentifier() else f"$[{name!r}]"
    return f"pl.col({text(column)}).str.json_path_match({text(path)})" if name else ""


def id_code(column: str, texts: Sequence[str], target: str) -> str:
    """Return the code that makes an id of a field of objects of JSON; a list of them becomes a row each.

    >>> id_code("lines", ['[{"sku": "a"}, {"sku": "b"}]'], "ITEM_ID").partition(".pipe")[2]
    '(transforms.explode_events, "lines")  # and columns={"ITEM_ID": "lines.sku"}'
    """
    name, listed = _field(texts)
    if listed:
        rows = f"frame.lazy().with_columns({_decoded(column, name)})"
        path = text(f"{column}.{name}")
        return f'{rows}.pipe(transforms.explode_events, {text(column)})  # and columns={{"{target}": {path}}}'
    return f'columns={{"{target}": {field_code(column, texts)}}}' if name else ""


def _field(texts: Sequence[str]) -> tuple[str, bool]:
    """Return the name of a field, an id's if there is one, and whether the objects stand in lists."""
    for each in texts:
        try:
            found: Any = json.loads(each)
        except ValueError:
            break
        listed = isinstance(found, list)
        fields = found[0] if listed and found else found
        if isinstance(fields, dict) and fields:
            plain = [name for name, value in fields.items() if not isinstance(value, dict | list)]
            return min(plain or fields, key=lambda name: not name.lower().endswith("id")), listed
    return "", False


def _decoded(column: str, name: str) -> str:
    return f"pl.col({text(column)}).str.json_decode(pl.List(pl.Struct({{{text(name)}: pl.String}})))"


def member_code(dtype: pl.DataType) -> str:
    """Return code of the plain values in a member of a list of lists or structs, if it is one."""
    inner, member = dtype.inner if isinstance(dtype, pl.List) else None, "pl.element()"
    if isinstance(inner, pl.List) and not inner.inner.is_nested():
        return f"{member}.list.explode()"
    plain = [name for name, each in fields_of(inner).items() if not each.is_nested()]
    name = min(plain, key=lambda each: each.lower().endswith("id"), default=None)
    return f'{member}.struct.field("{name}")' if name else ""


def fields_of(dtype: object) -> dict[str, pl.DataType]:
    """Return the fields of a struct and their types; of anything else none."""
    if not isinstance(dtype, pl.Struct):
        return {}
    return {each.name: pl.Series(dtype=each.dtype).dtype for each in dtype.fields}
