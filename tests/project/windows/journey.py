"""Everything a beginner does, in one process: run by the test with Windows' answers."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

import pdprep
from tests.project.imports import MODULES

for name in MODULES:
    if not name.endswith("__main__"):
        import_module(name)
print("modules", len(MODULES))

lines = ["user;film;when;type", *(f"u{n % 7};f{n % 5};{1_700_000_000 + n};watch" for n in range(1200))]
Path("visits.csv").write_bytes("\r\n".join(lines).encode())
mapping: Any = {"USER_ID": "user", "ITEM_ID": "film", "TIMESTAMP": "when", "EVENT_TYPE": "type"}

group = pdprep.connect("films")
inter = group.prepare("visits.csv", "interactions", columns=mapping)
print("valid", pdprep.validate(inter).ok)
# In partitions, which are on disk for a while.
staged = pdprep.stage(inter, "staged", partitions=4)
print("staged", sum(part.rows for part in staged.parts), b"\r" in staged.parts[0].path.read_bytes())
print("bulk", group.bulk(inter).wait().status)
print("again", group.bulk(inter, replace=True).wait().status)
items = group.prepare(
    pl.DataFrame({"ITEM_ID": ["f1", "f2"], "GENRES": ["a", "b"]}), "items", metadata={"GENRES": "GENRES"}
)
print("put", group.put(items).wait().status, group.put(items, resend=True).wait().status)
today = pl.DataFrame({"user": ["u9"], "film": ["f1"], "when": [1_700_100_000], "type": ["watch"]})
print("event", group.put(group.prepare(today, like=inter)).wait().status)
print(
    "records",
    group.records("interactions").frame.collect().height,
    group.records("items").frame.collect().height,
)
print("verified", group.verify("items").ok)
print("deleted", group.delete_users(["u1"], confirm=1).wait().status)
print("jobs", len(group.jobs()))
