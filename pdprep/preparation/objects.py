"""Columns of Python objects and of UUIDs: what is plainly ids or numbers becomes text."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Final
from uuid import UUID

import polars as pl

from pdprep.errors import SourceError
from pdprep.preparation.files import first_line

PLAIN: Final = (str, UUID, Integral, Real, Decimal)
UUID_BYTES: Final = '.bin.encode("hex").str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")'
_EXACT: Final = 2**53
_SAMPLE: Final = 100
_SETS: Final = (set, frozenset)
SEVERAL: Final = (list, tuple, *_SETS)


def from_pandas(source: Any) -> pl.LazyFrame:
    """Return a pandas frame as one of Polars.

    Raises:
        SourceError: Polars does not take it; says how it would.
    """
    try:
        if source.columns.is_unique:
            own = [name for name, dtype in source.dtypes.items() if str(dtype) == "object"]
            source = _sorted(source, own)
            source = as_text(source, [name for name in own if not _readable(source, name)])
        return uuid_text(pl.from_pandas(source).lazy(), source)
    except ImportError as error:
        raise SourceError(
            f"a pandas DataFrame, and {error.name} is missing",
            "pyarrow to read it",
            'pip install "pdprep[pandas]"',
        ) from error
    except (TypeError, ValueError, NotImplementedError) as error:
        raise SourceError(
            f"a pandas DataFrame that Polars does not take ({first_line(error)})",
            "unique column names and values of one type in a column",
            _mended(source),
        ) from error


def _sorted(source: Any, names: list[str]) -> Any:
    """Return a frame with its sets, which Arrow reads, as sorted lists: a set has no order."""
    held = {name: source[name].dropna() for name in names}
    sets = [
        name
        for name, values in held.items()
        if len(values) and all(isinstance(each, set) and all(map(_plain, each)) for each in values)
    ]
    fresh = {name: source[name].map(lambda each: sorted(map(str, each)), na_action="ignore") for name in sets}
    return source.assign(**fresh) if fresh else source


def _mended(source: Any) -> str:
    if not source.columns.is_unique:
        return "frame.loc[:, ~frame.columns.duplicated()]"
    unread = [name for name in source.columns if not _readable(source, name)]
    return mended(source, unread[0]) if unread else ""


def _readable(source: Any, name: str) -> bool:
    try:
        pl.from_pandas(source[[name]])
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        return False
    return True


def as_text(frame: Any, unreadable: list[str]) -> Any:
    """Return a pandas frame with mixed object columns, and columns of UUIDs, as text.

    Args:
        frame: A pandas frame; it is not changed.
        unreadable: The columns that Polars does not take as they are.
    """
    held = {name: frame[name].dropna() for name in frame.columns if str(frame[name].dtype) == "object"}
    mixed = [name for name, values in held.items() if name in unreadable and all(map(_plain, values))]
    uuids = [name for name, values in held.items() if len(values) and all(map(_is_uuid, values))]
    fresh = {name: frame[name].map(_text, na_action="ignore") for name in {*mixed, *uuids}}
    return frame.assign(**fresh) if fresh else frame


def _is_uuid(value: object) -> bool:
    return isinstance(value, UUID)


def _plain(value: object) -> bool:
    if isinstance(value, float) and not abs(value) < _EXACT:
        return False  # it may have lost digits, which no text brings back
    return isinstance(value, PLAIN) and not isinstance(value, bool)


def _text(value: Any) -> str:
    """Spell a value: a whole number that became a float beside a gap is that number again."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def lazily_text(frame: pl.LazyFrame, sample: pl.DataFrame | None = None) -> pl.LazyFrame:
    """Return a frame of Polars with its columns of Python objects as text, which is made as they are read.

    Args:
        frame: What is read.
        sample: Its rows, where they are there: a column of other objects then stays as it is.
    """
    names = [name for name, dtype in frame.collect_schema().items() if isinstance(dtype, pl.Object)]
    if sample is not None:
        names = [name for name in names if all(map(_plain, sample[name].head(_SAMPLE).drop_nulls()))]
    return frame.with_columns(
        pl.col(name).map_batches(_texts, return_dtype=pl.String, is_elementwise=True) for name in names
    )


def _texts(values: pl.Series) -> pl.Series:
    held = values.to_list()
    odd = next((each for each in held if each is not None and not _plain(each)), None)
    if odd is not None:
        raise SourceError(
            f"column {values.name!r} holds Python objects ({type(odd).__name__})",
            "texts, UUIDs, or numbers that a float has not rounded",
            in_polars(values.name, held),
        )
    texts = [None if each is None or each != each else _text(each) for each in held]
    return pl.Series(values.name, texts, pl.String)


