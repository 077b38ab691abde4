"""Code that fixes what a rule found, to paste: the fix of the report, in the names of the notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pdprep.contract.rules import registry
from pdprep.errors import PdprepError, ValidationError
from pdprep.notebook.pasting import as_here
from pdprep.notebook.views.names import FRAME, Names, in_call, namespace, of_group, of_report
from pdprep.notebook.views.sheet import Code
from pdprep.validation.report import Report

# How the fix begins that makes another frame.
_FRAMES: Final = ("frame.lazy()", "items.lazy()", "pdprep.read(", "pl.from_pandas(", "pl.DataFrame(")
_KEYS: Final = {"items": "ITEM_ID", "users": "USER_ID", "actions": "ACTION_ID"}


def codes(row: Mapping[str, Any], names: Names | None = None, route: str | None = None) -> list[Code]:
    """Return the code that may fix a row of ``report.counts``, and the code that sets such rows aside.

    Args:
        row: The row.
        names: What the notebook calls the frame.
        route: The route that the report asked about.

    >>> [code.title for code in codes({"rule": "id_missing", "dataset": "users", "column": "USER_ID"})]
    ['To set such rows aside']
    """
    rule, known = registry.rule(row["rule"]), names or Names(row["dataset"])
    column = row["column"] or _KEYS.get(row["dataset"], "")
    told, found = str(row.get("mend") or rule.fix(known.column(column))), []
    if told.startswith(_FRAMES):
        # As a call's argument or its subject; a column may be called frame too.
        for written in ("frame.lazy()", "(frame)"):
            told = told.replace(written, written.replace("frame", known.source))
        found.append(Code("To fix it in the frame", f"{known.frame} = {told}"))
    elif told.startswith("metadata="):
        found.append(Code("To say it to prepare", told))
    elif told.startswith("group."):
        if known.prepared and of_group(otherwise=""):
            told = in_call(told, known)
        found.append(Code("To send it the other way", told))
    if rule.scope == "row" and rule.level == "error" and not row.get("aside"):
        found.append(Code("To set such rows aside", _aside(known, route)))
    here = namespace()  # empty outside a notebook: there is no name to write
    return [code._replace(text=_here(code.text, known, here)) for code in found] if here else found


def _here(code: str, known: Names, here: Mapping[str, Any]) -> str:
    sent = known.prepared if known.prepared in here else known.frame
    return as_here(code, sent if code.startswith("group.") else known.frame, here)


def _aside(known: Names, route: str | None) -> str:
    here = namespace()
    # What was prepared in one line with the making of its frame: no name of the notebook leads to the frame.
    unnamed = known.prepared in here and known.source == FRAME and FRAME not in here
    if not known.prepared or unnamed:
        return f"%personalize_{route or 'check'} {known.prepared or known.frame} --on-invalid quarantine"
    call = f'pdprep.prepare({known.source}, like={known.prepared}, on_invalid="quarantine")'
    return f"{known.prepared} = {call}"


def hint(error: PdprepError) -> str:
    """Return what to type next against an error, in the names of the notebook where its report has some.

    A frame that was prepared by hand is prepared again, for it is what the magic or the call was given.
    """
    report = error.report if isinstance(error, ValidationError) else None
    if not isinstance(report, Report):
        return error.hint
    known = of_report(report)
    for row in report.blocking(report.route).iter_rows(named=True):
        own = known.get(row["dataset"])
        if row["mend"] == error.hint and own:
            found = codes(row, own, report.route)
            return _again(found[0].text, own) if found else error.hint
    return error.hint


def _again(code: str, known: Names) -> str:
    code, sign, note = code.partition("  #")
    if known.prepared and f"{known.frame} = " in code:
        code += f"; {known.prepared} = pdprep.prepare({known.frame}, like={known.prepared})"
    return code + sign + note
