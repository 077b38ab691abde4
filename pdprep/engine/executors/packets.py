"""What tasks hand to each other: rows as Arrow IPC, or finished text, as bytes that Ray does not copy."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pickle import PickleBuffer
from typing import Any

import polars as pl


@dataclass(frozen=True, eq=False)
class Packet:
    """Bytes that stand in Ray's object store: a task on the same machine reads them there."""

    data: bytes | memoryview

    @staticmethod
    def of(rows: pl.DataFrame) -> Packet:
        """Return rows as a packet.

        >>> Packet.of(pl.DataFrame({"id": ["a"]})).rows["id"].to_list()
        ['a']
        """
        handle = io.BytesIO()
        # Not compressed: it is read soon, and mostly on the same machine.
        rows.write_ipc(handle, compression="uncompressed")
        return Packet(handle.getbuffer())

    @property
    def rows(self) -> pl.DataFrame:
        """The rows of a packet that is made of rows."""
        return pl.read_ipc(io.BytesIO(self.data))

    def __reduce_ex__(self, protocol: Any) -> tuple[type[Packet], tuple[Any]]:
        """Hand the bytes to the pickler by themselves, so that it may leave them where they are."""
        return Packet, (PickleBuffer(self.data) if protocol >= 5 else bytes(self.data),)
