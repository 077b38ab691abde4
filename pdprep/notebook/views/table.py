"""The records as a live table: a small anywidget over pages of Polars."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

import anywidget
import polars as pl
import traitlets

from pdprep import html
from pdprep.errors import InputError, PdprepError
from pdprep.ledger import effects, identity
from pdprep.ledger.records import ORIGINS, Records
from pdprep.notebook.views import names, pages, record_query, timeline
from pdprep.notebook.views.record_query import IDS, SIZES, Query
from pdprep.notebook.views.records import counts, sentence

STATIC: Final = Path(__file__).parent / "static"
SOURCES: Final = 100  # the newest imports and puts that can be chosen
GONE: Final = "These records have been replaced since. Run the cell again to see what is there now."


class RecordsTable(anywidget.AnyWidget):
    """Show the records page by page; at most one page travels to the browser.

    ``query`` goes from the page to the kernel, ``view`` comes back; ``asked`` goes, ``told`` comes back.
    """

    _esm = STATIC / "records.js"
    _css = html.style() + (STATIC / "records.css").read_text("utf-8")

    behind = traitlets.Unicode().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)
    query = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)

    def __init__(self, records: Records, namespace: dict[str, Any] | None = None) -> None:
        self._records, self._namespace = records, namespace
        self._page = pages.read_page(records, Query())
        super().__init__(
            behind=uuid.uuid4().hex,
            caption=f"{records.dataset}: {sentence(counts(records))}",
            options=options(records),
            query=self._page.query.message(),
            view=self._page.message(),
        )
        # Only now: setting the first query is no question, its page is there.
        self.observe(self._answer, "query")

    def _answer(self, change: dict[str, Any]) -> None:
        def page() -> dict[str, Any]:
            self._page = pages.read_page(self._records, Query.parse(change["new"]))
            return self._page.message()

        answer = _tried(page, lambda words: {**self.view, "status": words})
        # The page drops an answer to a query that is not its last.
        self.view = {**answer, "turn": change["new"].get("turn", 0)}

    @traitlets.observe("asked")
    def _tell(self, change: dict[str, Any]) -> None:
        wanted = change["new"]
        answers = {"timeline": self._timeline, "keep": self._keep}
        if wanted.get("what") in answers:
            told = _tried(lambda: answers[wanted["what"]](wanted), lambda words: {"words": words})
            self.told = {**told, "what": wanted["what"], "turn": wanted.get("turn")}

    def _timeline(self, wanted: dict[str, Any]) -> dict[str, Any]:
        key = identity.columns(self._records.contract)
        record = self._page.frame.select(key).row(int(wanted["row"]), named=True)
        versions = self._records.timeline(**record)
        return {"title": timeline.title(record), "lines": timeline.lines(versions)}

    def _keep(self, wanted: dict[str, Any]) -> dict[str, Any]:
        name = str(wanted.get("name", "")).strip()
        if not name.isidentifier() or iskeyword(name):
            raise InputError(f"{name!r} cannot name a variable", "a name such as shown")
        namespace = self._namespace if self._namespace is not None else names.namespace()
        namespace[name] = frame(self._records, self._page.query)
        return {"words": f"{name} is a LazyFrame of these {self._page.total:,} records."}

    def __repr__(self) -> str:
        return f"<RecordsTable {self.caption}>"


def frame(records: Records, query: Query) -> pl.LazyFrame:
    """Return the records that a query shows, in its order."""
    condition = record_query.where(query, records.columns)
    found = records.frame if condition is None else records.frame.filter(condition)
    return found.sort(query.sort, descending=query.descending, nulls_last=True) if query.sort else found


def options(records: Records) -> dict[str, list[Any]]:
    """Return what each control can be set to."""
    sources = records.sources().sort("SENT_AT", descending=True)
    return {
        "origin": list(ORIGINS),
        "status": sources["STATUS"].unique().sort().to_list(),
        "effect": effects.words(records.dataset, records.training),
        "source": sources["IMPORT"].head(SOURCES).to_list(),
        "field": [name for name in IDS if name in records.columns],
        "size": list(SIZES),
    }


def _tried(make: Callable[[], dict[str, Any]], instead: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    # An error inside a message handler would be lost in the log, so it is shown where the answer would be.
    try:
        return make()
    except PdprepError as error:
        return instead(str(error))
    except (OSError, pl.exceptions.PolarsError):
        return instead(GONE)
