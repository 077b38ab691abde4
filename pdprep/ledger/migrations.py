"""The shape of the journal. Append, never edit: each script runs once, in one transaction with its number."""

from __future__ import annotations

from typing import Final

_FIRST = """
CREATE TABLE binding (one INTEGER PRIMARY KEY CHECK (one = 1), arn TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, dataset TEXT NOT NULL,
    route TEXT NOT NULL, mode TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, phase TEXT NOT NULL,
    done INTEGER NOT NULL, total INTEGER, unit TEXT NOT NULL, rows INTEGER, arn TEXT NOT NULL,
    note TEXT NOT NULL, error TEXT NOT NULL,
    started REAL, ended REAL);
CREATE TABLE imports (
    seq INTEGER PRIMARY KEY, job TEXT NOT NULL, dataset TEXT NOT NULL, mode TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, rows INTEGER NOT NULL, keys INTEGER NOT NULL,
    location TEXT NOT NULL, files TEXT NOT NULL, keep INTEGER NOT NULL,
    contract TEXT NOT NULL, arn TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    created REAL NOT NULL, ended REAL);
CREATE INDEX imports_dataset ON imports (dataset, seq);
CREATE TABLE plans (
    seq INTEGER PRIMARY KEY, job TEXT NOT NULL, dataset TEXT NOT NULL, fingerprint TEXT NOT NULL,
    records INTEGER NOT NULL, contract TEXT NOT NULL, created REAL NOT NULL, status TEXT NOT NULL);
CREATE INDEX plans_dataset ON plans (dataset, seq);
CREATE TABLE calls (
    plan INTEGER NOT NULL REFERENCES plans (seq), first INTEGER NOT NULL, last INTEGER NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (plan, first, last)) WITHOUT ROWID
"""

_FILES = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, sha256 TEXT NOT NULL
) WITHOUT ROWID
"""
# What was sent before had each ``.0`` taken off.
_ID_FORMS = """
CREATE TABLE id_forms (
    dataset TEXT NOT NULL, field TEXT NOT NULL, form TEXT NOT NULL, PRIMARY KEY (dataset, field)
) WITHOUT ROWID;
INSERT INTO id_forms SELECT dataset, field, 'undone'
    FROM (SELECT dataset FROM imports UNION SELECT dataset FROM plans),
    (SELECT 'USER_ID' AS field UNION SELECT 'ITEM_ID' UNION SELECT 'ACTION_ID')
"""

# How long a job was worked on: between two attempts it may lie idle for days.
_WORKED = """
ALTER TABLE jobs ADD COLUMN worked REAL NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN begun REAL;
UPDATE jobs SET worked = max(0, coalesce(ended - started, 0))
"""

# Records that tasks on other machines wrote stay in the bucket.
_OBJECTS = """
ALTER TABLE imports ADD COLUMN records TEXT NOT NULL DEFAULT '';
CREATE TABLE objects (address TEXT PRIMARY KEY, size INTEGER NOT NULL, etag TEXT NOT NULL) WITHOUT ROWID
"""

MIGRATIONS: Final = (_FIRST, _FILES, _ID_FORMS, _WORKED, _OBJECTS)
