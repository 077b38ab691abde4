"""What tasks hand to each other: rows as Arrow IPC, or finished text, as bytes that Ray does not copy.

They are compressed. That costs a twentieth of the processor time, and what does not fit into the object store
goes to disk and back, which costs several times what the tasks do.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pickle import PickleBuffer
from typing import Any

import polars as pl


@dataclass(frozen=True, eq=False)
class Packet:
    """Bytes that stand in Ray's object store: a task on the same machine reads them there.

    Attributes:
        data: The bytes.
        size: How many they are without compression.
    """

    data: bytes | memoryview
    size: int

    @staticmethod
    def of(rows: pl.DataFrame) -> Packet:
        """Return rows as a packet.

        >>> Packet.of(pl.DataFrame({"id": ["a"]})).rows["id"].to_list()
        ['a']
        """
        handle = io.BytesIO()
        rows.write_ipc(handle, compression="lz4")
        return Packet(handle.getbuffer(), int(rows.estimated_size()))

    @staticmethod
    def of_text(text: memoryview) -> Packet:
        """Return text as a packet.

        >>> bytes(Packet.of_text(memoryview(b"a,b")).text)
        b'a,b'
        """
        import pyarrow  # it comes with Ray's extra

        return Packet(memoryview(pyarrow.compress(text, codec="lz4")).cast("B"), len(text))

    @property
    def rows(self) -> pl.DataFrame:
        """The rows of a packet that is made of rows."""
        return pl.read_ipc(io.BytesIO(self.data))

    @property
    def text(self) -> memoryview:
        """The text of a packet that is made of text."""
        import pyarrow

        return memoryview(pyarrow.decompress(self.data, self.size, codec="lz4")).cast("B")

    def __reduce_ex__(self, protocol: Any) -> tuple[type[Packet], tuple[Any, int]]:
        """Hand the bytes to the pickler by themselves, so that it may leave them where they are."""
        return Packet, (PickleBuffer(self.data) if protocol >= 5 else bytes(self.data), self.size)
