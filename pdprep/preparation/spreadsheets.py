"""Excel workbooks, through Polars and the package that it needs for them."""

from __future__ import annotations

import polars as pl

from pdprep.errors import SourceError
from pdprep.preparation.dialects import TextOptions
from pdprep.preparation.files import Files, first_line
from pdprep.preparation.opening import opened


def read(files: Files, asked: TextOptions) -> pl.LazyFrame:
    """Return the rows of the first sheet of each workbook.

    A number is a number and a date a date, as the workbook has them; a column of both, or of text, is text.

    Raises:
        SourceError: The package is missing, or it is no such workbook.
    """
    frames = []
    for file in files.names:
        with opened(file, files.storage) as handle:
            data = handle.read()
        try:
            found = pl.read_excel(data, infer_schema_length=None, has_header=asked.has_header is not False)
        except ImportError as error:
            raise SourceError(
                f"{file} is an Excel workbook, and fastexcel is missing",
                "fastexcel to read it",
                'pip install "pdprep[excel]"',
            ) from error
        except Exception as error:  # fastexcel has errors of its own
            raise SourceError(
                f"{file} cannot be read as an Excel workbook ({first_line(error)})", "a workbook with rows"
            ) from error
        frames.append(found.rename(dict(zip(found.columns, asked.new_columns or (), strict=False))))
    return pl.concat(frames).lazy()
