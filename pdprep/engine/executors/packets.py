"""What tasks hand to each other: rows as Arrow IPC, or finished text, as bytes that Ray does not copy.

They are compressed where Ray's object store could not hold them: what does not fit goes to disk and back,
which costs more than the tasks do. Where it can, compressing and unpacking is a sixth of the processor time.
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
        compressed: Whether they are compressed.
    """

    data: bytes | memoryview
    size: int
    compressed: bool

    @staticmethod
    def of(rows: pl.DataFrame, compressed: bool) -> Packet:
        """Return rows as a packet.

        >>> Packet.of(pl.DataFrame({"id": ["a"]}), compressed=True).rows["id"].to_list()
        ['a']
        """
        handle = io.BytesIO()
        rows.write_ipc(handle, compression="lz4" if compressed else "uncompressed")
        return Packet(handle.getbuffer(), int(rows.estimated_size()), compressed)

    @staticmethod
    def of_text(text: memoryview, compressed: bool) -> Packet:
        """Return text as a packet.

        >>> bytes(Packet.of_text(memoryview(b"a,b"), compressed=True).text)
        b'a,b'
        """
        import pyarrow  # it comes with Ray's extra

        data = memoryview(pyarrow.compress(text, codec="lz4")).cast("B") if compressed else text
        return Packet(data, len(text), compressed)

    @property
    def rows(self) -> pl.DataFrame:
        """The rows of a packet that is made of rows; what is not compressed stays where it is."""
        import pyarrow

        try:
            table = pyarrow.ipc.open_file(pyarrow.py_buffer(self.data)).read_all()
        except pyarrow.ArrowNotImplementedError:  # integers of 128 bits are Polars' own
            return pl.read_ipc(io.BytesIO(self.data))
        return pl.DataFrame(table)

    @property
    def text(self) -> memoryview:
        """The text of a packet that is made of text."""
        import pyarrow

        if not self.compressed:
            return memoryview(self.data)
        return memoryview(pyarrow.decompress(self.data, self.size, codec="lz4")).cast("B")

    def __reduce_ex__(self, protocol: Any) -> tuple[type[Packet], tuple[Any, int, bool]]:
        """Hand the bytes to the pickler by themselves, so that it may leave them where they are."""
        data = PickleBuffer(self.data) if protocol >= 5 else bytes(self.data)
        return Packet, (data, self.size, self.compressed)
