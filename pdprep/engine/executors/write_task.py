"""The third task: a part is put together from lines of CSV, and written where parts go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pdprep.engine.executors.packets import Packet
from pdprep.engine.executors.recipe import Recipe
from pdprep.engine.parts import Part, summed
from pdprep.preparation import escaping
from pdprep.progress import Listener, Progress

BLOCK: Final = 1 << 20  # bytes
# Of a packet: the first line, and the first one that is no longer meant; None where all others are.
Lines = tuple[int, int | None]


class PartSink(Protocol):
    """Where parts go. It is asked again with the same part where a worker has died, and leaves one."""

    def put(self, name: str, rows: int, text: Iterable[bytes | memoryview]) -> Part:
        """Write a part as a whole, or not at all, and return what it is; its text can be read again."""


@dataclass(frozen=True)
class FolderSink:
    """Parts go to a folder: this machine's, or one that all machines of a cluster share."""

    path: Path

    def put(self, name: str, rows: int, text: Iterable[bytes | memoryview]) -> Part:
        """Write under another name, and give the part its own when it is whole."""
        # A worker that dies leaves a hidden file, which no import takes; its successor has another name.
        fresh = self.path / f".{name}-{os.getpid()}"
        try:
            with fresh.open("wb") as handle:
                part = summed(name, rows, text, handle.write)
            fresh.replace(self.path / name)
        finally:
            fresh.unlink(missing_ok=True)
        return part


def write(
    recipe: Recipe, name: str, rows: int, slices: Sequence[Lines], sink: PartSink | None,
    tell: Listener, *packets: Packet,
) -> Part:  # fmt: skip
    """Write a part: the header, and some of the text of each packet; return what it is.

    Args:
        recipe: How the rows came to be.
        name: The part's name.
        rows: How many rows it has.
        slices: The lines of each packet that are the part's.
        sink: Where to write; None only counts.
        tell: Hears how many rows are done.
        packets: Lines of CSV.
    """
    text = PartText(escaping.header(recipe.contract.columns), list(zip(packets, slices, strict=True)))
    part = sink.put(name, rows, text) if sink else summed(name, rows, text)
    tell(Progress("stage", rows))
    return part


@dataclass(frozen=True)
class PartText:
    """The header of a part and lines of packets, read as often as is asked, a packet at a time."""

    header: bytes
    packets: Sequence[tuple[Packet, Lines]]

    def __iter__(self) -> Iterator[bytes | memoryview]:
        """Yield the pieces in order."""
        yield self.header
        for packet, lines in self.packets:
            yield _lines(packet.text, *lines)


def _lines(text: memoryview, start: int, end: int | None) -> memoryview:
    """Return some lines of a text; a record is one line.

    >>> bytes(_lines(memoryview(b"a\\nbb\\nc\\n"), 1, 2))
    b'bb\\n'
    """
    begin = _begin(text, start)
    return text[begin:] if end is None else text[begin : begin + _begin(text[begin:], end - start)]


def _begin(text: memoryview, line: int) -> int:
    """Return where a line begins: a few lines are told from each other, whole blocks are only counted."""
    place = 0
    while place < len(text) and line:
        block = bytes(text[place : place + BLOCK])
        ends = block.count(b"\n")
        if ends >= line:
            return place + len(block) - len(block.split(b"\n", line)[-1])
        place, line = place + len(block), line - ends
    return place
