"""The records as a live table: a small anywidget over pages of Polars."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

from pdprep.errors import PdprepError
from pdprep.ledger.records import ORIGINS, Records
from pdprep.notebook.views import pages
from pdprep.notebook.views.records import counts, sentence

STATIC: Final = Path(__file__).parent / "static"


class RecordsTable(anywidget.AnyWidget):
    """Show the records page by page; at most one page travels to the browser.

    ``query`` goes from the page to the kernel, ``view`` comes back.
    """

    _esm = STATIC / "records.js"
    _css = STATIC / "records.css"

    caption = traitlets.Unicode().tag(sync=True)
    sizes = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    origins = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    query = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, records: Records) -> None:
        self._records = records
        start = pages.Query()
        super().__init__(
            caption=f"{records.dataset}: {sentence(counts(records))}",
            sizes=list(pages.SIZES),
            origins=list(ORIGINS),
            query=start.message(),
            view=pages.view(records, start),
        )

    @traitlets.observe("query")
    def _answer(self, change: dict[str, Any]) -> None:
        # An error inside a message handler would be lost in the log, so it is shown where the page was.
        try:
            self.view = pages.view(self._records, pages.Query.parse(change["new"]))
        except PdprepError as error:
            self.view = {**self.view, "status": str(error)}

    def __repr__(self) -> str:
        return f"<RecordsTable {self.caption}>"
