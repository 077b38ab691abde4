"""The buckets of an environment, for the ledger: it knows addresses, and the keys stay here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pdprep.errors import ServiceError
from pdprep.ledger.rows import ObjectRow
from pdprep.personalize.aws.client import TRANSFER, Environment, attempt, call, missing
from pdprep.preparation.storage import SCHEME, Storage

_AT_ONCE: Final = 1000  # keys of one deletion. Source: API reference of S3, DeleteObjects


@dataclass(frozen=True)
class EnvironmentBucket:
    """Objects by their addresses, reached as an environment reaches them."""

    environment: Environment

    @property
    def options(self) -> dict[str, Any]:
        """How Polars reaches them."""
        return Storage(self.environment.session, self.environment.client("s3")).options

    def below(self, address: str) -> list[ObjectRow]:
        """Return the objects below an address, in order; none where there is no such bucket."""
        bucket, key = _place(address)
        token: dict[str, str] = {}
        found: list[ObjectRow] = []
        while True:
            try:
                page = call(
                    self.environment, "s3", "list_objects_v2", Bucket=bucket, Prefix=f"{key}/", **token
                )
            except ServiceError as error:
                if missing(error):
                    return found
                raise
            found += [
                ObjectRow(f"{SCHEME}{bucket}/{each['Key']}", each["Size"], each["ETag"])
                for each in page.get("Contents", [])
            ]
            if not page.get("IsTruncated"):
                return found
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def put(self, file: Path, address: str) -> ObjectRow:
        """Write an object and return what it is then."""
        bucket, key = _place(address)
        client = self.environment.client("s3")
        attempt(
            self.environment, "PutObject", lambda: client.upload_file(str(file), bucket, key, Config=TRANSFER)
        )
        # Asked of S3, since the ETag of an upload in parts, or under a key, is not told by the bytes.
        head = call(self.environment, "s3", "head_object", Bucket=bucket, Key=key)
        return ObjectRow(address, head["ContentLength"], head["ETag"])

    def remove(self, addresses: Sequence[str]) -> None:
        """Delete objects; those that are gone already do not matter."""
        for bucket, places in groupby(map(_place, sorted(addresses)), key=lambda place: place[0]):
            keys = [{"Key": key} for _, key in places]
            for start in range(0, len(keys), _AT_ONCE):
                some = {"Objects": keys[start : start + _AT_ONCE], "Quiet": True}
                call(self.environment, "s3", "delete_objects", Bucket=bucket, Delete=some)


def _place(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix(SCHEME).partition("/")
    return bucket, key
