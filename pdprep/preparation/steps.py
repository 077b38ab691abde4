"""Steps that a column needs before ``prepare`` can read it: done to a frame, and written as code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pdprep.preparation import transforms
from pdprep.preparation.calls import text
from pdprep.preparation.dialects import options


@dataclass(frozen=True)
class Step:
    """A transform of one column with its arguments, or, without a transform, an object a row of a list."""

    column: str
    name: str = ""
    given: Mapping[str, str | bool] = field(default_factory=dict)

    def __call__(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        if not self.name:
            return frame.explode(self.column).unnest(self.column)
        transform: Callable[..., pl.LazyFrame] = getattr(transforms, self.name)
        return transform(frame, self.column, **self.given)

    @property
    def code(self) -> str:
        """The step, to be written behind a LazyFrame.

        >>> Step("tags", "split", {"separator": ","}).code
        '.pipe(pdprep.transforms.split, "tags", separator=",")'
        """
        if not self.name:
            return f".explode({text(self.column)}).unnest({text(self.column)})"
        said = [
            f"{name}={text(value) if isinstance(value, str) else value}" for name, value in self.given.items()
        ]
        return f".pipe({', '.join([f'pdprep.transforms.{self.name}', text(self.column), *said])})"


def lazy(source: object, written: str, given: Mapping[str, object]) -> str:
    """Return the code that makes a LazyFrame of a source, as ``prepare`` reads it.

    Args:
        source: A path, or a frame of Polars, pandas or Arrow.
        written: How it is written in code.
        given: How a text file is read.

    >>> lazy("shop.csv", '"shop.csv"', {"separator": ";"})
    'pdprep.read("shop.csv", separator=";")'
    """
    if isinstance(source, str | Path):
        said = options(given).given
        return (
            f"pdprep.read({', '.join([written, *(f'{name}={text(value)}' for name, value in said.items())])})"
        )
    if isinstance(source, pl.DataFrame | pl.LazyFrame):
        return f"{written}.lazy()"
    pandas = type(source).__module__.partition(".")[0] == "pandas"
    return f"pl.from_pandas({written}).lazy()" if pandas else f"pl.DataFrame({written}).lazy()"
