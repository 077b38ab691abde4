"""Code that fixes what a rule found: one row a rule, to paste.

In the rows ``frame`` is what went into ``prepare``, and a column has the name of its field; the names
that the notebook has are put in their place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pdprep.contract.meanings import NOTHING
from pdprep.contract.rules import registry
from pdprep.notebook.views.names import Names, of_group
from pdprep.notebook.views.sheet import Code


def _column(does: str, note: str = "") -> str:
    return f'frame = frame.with_columns(pl.col("{{column}}"){does}){note}'


def _text(does: str, note: str = "") -> str:
    return _column(f".cast(pl.String){does}", note)


def _rows(holds: str, note: str = "") -> str:
    return f"frame = frame.filter({holds}){note}"


_NAMED: Final = 'frame = frame.lazy().pipe(transforms.map_event_types, {"rare": "View"}, others="Other")'

_SAID: Final = f'~pl.col("{{column}}").cast(pl.String).str.to_lowercase().is_in({json.dumps(NOTHING)})'

# What becomes of the column, or of the rows.
FIXES: Final[Mapping[str, str]] = {
    "id_missing": _rows('pl.col("{column}").is_not_null() & (pl.col("{column}") != "")'),
    "timestamp_missing": _rows('pl.col("{column}").is_not_null()'),
    "value_missing": _column('.fill_null("unknown")', "  # or a number"),
    "event_type_missing": _column('.fill_null("View")'),
    "id_length": _text(".str.slice(0, 256)", "  # if that still tells them apart"),
    "id_bar": _text('.str.replace_all("|", "_", literal=True)'),
    "id_line_break": _text(r'.str.replace_all(r"[\r\n]", "")'),
    "id_characters": _text(r""".str.replace_all(r'["\p{C}]', "")"""),
    "timestamp_unreadable": 'frame = frame.lazy().pipe(transforms.epoch, "{column}", format="%d.%m.%Y")',
    "timestamp_unit": _column(" // 60", "  # until it is seconds since 1970"),
    "timestamp_past": _rows('pl.col("{column}") > 315_532_800', "  # 1980, in seconds"),
    "timestamp_future": _rows('pl.col("{column}") <= int(time.time())', "  # in seconds; import time"),
    "event_type_length": _text(".str.slice(0, 256)"),
    "number_unreadable": 'frame = frame.lazy().pipe(transforms.prices, "{column}")',
    "number_not_finite": _column(".fill_nan(None)"),
    "boolean_unreadable": _text('.str.to_lowercase().is_in(["true", "yes", "1"])'),
    "category_length": _text(".str.slice(0, 1000)"),
    "string_length": _text(".str.slice(0, 1000)"),
    "text_length": _text(".str.slice(0, 20_000)"),
    "text_length_asian": _text(".str.slice(0, 7_000)"),
    "keyword_value": _rows('pl.col("{column}") != "{column}"'),
    "impression_count": _column(".list.head(25)"),
    "session_id_word": "frame = frame.with_columns("
    f'pl.when({_SAID}).then(pl.col("{{column}}")).alias("{{column}}"))',
    "session_of_user_word": _rows(_SAID),
    "id_word": _rows(_SAID),
    "time_implausible": 'frame = frame.with_columns(pl.date(pl.col("{column}").cast(pl.Int32), 1, 1)'
    '.alias("{column}"))  # if it is a year',
    "action_value": _column(".clip(1, 10)"),
    "repeat_frequency": _column(".clip(0, 30)"),
    "bulk_minimum": "{group}.put({prepared}, new_only=True)",
    "event_types": _NAMED,
    "event_types_and_metadata": _NAMED,
    "event_type_near": 'frame = frame.lazy().pipe(transforms.map_event_types, {"watch": "Watch"})',
    "event_type_negative": 'frame = frame.lazy().pipe(transforms.keep_event_types, "View", "Purchase")',
    "action_event_type": 'frame = frame.lazy().pipe(transforms.map_event_types, {"accepted": "Taken"})',
    "id_twice": 'frame = frame.unique("{key}", keep="last", maintain_order=True)',
    "string_plain": 'metadata = {"{column}": Field("{column}", nullable=True, categorical=True)}',
    "boolean_unused": 'frame = frame.lazy().pipe(transforms.truth_text, "{column}")',
}
_ASIDE: Final = '{prepared} = pdprep.prepare({source}, like={prepared}, on_invalid="quarantine")'
_KEYS: Final = {"items": "ITEM_ID", "users": "USER_ID", "actions": "ACTION_ID"}


def codes(row: Mapping[str, Any], names: Names | None = None) -> list[Code]:
    """Return the code that may fix a row of ``report.counts``, and the code that sets such rows aside.

    >>> [code.text for code in codes({"rule": "id_twice", "dataset": "items", "column": ""})]
    ['frame = frame.unique("ITEM_ID", keep="last", maintain_order=True)']
    """
    rule, known = registry.rule(row["rule"]), names or Names(row["dataset"])
    found = []
    told = str(row.get("mend", ""))
    if told.startswith(("frame.lazy()", "pdprep.read(")):  # from the values that were found
        found.append(Code("To fix it in the frame", _named(f"frame = {told}", row, known)))
    elif rule.name in FIXES:
        found.append(Code("To fix it in the frame", _named(FIXES[rule.name], row, known)))
    if rule.scope == "row" and rule.level == "error":
        found.append(Code("To set such rows aside", _named(_ASIDE, row, known)))
    return found


def _named(code: str, row: Mapping[str, Any], known: Names) -> str:
    # Not `format`: the code has braces of its own.
    names = {
        "column": known.column(row["column"]),
        "key": known.column(_KEYS.get(row["dataset"], "")),
        "prepared": known.prepared,
        "source": known.source,
        "group": of_group(),
    }
    for name, value in names.items():
        code = code.replace(f"{{{name}}}", str(value))
    changed = code.replace("frame = frame", f"{known.frame} = {known.source}", 1)
    return changed.replace("frame = ", f"{known.frame} = ", 1) if changed == code else changed