def uuid_text(frame: pl.LazyFrame, source: object) -> pl.LazyFrame:
    """Return a frame with the columns as text that its source, of Arrow or pandas, declares to be UUIDs.

    Polars reads them as the bytes that they are stored in.
    """
    types = {field.name: field.type for field in getattr(source, "schema", ())}
    if hasattr(source, "dtypes"):
        types = {name: getattr(dtype, "pyarrow_dtype", None) for name, dtype in source.dtypes.items()}
    names = [name for name, each in types.items() if getattr(each, "extension_name", "") == "arrow.uuid"]
    return frame.with_columns(as_uuids(pl.col(name)) for name in names)


def as_uuids(column: pl.Expr) -> pl.Expr:
    """Write the sixteen bytes of a UUID as its text."""
    groups = r"^(.{8})(.{4})(.{4})(.{4})(.{12})$"
    return column.bin.encode("hex").str.replace(groups, "$1-$2-$3-$4-$5")


def index_names(frame: Any) -> tuple[str, ...]:
    """Return the columns that a pandas frame would have more if its index were read: more than row numbers.

    Args:
        frame: A pandas frame.
    """
    index = frame.index
    if all(name is None for name in index.names) and getattr(index, "dtype", None) in ("int64", "uint64"):
        return ()
    try:
        whole = frame.iloc[:0].reset_index()
    except ValueError:  # there is a column of that name
        return ()
    return tuple(str(name) for name in whole.columns[: index.nlevels])


def mended(frame: Any, name: Any) -> str:
    """Return the code that makes a column of a pandas frame text; empty where that would spoil its values."""
    values = frame[name].dropna()
    as_text = f'frame.astype({{"{name}": "string"}})'
    if str(frame[name].dtype) != "object":
        return as_text
    if function := _to_text(values):
        return f'frame.assign(**{{"{name}": frame["{name}"].map({function}, na_action="ignore")}})'
    if any(isinstance(each, (dict, *SEVERAL)) for each in values):
        return ""
    if any(isinstance(each, float) and not _plain(each) for each in values):
        return ""
    if any(str(each) == object.__repr__(each) for each in values):
        return ""  # its text is another one at each run
    return as_text


def in_polars(name: str, values: Iterable[object]) -> str:
    """Return the code that makes text of a column of objects in a frame of Polars, if there is one."""
    function = _to_text([each for each in values if each is not None], mixed=True)  # we see some of them
    made = f'pl.col("{name}").map_elements({function}, return_dtype=pl.String)'
    return f"frame.with_columns({made})" if function else ""


def _to_text(values: Iterable[object], *, mixed: bool = False) -> str:
    """Return a function that makes text of bytes, lists and sets, of these of their members: a row stays one.

    Empty where the values are neither, or their members no plain ones.
    """
    held = list(values)
    several = [each for each in held if isinstance(each, SEVERAL)]
    bare = [each for each in held if isinstance(each, bytes)]
    plain = all(_plain(each) for each in held if not isinstance(each, (*SEVERAL, bytes)))
    if bare and plain and not several:
        decoded = f"value.decode({encoding(bare)})"
        others = " if isinstance(value, bytes) else str(value)" if mixed or len(bare) < len(held) else ""
        return f"lambda value: {decoded}{others}"
    if not several or not plain or bare or not all(_plain(one) for each in several for one in each):
        return ""
    # The order of a set is another one at each run; that of a list is meant.
    sets = any(isinstance(each, _SETS) for each in several)
    joined = f'"|".join({"sorted(map(str, value))" if sets else "map(str, value)"})'
    if len(several) == len(held) and not mixed:
        return f"lambda value: {joined}"
    return f"lambda value: {joined} if isinstance(value, (list, tuple, set, frozenset)) else str(value)"


def encoding(values: Iterable[bytes]) -> str:
    """Return the argument of ``decode`` that reads all of these bytes; none is needed for UTF-8.

    >>> encoding([b"caf\\xc3\\xa9"]), encoding([b"caf\\xe9"]), encoding([b"\\x81"])
    ('', '"cp1252"', '"latin-1"')
    """
    held = list(values)
    for name in ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            for each in held:
                each.decode(name)
            return "" if name == "utf-8" else f'"{name}"'
    return '"latin-1"'  # which reads any bytes


def decoding(told: str) -> str:
    """Return the code that follows a column of bytes to make text of them, by an argument of ``decode``."""
    return f".map_elements(lambda value: value.decode({told}), return_dtype=pl.String)"
