"""Where a job reads its CSV: one object, or every CSV in a folder, straight from the files of the objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pdprep.local.life.workers import JobFailed
from pdprep.local.objects.objects import Objects, Stored

# Both texts: developer guide, error-messages, and public notes on failed jobs.
NO_ACCESS = (
    "Insufficient privileges for accessing data in S3. Please look at "
    "https://docs.aws.amazon.com/personalize/latest/dg/data-prep-upload-s3.html "
    "and fix bucket policy on {bucket}."
)
NO_DATA = "Invalid Data location."


@dataclass(frozen=True)
class SourceFile:
    """One CSV file."""

    key: str
    path: Path
    size: int


def find(objects: Objects, location: str, levels: int = 0) -> list[SourceFile]:
    """Return the CSV files of an S3 location; of a folder those of its first ``levels``, 0 for all.

    An import reads the first level alone (bulk-data-import-step), a deletion job all (delete-records).
    """
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not objects.has_bucket(bucket):
        raise JobFailed(NO_ACCESS.format(bucket=bucket))
    single = objects.find(bucket, key) if key else None
    found = [single] if single else _folder(objects, bucket, key, levels)
    if not found:
        raise JobFailed(NO_DATA)
    return [SourceFile(item.key, objects.blobs.path(item.blob), item.size) for item in found]


def _folder(objects: Objects, bucket: str, key: str, levels: int) -> list[Stored]:
    prefix = key if not key or key.endswith("/") else key + "/"
    found, after = list[Stored](), ""
    while batch := objects.keys(bucket, prefix, after, 1000):
        found += [
            item
            for item in batch
            if item.key.lower().endswith(".csv")
            and (not levels or item.key.removeprefix(prefix).count("/") < levels)
        ]
        after = batch[-1].key
    return found
