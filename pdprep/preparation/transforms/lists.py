"""Lists written as text, as lists."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pdprep.preparation import lists
from pdprep.preparation.transforms import asked


def split(
    frame: pl.LazyFrame,
    *columns: str,
    separator: str | None = None,
    nothing: Sequence[str] = lists.NOTHING,
) -> pl.LazyFrame:
    """Split text into lists, which ``prepare`` joins by ``|`` for categories and for IMPRESSION.

    Each part is trimmed and stands once; empty parts and words for nothing are left out.

    Args:
        frame: Any frame.
        columns: Columns of text: lists of JSON or Python, ``{a,b}``, or parts joined by a sign. Lists are
            cleaned the same way.
        separator: What stands between two parts, where it is not ``|``: a comma may belong to a name.
        nothing: Words for nothing, in lower case.

    Raises:
        MappingError: No such column, or one of another type.

    >>> films = pl.LazyFrame({"genres": ["['Action', 'Drama']", "Drama | N/A", "Drama|Drama"]})
    >>> split(films, "genres").collect()["genres"].to_list()
    [['Action', 'Drama'], ['Drama'], ['Drama']]
    """
    nothing = (nothing,) if isinstance(nothing, str) else nothing  # one word, not its letters
    schema = asked.types(frame, "split", *columns)
    listed = [name for name in columns if isinstance(schema[name], pl.List | pl.Array)]
    asked.texts(frame, "split", *(name for name in columns if name not in listed))

    def batch(values: pl.Series) -> pl.Series:
        if values.name in listed:
            return lists.tidy(values.cast(pl.List(pl.String)), nothing).alias(values.name)
        return lists.categories(values.cast(pl.String), separator, nothing)

    return frame.with_columns(
        pl.col(name).map_batches(batch, return_dtype=pl.List(pl.String), is_elementwise=True)
        for name in columns
    )
