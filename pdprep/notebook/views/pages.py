"""One page of the records, as the page's controls ask for it; the rows stay in the kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from pdprep.ledger.records import Records
from pdprep.notebook.views import cells, record_query
from pdprep.notebook.views.record_query import Query

# Of 20 KB: the rest is for names, quotes and the query.
BUDGET: Final = 16_000


@dataclass(frozen=True)
class Page:
    """What a query found: one page of it, in the order that people read."""

    query: Query
    frame: pl.DataFrame
    total: int
    dataset: str
    columns: tuple[str, ...]

    @property
    def pages(self) -> int:
        """How many pages there are; an empty one where nothing was found."""
        return max(1, -(-self.total // self.query.size))

    def message(self) -> dict[str, Any]:
        """Return the page as text, at most 20 KB of it, with what it takes to say which page that is."""
        return {
            "query": self.query.message(),
            "columns": self.frame.columns,
            "rows": within(cells.rows(self.frame)),
            "total": self.total,
            "pages": self.pages,
            "status": self.status,
            "code": record_query.code(self.query, self.dataset, self.columns),
        }

    @property
    def status(self) -> str:
        """The sentence that says which rows are shown."""
        query = self.query
        told = [each.words for each in record_query.conditions(query, self.columns)]
        told += [f"by {query.sort}{' downwards' if query.descending else ''}"] if query.sort else []
        if not self.total:
            return ", ".join(["No rows", *told]) + "."
        first = query.page * query.size + 1
        rows = f"Rows {first:,} to {first + self.frame.height - 1:,} of {self.total:,}"
        return f"{', '.join([rows, *told])}. Page {query.page + 1:,} of {self.pages:,}."


def read_page(records: Records, query: Query) -> Page:
    """Return the page that a query asks for; its number is kept within the pages that there are."""
    condition = record_query.where(query, records.columns)
    sort = query.sort if query.sort in records.columns else ""
    total = records.total(condition)
    # Records may be fewer than when the page was drawn: the last one is shown then.
    number = min(query.page, max(0, -(-total // query.size) - 1))
    found = replace(query, page=number, sort=sort, descending=query.descending and bool(sort))
    frame = records.page(number, found.size, where=condition, sort=sort or None, descending=found.descending)
    return Page(found, cells.ordered(frame), total, records.dataset, records.columns)


def view(records: Records, query: Query) -> dict[str, Any]:
    """Return the page that a query asks for, as the browser gets it."""
    return read_page(records, query).message()


def within(rows: list[list[str]], budget: int = BUDGET) -> list[list[str]]:
    """Shorten the longest texts until all of them take no more bytes than the budget.

    >>> within([["a" * 50, "b"]], 20)
    [['aaaaaaaaaa…', 'b']]
    """
    longest = 200
    # An eighth less each time: few rounds, and hardly more is cut than must be. 3 bytes are quotes and comma.
    short = [[_cut(text, longest) for text in row] for row in rows]
    while longest > 1 and sum(len(text.encode()) + 3 for row in short for text in row) > budget:
        longest -= max(1, longest // 8)
        short = [[_cut(text, longest) for text in row] for row in rows]
    return short


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
