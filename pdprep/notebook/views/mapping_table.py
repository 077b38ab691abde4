"""The mapping as a live table: a choice goes to the kernel, what it comes to comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from pdprep.notebook.views.mapping import KINDS, OF_ITEMS, Mapper
from pdprep.preparation import proposal as proposals
from pdprep.preparation.proposal import Proposal

STATIC: Final = Path(__file__).parent / "static"


class MappingTable(anywidget.AnyWidget):
    """Show columns beside fields.

    ``choice`` goes from the page to the kernel, ``view`` comes back.
    """

    _esm = STATIC / "mapping.js"
    _css = STATIC / "mapping.css"

    caption = traitlets.Unicode().tag(sync=True)
    columns = traitlets.List(trait=traitlets.Dict()).tag(sync=True)
    kinds = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    required = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    choice = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, mapper: Mapper) -> None:
        self.mapper = mapper
        columns = [
            {"name": name, "examples": mapper.examples(name), "fields": mapper.fields_of(name)}
            for name in mapper.choices
        ]
        super().__init__(
            caption=f"{mapper.source} to {mapper.dataset}, {mapper.domain}",
            columns=columns,
            kinds=[kind for kind in KINDS if mapper.dataset == "items" or kind not in OF_ITEMS],
            required=[name for name, required in mapper.catalogued.items() if required],
            view=message(mapper),
        )

    @traitlets.observe("choice")
    def _answer(self, change: dict[str, Any]) -> None:
        asked = change["new"]
        words = [str(asked.get(name) or "") for name in ("column", "field", "kind")]
        self.mapper = self.mapper.choose(*words)
        self.view = {**message(self.mapper), "turn": asked.get("turn", 0)}

    def __repr__(self) -> str:
        return f"<MappingTable {self.caption}>"


def message(mapper: Mapper) -> dict[str, Any]:
    """Return what the page shows of the choices."""
    kinds = {column: choice.kind for column, choice in mapper.choices.items()}
    return {
        "lines": [{**line._asdict(), "kind": kinds[line.column]} for line in mapper.lines],
        "status": mapper.status,
        "advice": mapper.advice,
        "code": mapper.code,
    }


def written(proposal: Proposal) -> str:
    """Return how the source of a proposal is written in code: a variable's name, a path, or ``frame``."""
    if isinstance(proposal.source, str | Path):
        return proposals.written(proposal.source)
    shell = get_ipython()
    names = shell.user_ns.items() if shell else ()
    return next((n for n, each in names if each is proposal.source and not n.startswith("_")), "frame")
