"""What the ledger asks of a bucket in which records lie; whoever gives it knows the way and has the keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from pdprep.ledger.rows import ObjectRow


class RecordBucket(Protocol):
    """Objects by their addresses, as ``s3://bucket/key``. What S3 refuses is raised as a PdprepError."""

    @property
    def options(self) -> dict[str, Any]:
        """How Polars reaches them."""

    def below(self, address: str) -> list[ObjectRow]:
        """Return the objects below an address, in order; none where there is no such bucket."""

    def put(self, file: Path, address: str) -> ObjectRow:
        """Write an object and return what it is then."""

    def remove(self, addresses: Sequence[str]) -> None:
        """Delete objects; those that are gone already do not matter."""
