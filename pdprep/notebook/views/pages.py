"""One page of the records, as the page's controls ask for it; the rows stay in the kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from pdprep.ledger.records import ORIGINS, Records
from pdprep.notebook.views import cells

SIZES: Final = (10, 20, 50, 100)
_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Query:
    """What the controls stand at; ``find`` is the beginning of an id.

    >>> Query.parse({"page": "x", "size": 7, "origin": "both"})
    Query(page=0, size=10, origin='both', find='', sort='', descending=False)
    """

    page: int = 0
    size: int = 10
    origin: str = _ALL
    find: str = ""
    sort: str = ""
    descending: bool = False

    @classmethod
    def parse(cls, message: Mapping[str, Any]) -> Query:
        """Read a query from the page; what makes no sense there becomes the default."""
        page, size, origin = message.get("page"), message.get("size"), message.get("origin")
        return cls(
            page=max(page, 0) if isinstance(page, int) else 0,
            size=size if size in SIZES else SIZES[0],
            origin=origin if origin in ORIGINS else _ALL,
            find=str(message.get("find") or "").strip(),
            sort=str(message.get("sort") or ""),
            descending=bool(message.get("descending")),
        )

    def message(self) -> dict[str, Any]:
        """Return the query as the page reads it."""
        return asdict(self)


def view(records: Records, query: Query) -> dict[str, Any]:
    """Return the page that a query asks for, as text, with what it takes to say where it stands.

    The number of the page is kept within the pages that there are.
    """
    condition, sort = where(query, records.columns), query.sort if query.sort in records.columns else None
    total = records.total(condition)
    pages = max(1, -(-total // query.size))
    number = min(query.page, pages - 1)
    page = records.page(number, query.size, where=condition, sort=sort, descending=query.descending)
    frame = cells.ordered(page)
    found = Query(number, query.size, query.origin, query.find, sort or "", query.descending)
    return {
        "query": found.message(),
        "columns": frame.columns,
        "rows": cells.rows(frame),
        "total": total,
        "pages": pages,
        "status": status(found, total, pages, frame.height),
    }


def where(query: Query, columns: Sequence[str]) -> pl.Expr | None:
    """Return the condition of a query, or None where every row fits."""
    conditions = []
    if query.origin != _ALL:
        conditions.append(pl.col("ORIGIN") == query.origin)
    if query.find:
        ids = [name for name in ("USER_ID", "ITEM_ID", "ACTION_ID") if name in columns]
        conditions.append(pl.any_horizontal(pl.col(ids).str.starts_with(query.find)))
    return pl.all_horizontal(conditions) if conditions else None


def status(query: Query, total: int, pages: int, shown: int) -> str:
    """Return the sentence that says which rows are shown.

    >>> status(Query(page=1, origin="bulk"), 61_716, 6_172, 10)
    'Rows 11 to 20 of 61,716, origin bulk. Page 2 of 6,172.'
    """
    told = [f"origin {query.origin}"] if query.origin != _ALL else []
    told += [f"ids from “{query.find}”"] if query.find else []
    told += [f"by {query.sort}{' downwards' if query.descending else ''}"] if query.sort else []
    if not total:
        return ", ".join(["No rows", *told]) + "."
    first = query.page * query.size + 1
    rows = f"Rows {first:,} to {first + shown - 1:,} of {total:,}"
    return f"{', '.join([rows, *told])}. Page {query.page + 1:,} of {pages:,}."
