"""The mapping as a live table: a choice goes to the kernel, what it comes to comes back."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

from pdprep import html
from pdprep.html import MARKS
from pdprep.notebook.views.kinds import KINDS, OF_ITEMS
from pdprep.notebook.views.mapping import Mapper, title
from pdprep.notebook.views.signs import Spread

RARE: Final = 0.02  # where the top value has a smaller share, nearly all differ and none is worth a bar
STATIC: Final = Path(__file__).parent / "static"


class MappingTable(anywidget.AnyWidget):
    """Show columns beside fields.

    ``choice`` goes from the page to the kernel, ``view`` comes back.
    """

    _esm = STATIC / "mapping.js"
    _css = html.style() + (STATIC / "mapping.css").read_text("utf-8")

    behind = traitlets.Unicode().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    columns = traitlets.List(trait=traitlets.Dict()).tag(sync=True)
    kinds = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    required = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    choice = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, mapper: Mapper) -> None:
        self.mapper = mapper
        columns = [
            {
                "name": name,
                "examples": mapper.examples(name),
                "fields": mapper.fields_of(name),
                "spread": _spread(mapper.spread(name)),
            }
            for name in mapper.choices
        ]
        super().__init__(
            behind=uuid.uuid4().hex,
            caption=title(mapper),
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
        # The page drops an answer to a choice that is not its last.
        self.view = {**message(self.mapper), "turn": asked.get("turn", 0)}

    def __repr__(self) -> str:
        return f"<MappingTable {self.caption}>"


def message(mapper: Mapper) -> dict[str, Any]:
    """Return what the page shows of the choices."""
    return {
        "lines": [
            {
                **line._asdict(),
                "kind": mapper.choices[line.column].kind,
                "signs": [
                    {**sign._asdict(), "mark": MARKS[sign.gravity]} for sign in mapper.signs[line.column]
                ],
            }
            for line in mapper.lines
        ],
        "status": mapper.status,
        "gravity": mapper.gravity,
        "mark": MARKS[mapper.gravity].partition(" ")[0],
        "advice": mapper.first_rows.advice(mapper.dataset),
        "code": mapper.code,
    }


def _spread(found: Spread) -> dict[str, Any]:
    """Return how a column is distributed; of top values none where most are different."""
    named = not found.ends[1] and found.bars and found.bars[0][1] < RARE
    return {
        "says": f"{100 * found.filled:.0f} % filled, {found.different:,} different",
        "bars": [] if named else [{"label": label, "share": share} for label, share in found.bars],
        "ends": list(found.ends),
    }
