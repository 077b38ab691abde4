"""Code that fixes what a rule found, to paste: the fix of the report, in the names of the notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pdprep.contract.rules import registry
from pdprep.notebook.views.names import Names, of_group
from pdprep.notebook.views.sheet import Code

# How the fix begins that makes another frame.
_FRAMES: Final = ("frame.lazy()", "items.lazy()", "pdprep.read(", "pl.from_pandas(", "pl.DataFrame(")
_KEYS: Final = {"items": "ITEM_ID", "users": "USER_ID", "actions": "ACTION_ID"}


def codes(row: Mapping[str, Any], names: Names | None = None) -> list[Code]:
    """Return the code that may fix a row of ``report.counts``, and the code that sets such rows aside.

    >>> [code.text for code in codes({"rule": "id_twice", "dataset": "items", "column": ""})]
    ['frame = frame.lazy().filter(pl.col("ITEM_ID").cast(pl.String).str.strip_chars().is_last_distinct())']
    """
    rule, known = registry.rule(row["rule"]), names or Names(row["dataset"])
    column = row["column"] or _KEYS.get(row["dataset"], "")
    told, found = str(row.get("mend") or rule.fix(known.column(column))), []
    if told.startswith(_FRAMES):
        for written in ("frame.lazy()", "(frame)"):
            told = told.replace(written, written.replace("frame", known.source))
        found.append(Code("To fix it in the frame", f"{known.frame} = {told}"))
    elif told.startswith("metadata="):
        found.append(Code("To say it to prepare", told))
    elif told.startswith("group."):
        call = told.replace("group.", f"{of_group()}.", 1).replace("(frame", f"({known.prepared}", 1)
        found.append(Code("To send it the other way", call))
    if rule.scope == "row" and rule.level == "error" and not row.get("aside"):
        call = f'pdprep.prepare({known.source}, like={known.prepared}, on_invalid="quarantine")'
        found.append(Code("To set such rows aside", f"{known.prepared} = {call}"))
    return found
