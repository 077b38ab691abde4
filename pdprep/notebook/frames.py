"""The notebook's frames, by name: which there are, and which dataset each one is for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pdprep.contract import catalogue
from pdprep.contract.choices import DatasetType
from pdprep.contract.contract import Contract
from pdprep.errors import NotPreparedError, UnknownFrameError
from pdprep.preparation import mapping
from pdprep.preparation.prepare import Prepared
from pdprep.spelling import noun

Namespace = Mapping[str, Any]
_CLOSE: Final = 0.5  # how alike a name must be to be proposed


@dataclass(frozen=True)
class PrepareCall:
    """What prepares a frame in this notebook: a method of a group that has a name, else the function.

    >>> PLAIN.code("shop", "items", 'columns={"ITEM_ID": "sku"}')
    'shop_ready = pdprep.prepare(shop, "items", columns={"ITEM_ID": "sku"})'
    """

    function: str = "pdprep.prepare"
    domain: str = ""

    def code(self, name: str, dataset: str, arguments: str) -> str:
        """Return the code that prepares a frame."""
        domain = f', domain="{self.domain}"' if self.domain else ""
        return f'{name}_ready = {self.function}({name}, "{dataset}"{domain}, {arguments})'


PLAIN: Final = PrepareCall()


def lookup(name: str, namespace: Namespace) -> Any:
    """Return the frame of that name.

    Raises:
        UnknownFrameError: The notebook has no such name, or it is no frame; names the nearest frame.
    """
    value = namespace.get(name)
    if is_frame(value):
        return value
    found = f"no frame {name!r}" if name not in namespace else f"{name!r} is {noun(value)}"
    known = names(namespace)
    expected = f"a frame of this notebook: {', '.join(known)}" if known else "this notebook has no frames yet"
    close = difflib.get_close_matches(name, known, n=1, cutoff=_CLOSE)
    raise UnknownFrameError(found, expected, (close or known or [""])[0])


def names(namespace: Namespace) -> list[str]:
    """Return the names of the notebook's frames, in the order in which they were made."""
    return [name for name, value in namespace.items() if not name.startswith("_") and is_frame(value)]


def is_frame(value: object) -> bool:
    """Say whether a value is a Prepared, or a frame of Polars, pandas or Arrow."""
    if isinstance(value, Prepared | pl.LazyFrame | pl.DataFrame):
        return True
    # Told by their names, so that neither pandas nor pyarrow is imported.
    kind = type(value)
    return (kind.__module__.partition(".")[0], kind.__name__) in (
        ("pandas", "DataFrame"),
        ("pyarrow", "Table"),
    )


def columns(frame: Any) -> list[str]:
    """Return the names of a frame's columns."""
    if isinstance(frame, pl.LazyFrame):
        return frame.collect_schema().names()
    return list(frame.column_names if hasattr(frame, "column_names") else frame.columns)


def dataset_of(frame_columns: list[str]) -> DatasetType | None:
    """Tell the dataset type from columns that bear contract names, or None if they do not.

    >>> dataset_of(["USER_ID", "ITEM_ID", "TIMESTAMP"]), dataset_of(["movieId"])
    ('interactions', None)
    """
    ids = {name for name in frame_columns if name in _ID_FIELDS}
    fits = [name for name in catalogue.DATASETS if set(Contract.of(name).ids) == ids]
    return fits[0] if fits else None


def dataset_named(word: str, namespace: Namespace) -> DatasetType:
    """Return the dataset type that a word means: its own name, or a frame of that dataset.

    >>> dataset_named("items", {})
    'items'
    """
    if not is_frame(namespace.get(word)):
        return catalogue.dataset_name(word)
    frame = namespace[word]
    told = frame.dataset if isinstance(frame, Prepared) else dataset_of(columns(frame))
    if told is None:
        raise guess(word, columns(frame), None)
    return told


def guess(
    name: str,
    frame_columns: list[str],
    dataset: DatasetType | None,
    *,
    sql: str | None = None,
    prepare_call: PrepareCall = PLAIN,
) -> NotPreparedError:
    """Return the error for a frame that is not prepared, with the call that it would take.

    Args:
        name: What the frame is called.
        frame_columns: The columns it has.
        dataset: The dataset type asked for, if one was.
        sql: The query that the frame comes out of, if it does: it makes the names then.
        prepare_call: What prepares frames here.
    """
    best, guessed = _best(frame_columns, dataset)
    expected = (
        f"a Prepared, or columns named as Amazon Personalize names them; it has {', '.join(frame_columns)}"
    )
    if "..." in guessed.values():  # the values tell more than the names
        hint = f'pdprep.infer_contract({name}, "{best}")' if sql is None else ""
    else:
        pairs = ", ".join(f'"{field}": "{column}"' for field, column in guessed.items())
        hint = prepare_call.code(name, best, f"columns={{{pairs}}}") if sql is None else _select(sql, guessed)
    return NotPreparedError(f"{name} is not prepared", expected, hint)


def kind(frame_columns: list[str], dataset: DatasetType | None) -> DatasetType:
    """Return the dataset type that columns fit best; the one asked for, if one was.

    >>> kind(["uid", "age"], None)
    'users'
    """
    return _best(frame_columns, dataset)[0]


def _best(frame_columns: list[str], dataset: DatasetType | None) -> tuple[DatasetType, dict[str, str]]:
    kinds: tuple[DatasetType, ...] = (dataset,) if dataset else ("interactions", "items", "users")
    tries = {kind: _guesses(kind, frame_columns) for kind in kinds}
    # The type with the fewest fields left open; of those the one that explains the most columns.
    best = min(kinds, key=lambda kind: (sum(v == "..." for v in tries[kind].values()), -len(tries[kind])))
    return best, tries[best]


def _guesses(dataset: str, frame_columns: list[str]) -> dict[str, str]:
    contract = Contract.of(dataset)
    wanted = [*contract.names, *(["EVENT_TYPE"] if dataset == "interactions" else [])]
    found = mapping.guesses(contract, wanted, frame_columns)
    return {name: found.get(name, "...") for name in wanted if name in found or name in contract.names}


def _select(sql: str, guessed: dict[str, str]) -> str:
    names = ", ".join(f"{column} AS {field}" for field, column in guessed.items())
    return f"SELECT {names} FROM ({' '.join(sql.strip().rstrip(';').split())}) AS query"


_ID_FIELDS: Final = ("USER_ID", "ITEM_ID", "ACTION_ID")
