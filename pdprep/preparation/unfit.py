"""What to type where a column's type is none that its field takes, and what paths into structs mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.errors import MappingError
from pdprep.preparation.object_texts import fields_of, member_code
from pdprep.preparation.objects import SEVERAL, UUID_BYTES, decoding, encoding, in_polars
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import Source, named

_SAMPLE: Final = 100
_UUID: Final = 16  # bytes


def hint(source: Source, contract: Contract, target: str, column: str, cast: str) -> str:
    """Return the code that makes a column fit a field, as far as its type and first values tell.

    Args:
        source: What the column is in.
        contract: The contract of the field.
        target: The field.
        column: The column.
        cast: The name of the Polars type that the field would be read from.
    """
    dtype = source.schema[column]
    own = catalogue.field(contract.dataset, contract.domain, target) is None
    argument = "metadata" if own else "columns"
    if isinstance(dtype, pl.Struct):
        path = min(_paths(dtype, column), key=lambda each: not each[0].lower().endswith("id"), default=None)
        return f'{argument}={{"{target}": "{path[0]}"}}' if path else ""
    if (own or not contract.event_like) and (member := member_code(dtype)):
        # Only the lists of an event's ids and moments are several events. Others stay in their row: the
        # service keeps one record an id, and an event counts once.
        return f'{argument}={{"{target}": pl.col("{column}").list.eval({member})}}'
    if isinstance(dtype, pl.List | pl.Array) and own and not dtype.inner.is_nested():
        first = "arr" if isinstance(dtype, pl.Array) else "list"
        return f'{argument}={{"{target}": pl.col("{column}").{first}.first()}}'
    if isinstance(dtype, pl.List | pl.Array):
        return f'{source.code}.pipe(transforms.explode_events, "{column}")'
    if isinstance(dtype, pl.Extension):
        return f'frame.astype({{"{column}": "string"}})' if "pandas" in source.label else ""
    if isinstance(dtype, pl.Object):  # of which the sample holds no ids
        held = _sample(source, column).to_list()
        ids = target in contract.ids and any(isinstance(each, SEVERAL) and len(each) > 1 for each in held)
        return "" if ids else in_polars(column, held)  # several ids joined would be another one
    if isinstance(dtype, pl.Time) and target == "TIMESTAMP":  # of which day, nothing says
        return ""
    code = f'pl.col("{column}").cast(pl.{cast})'
    if isinstance(dtype, pl.Duration):
        # As a number it would be read as a moment shortly after 1970.
        if target == "TIMESTAMP":
            since = f'pl.datetime(1970, 1, 1) + pl.col("{column}")'
            return f'{argument}={{"{target}": {since}}}'
        code = f'pl.col("{column}").dt.total_seconds()'
    if isinstance(dtype, pl.Binary):
        # Polars makes no number of bytes; of their text the field reads one.
        code = f'pl.col("{column}"){_of_bytes(_sample(source, column))}'
    return f'{argument}={{"{target}": {code}}}'


def _sample(source: Source, column: str) -> pl.Series:
    with reading(source):
        return source.frame.select(named(column)).head(_SAMPLE).collect().to_series().drop_nulls()


def _of_bytes(values: pl.Series) -> str:
    """Return the code that follows a column of bytes to make text of it."""
    if values.len() and (values.bin.size() == _UUID).all():
        return UUID_BYTES
    told = encoding(values)
    return decoding(told) if told else ".cast(pl.String)"


def nested(source: Source, path: str) -> pl.Expr | None:
    """Return the field that a path such as ``user.id`` means in a column of structs, if there is one.

    Raises:
        MappingError: It lies within a list, so that a row has several.
    """
    first, *rest = path.split(".")
    dtype, found, before = source.schema.get(first), named(first), [first]
    for piece in rest:
        if isinstance(dtype, pl.List | pl.Array) and piece in fields_of(dtype.inner):
            raise _of_list(source, before, piece)
        fields = fields_of(dtype)
        if piece not in fields:
            return None
        dtype, found, before = fields[piece], found.struct.field(piece), [*before, piece]
    return found if rest else None


def path_of(source: Source, given: pl.Expr) -> str | None:
    """Return the path that an expression is, if it is one.

    >>> from pdprep.preparation.sources import open_source
    >>> frame = open_source(pl.DataFrame({"user": [{"id": 7}]}))
    >>> path_of(frame, pl.col("user").struct.field("id"))
    'user.id'
    """
    for root in given.meta.root_names()[:1]:
        for path, found in _paths(source.schema.get(root), root):
            if found.meta.eq(given):
                return path
    return None


def _paths(dtype: object, path: str, found: pl.Expr | None = None) -> Iterator[tuple[str, pl.Expr]]:
    column = named(path) if found is None else found
    for name, inner in fields_of(dtype).items():
        field = column.struct.field(name)
        if not inner.is_nested():
            yield f"{path}.{name}", field
        yield from _paths(inner, f"{path}.{name}", field)


def _of_list(source: Source, before: list[str], piece: str) -> MappingError:
    *outer, last = before
    steps = ""
    if outer:
        fields = "".join(f'.struct.field("{each}")' for each in before[1:])
        steps = f'.with_columns(pl.col("{before[0]}"){fields}.alias("{last}"))'
    return MappingError(
        f"{'.'.join([*before, piece])} lies within a list, of which a row has several",
        f"one value a row: transforms.explode_events makes a row of each, and {last}.{piece} is its path",
        f'{source.code}{steps}.pipe(transforms.explode_events, "{last}")',
    )
