"""pdprep's work written by hand for its peers: cleaned, deduplicated, held to the row rules, escaped.

Each is the straightforward way in its library, with the service's rules for rows of this shape spelled out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from benchmarks.shapes import Shape

EARLIEST, LATEST = 315_532_800, 4_102_444_800
KEYWORDS: Final = ("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE", "DEVICE")
ID_TAKES_NO: Final = r'[|"\x00-\x1f\x7f]'
QUOTED: Final = r'["\\,\x00-\x1f\x7f]|^\s|\s$'


def pandas(shape: Shape, source: Path, target: Path) -> int:
    """Prepare events of the usual shape in pandas, as AWS's sample notebooks do, and write with `to_csv`."""
    import pandas as pd

    frame = pd.read_csv(source, usecols=list(shape.columns), dtype=str)
    for name in ("user", "item", "event"):
        frame[name] = frame[name].str.strip()
    frame["ts"] = _seconds(pd, frame["ts"])
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce")
    good = frame[["user", "item", "event", "ts"]].notna().all(axis=1)
    for name in ("user", "item"):
        text = frame[name]
        good &= (text.str.len() <= 256) & ~text.str.contains(ID_TAKES_NO, na=False) & ~text.isin(KEYWORDS)
    good &= (frame["event"].str.len() <= 256) & ~frame["event"].isin(KEYWORDS)
    good &= (frame["device"].str.len().fillna(0) <= 1000) & ~frame["device"].isin(KEYWORDS)
    good &= frame["ts"].between(EARLIEST, LATEST)
    kept = frame[good].drop_duplicates()
    assert len(kept) >= 1000
    assert (kept["user"].value_counts() > 1).sum() >= 25
    assert kept["event"].nunique() <= 100
    return _write(shape, kept, target)


def _seconds(pd: Any, text: Any) -> Any:
    number = pd.to_numeric(text, errors="coerce")
    moment = pd.to_datetime(text.where(number.isna()), utc=True, errors="coerce")
    seconds = (moment - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    return (number // 1000).fillna(seconds).astype("Int64")


def _write(shape: Shape, kept: Any, target: Path) -> int:
    for name in ("user", "item", "event", "device"):
        text = kept[name]
        special = text.str.contains(QUOTED, na=False)
        marked = text[special].map(lambda value: '"' + re.sub(r'(["\\])', r"\\\1", value) + '"')
        kept = kept.assign(**{name: text.mask(special, marked)})
    fields = {column: field for field, (column, _) in shape.fields.items()}
    kept.rename(columns=fields).to_csv(target / "out.csv", index=False, quoting=3, escapechar="\x1b", sep=",")
    return len(kept)


def duckdb(shape: Shape, source: Path, target: Path) -> int:
    """Prepare in DuckDB's SQL and write with COPY."""
    import duckdb

    with duckdb.connect() as base:
        base.execute(f"SET temp_directory = '{target}/spill'")
        if shape.form == "pandas":
            base.register("frame", shape.frame(source))
        (written,) = base.execute(_sql(shape, source, target / "out.csv")).fetchone() or (0,)
    return int(written)


def _sql(shape: Shape, source: Path, out: Path) -> str:
    rows = {
        "csv": f"read_csv('{source}', all_varchar = true, header = true, quote = '\"', escape = '\"')",
        "parquet": f"read_parquet('{source}')",
        "pandas": "frame",
    }[shape.form]
    words = ", ".join(f"'{word}'" for word in shape.fields)
    clean, held, fields = [], [], []
    for name, (column, role) in shape.fields.items():
        clean.append(f'{_CLEAN[role].format(c=f"""CAST("{column}" AS VARCHAR)""")} AS {name}')
        held.append(_HELD[role].format(c=name, words=words))
        fields.append(f"{_escaped(name) if role in _TEXTS else name} AS {name}")
    return f"""
    COPY (
        WITH clean AS (SELECT {", ".join(clean)} FROM {rows})
        SELECT {", ".join(fields)} FROM (SELECT DISTINCT * FROM clean WHERE {" AND ".join(held)})
    ) TO '{out}' (FORMAT csv, HEADER, QUOTE '', ESCAPE '')
    """


_TEXTS: Final = ("id", "event", "category", "text")
_INTEGER: Final = "try_cast({c} AS BIGINT)"
_LINE: Final = "nullif(trim(regexp_replace({c}, '[\\r\\n]+', ' ', 'g')), '')"
# How a column becomes a field, by the field's role, and what is asked of it then.
_CLEAN: Final = {
    "id": "trim({c})",
    "event": "nullif(trim({c}), '')",
    "time": f"CASE WHEN {_INTEGER} > 100000000000 THEN {_INTEGER} // 1000"
    f" WHEN {_INTEGER} IS NOT NULL THEN {_INTEGER}"
    " ELSE epoch(try_cast({c} AS TIMESTAMPTZ))::BIGINT END",
    "float": "try_cast({c} AS DOUBLE)",
    "long": "try_cast({c} AS BIGINT)",
    "category": _LINE,
    "text": _LINE,
}
_HELD: Final = {
    "id": "length({c}) BETWEEN 1 AND 256 AND {c} NOT IN ({words})"
    f" AND NOT regexp_matches({{c}}, '{ID_TAKES_NO}')",
    "event": "{c} IS NOT NULL AND length({c}) <= 256 AND {c} NOT IN ({words})",
    "time": f"{{c}} BETWEEN {EARLIEST} AND {LATEST}",
    "float": "({c} IS NULL OR isfinite({c}))",
    "long": "true",
    "category": "({c} IS NULL OR (length({c}) <= 1000 AND {c} NOT IN ({words})))",
    "text": "({c} IS NULL OR (length({c}) <= 20000 AND {c} NOT IN ({words})))",
}


def _escaped(name: str) -> str:
    marked = f"""'"' || replace(replace({name}, '\\', '\\\\'), '"', '\\"') || '"'"""
    return f"CASE WHEN regexp_matches({name}, '{QUOTED}') THEN {marked} ELSE {name} END"
