"""pdprep's work written by hand for its peers: cleaned, deduplicated, held to the row rules, escaped.

Each is the straightforward way in its library, with the service's rules for rows of this shape spelled out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from benchmarks.mapping import COLUMNS, MAPPING

EARLIEST, LATEST = 315_532_800, 4_102_444_800
KEYWORDS: Final = ("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE", "DEVICE")
ID_TAKES_NO: Final = r'[|"\x00-\x1f\x7f]'
QUOTED: Final = r'["\\,\x00-\x1f\x7f]|^\s|\s$'


def pandas(source: Path, target: Path) -> int:
    """Prepare in pandas, as AWS's sample notebooks do, and write with `to_csv`."""
    import pandas as pd

    frame = pd.read_csv(source, usecols=list(COLUMNS), dtype=str)
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
    return _write(kept, target)


def _seconds(pd: Any, text: Any) -> Any:
    number = pd.to_numeric(text, errors="coerce")
    moment = pd.to_datetime(text.where(number.isna()), utc=True, errors="coerce")
    seconds = (moment - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    return (number // 1000).fillna(seconds).astype("Int64")


def _write(kept: Any, target: Path) -> int:
    for name in ("user", "item", "event", "device"):
        text = kept[name]
        special = text.str.contains(QUOTED, na=False)
        marked = text[special].map(lambda value: '"' + re.sub(r'(["\\])', r"\\\1", value) + '"')
        kept = kept.assign(**{name: text.mask(special, marked)})
    fields = {column: field for field, column in MAPPING.items()} | {"device": "DEVICE"}
    kept.rename(columns=fields).to_csv(target / "out.csv", index=False, quoting=3, escapechar="\x1b", sep=",")
    return len(kept)


def duckdb(source: Path, target: Path) -> int:
    """Prepare in DuckDB's SQL and write with COPY."""
    import duckdb

    with duckdb.connect() as base:
        base.execute(f"SET temp_directory = '{target}/spill'")
        (written,) = base.execute(_sql(source, target / "out.csv")).fetchone() or (0,)
    return int(written)


def _sql(source: Path, out: Path) -> str:
    words = ", ".join(f"'{word}'" for word in KEYWORDS)
    held = " AND ".join(
        f"length({name}) BETWEEN 1 AND 256 AND {name} NOT IN ({words})"
        f" AND NOT regexp_matches({name}, '{ID_TAKES_NO}')"
        for name in ("u", "i")
    )
    fields = ", ".join(f"{_escaped(name)} AS {field}" for field, name in _FIELDS)
    return f"""
    COPY (
        WITH clean AS (
            SELECT trim("user") AS u, trim(item) AS i, nullif(trim(event), '') AS e,
                coalesce(try_cast(ts AS BIGINT) // 1000, epoch(try_cast(ts AS TIMESTAMPTZ))::BIGINT) AS t,
                try_cast(value AS DOUBLE) AS v, nullif(device, '') AS d
            FROM read_csv('{source}', all_varchar = true, header = true, quote = '"', escape = '"')
        )
        SELECT {fields} FROM (
            SELECT DISTINCT * FROM clean
            WHERE {held} AND e IS NOT NULL AND length(e) <= 256 AND e NOT IN ({words})
                AND t BETWEEN {EARLIEST} AND {LATEST} AND (v IS NULL OR isfinite(v))
                AND (d IS NULL OR (length(d) <= 1000 AND d NOT IN ({words})))
        )
    ) TO '{out}' (FORMAT csv, HEADER, QUOTE '', ESCAPE '')
    """


_FIELDS: Final = (
    ("USER_ID", "u"),
    ("ITEM_ID", "i"),
    ("EVENT_TYPE", "e"),
    ("TIMESTAMP", "t"),
    ("EVENT_VALUE", "v"),
    ("DEVICE", "d"),
)


def _escaped(name: str) -> str:
    if name in "tv":
        return name
    marked = f"""'"' || replace(replace({name}, '\\', '\\\\'), '"', '\\"') || '"'"""
    return f"CASE WHEN regexp_matches({name}, '{QUOTED}') THEN {marked} ELSE {name} END"
