"""What the controls of the records table are set to: a condition, an order, and both as code to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import polars as pl

SIZES: Final = (10, 20, 50)
IDS: Final = ("USER_ID", "ITEM_ID", "ACTION_ID")
# Controls that choose one value of a column; of each, what the status line calls it.
CHOICES: Final = {
    "origin": ("ORIGIN", "origin"),
    "status": ("STATUS", "status"),
    "effect": ("EFFECT", "effect"),
    "source": ("IMPORT", "import"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What the controls are set to.

    Attributes:
        find: The beginning of an id.
        field: Which id; any of them where it is empty.
        source: The name of an import, or the id of a put.

    >>> Query.parse({"page": "x", "size": 7, "origin": "both"})
    Query(page=0, size=10, origin='both', status='', effect='', source='', find='', field='', sort='', \
descending=False)
    """

    page: int = 0
    size: int = SIZES[0]
    origin: str = ""
    status: str = ""
    effect: str = ""
    source: str = ""
    find: str = ""
    field: str = ""
    sort: str = ""
    descending: bool = False

    @classmethod
    def parse(cls, message: Mapping[str, Any]) -> Query:
        """Read a query from the page; what makes no sense there becomes the default."""
        page, size = message.get("page"), message.get("size")
        # All but the page, its size and the direction are texts.
        texts = {each.name: str(message.get(each.name) or "").strip() for each in fields(cls)[2:-1]}
        return cls(
            **{**texts, "field": texts["field"] if texts["field"] in IDS else ""},
            page=max(page, 0) if isinstance(page, int) else 0,
            size=size if size in SIZES else SIZES[0],
            descending=bool(message.get("descending")),
        )

    def message(self) -> dict[str, Any]:
        """Return the query as the page reads it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RecordCondition:
    """One condition: what it is called, the expression, and the same as code."""

    words: str
    expression: pl.Expr
    code: str


def conditions(query: Query, columns: Sequence[str]) -> Iterator[RecordCondition]:
    """Yield the conditions of a query."""
    for control, (column, name) in CHOICES.items():
        wanted = getattr(query, control)
        if wanted:
            code = f'pl.col("{column}") == {_text(wanted)}'
            yield RecordCondition(f"{name} {wanted}", pl.col(column) == wanted, code)
    ids = [name for name in IDS if name in columns]
    if query.find:
        named = [query.field] if query.field in ids else ids
        yield _finding(query.find, named, "ids" if named == ids else named[0])


def where(query: Query, columns: Sequence[str]) -> pl.Expr | None:
    """Return the condition of a query, or None where every row fits."""
    found = [condition.expression for condition in conditions(query, columns)]
    return pl.all_horizontal(found) if found else None


def code(query: Query, dataset: str, columns: Sequence[str]) -> str:
    """Return what one sees as an expression of Polars.

    >>> print(code(Query(origin="bulk", sort="TIMESTAMP"), "interactions", ["USER_ID"]))
    group.records("interactions").frame.filter(
        pl.col("ORIGIN") == "bulk",
    ).sort("TIMESTAMP", nulls_last=True)
    """
    lines = "".join(f"    {condition.code},\n" for condition in conditions(query, columns))
    filtered = f".filter(\n{lines})" if lines else ""
    down = ", descending=True" if query.descending else ""
    order = f'.sort("{query.sort}"{down}, nulls_last=True)' if query.sort else ""
    return f'group.records("{dataset}").frame{filtered}{order}'


def _finding(text: str, names: list[str], words: str) -> RecordCondition:
    begins = pl.any_horizontal(pl.col(names).str.starts_with(text))
    each = [f'pl.col("{name}").str.starts_with({_text(text)})' for name in names]
    return RecordCondition(f"{words} from “{text}”", begins, " | ".join(each))


def _text(value: str) -> str:
    """Return a text as code, in the quotes that the rest of it has."""
    inner = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"' if value.isprintable() else repr(value)
