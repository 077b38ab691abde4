"""The bytes of an S3 body as they come: plain, or in the chunks of ``aws-chunked`` with a trailer."""

from __future__ import annotations

from collections.abc import Iterator

from pdprep.local.objects.errors import error
from pdprep.local.protocol.messages import Stream

BLOCK = 1 << 20  # bytes in memory at once
LINE = 4096  # bytes of the longest line: the size of a chunk with its signature, or one of the trailer


class Body:
    """A request body, read in blocks; a line is cut from what was read.

    cheroot reads no line from a body in chunks of HTTP, as the AWS SDK for C++ sends it: it never returns.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream, self._held, self._at = stream, b"", 0

    def read(self, size: int) -> bytes:
        """Return at most that many bytes, nothing at the end."""
        if self._at >= len(self._held):
            self._held, self._at = self._more(), 0
        found = self._held[self._at : self._at + size]
        self._at += len(found)
        return found

    def line(self) -> bytes:
        """Return what is before the next line break, or before the end."""
        while (end := self._held.find(b"\n", self._at)) < 0 and len(self._held) - self._at < LINE:
            more = self._more()
            if not more:
                break
            self._held, self._at = self._held[self._at :] + more, 0
        end = min(end, self._at + LINE) if end >= 0 else self._at + LINE
        found, self._at = self._held[self._at : end], min(end + 1, len(self._held))
        return found.strip()

    def _more(self) -> bytes:
        try:
            return self._stream.read(BLOCK)
        except (ValueError, OSError) as problem:  # chunks of HTTP that are none, or the end of the connection
            raise error("IncompleteBody") from problem


def plain(body: Body, length: int | None) -> Iterator[bytes]:
    """Yield a body of that many bytes, or to its end."""
    size = 0
    while (length is None or size < length) and (block := body.read(BLOCK)):
        size += len(block)
        yield block
    if length is not None and size != length:
        raise error("IncompleteBody")


def chunks(body: Body, trailer: dict[str, str]) -> Iterator[bytes]:
    """Yield what the chunks hold, and fill in the trailer."""
    while left := _size(body.line()):
        while left:
            block = body.read(min(left, BLOCK))
            if not block:
                raise error("IncompleteBody")
            left -= len(block)
            yield block
        body.line()  # each chunk ends with an empty one
    while line := body.line():
        name, _, value = line.decode("latin-1").partition(":")
        trailer[name.strip().lower()] = value.strip()
    while body.read(BLOCK):  # the end of the chunks of HTTP around these
        pass


def _size(line: bytes) -> int:
    try:
        # A signed chunk has its signature after the size.
        return int(line.split(b";")[0].strip(), 16)
    except ValueError as problem:
        raise error("IncompleteBody") from problem
