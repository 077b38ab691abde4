"""Text files that Polars does not read by itself, block by block, in the form that it reads.

That is UTF-8, line feeds, doubled quotation marks and a separator of one character.

Nothing is written to disk and no more than a few blocks are held. A line in is a line out, so that a report
names the lines of the user's file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pdprep.errors import SourceError
from pdprep.preparation.detection import undecodable
from pdprep.preparation.dialects import UNIT, Dialect, TextOptions
from pdprep.preparation.escapes import evidence, unclear_escape
from pdprep.preparation.opening import opened
from pdprep.preparation.storage import Storage

BLOCK: Final = 1 << 22
MOST: Final = 1 << 26  # bytes of one record


@dataclass(frozen=True, eq=False)
class Blocks:
    """How the bytes of a file become records that Polars reads.

    Attributes:
        label: How the user named the source.
        dialect: How its text is read.
        asked: What the user said of it.
        storage: The way into S3, where the files are there.
    """

    label: str
    dialect: Dialect
    asked: TextOptions
    storage: Storage | None = field(default=None, repr=False)

    def lines(self, file: str) -> Iterator[bytes]:
        """Yield blocks of whole lines as UTF-8 with line feeds, before anything is left out."""
        rest, decode = b"", _decoder(file, self.dialect, self.asked)
        with opened(file, self.storage) as handle:
            while data := handle.read(BLOCK):
                text = rest + decode(data, False)
                text = text.replace(b"\r", b"\n") if self.dialect.carriage else text
                end = text.rfind(b"\n") + 1
                rest = text[end:]
                if len(rest) > MOST:
                    raise _too_long(file, "line")
                if end:
                    yield self._unescaped(text[:end], file)
            text = rest + decode(b"", True)
            if text:
                yield self._unescaped(text.replace(b"\r", b"\n") if self.dialect.carriage else text, file)

    def records(self, file: str) -> Iterator[bytes]:
        """Yield blocks of whole records, without the header."""
        header = self.dialect.has_header
        for block in self.whole(file):
            while header and block:
                line, block = _first_record(block, self.dialect.quote_char)
                header = not line.strip() or self._is_comment(line)
            if block:
                yield block

    def whole(self, file: str) -> Iterator[bytes]:
        """Yield blocks that end with a record, at a line end outside quotation marks, from the header on."""
        quote, rest, skip = (self.dialect.quote_char or "").encode(), b"", self.dialect.skip_lines
        for block in self.lines(file):
            text = rest + block
            while skip and text:
                text, skip = text.partition(b"\n")[2], skip - 1
            end = _end_of_records(text, quote)
            rest = text[end:]
            if len(rest) > MOST:
                raise _too_long(file, "quoted value")
            if end:
                yield text[:end]
        if rest:
            yield rest

    def _is_comment(self, line: bytes) -> bool:
        prefix = self.dialect.comment_prefix
        return prefix is not None and line.startswith(prefix.encode())

    def _unescaped(self, block: bytes, file: str) -> bytes:
        """Double the quotation marks that a backslash escapes."""
        if self.dialect.escape == '"':
            asked = not self.dialect.proven and self.dialect.quote_char
            if asked and next(evidence(block, self.dialect), "doubled") in ("backslash", "none"):
                raise unclear_escape(file, self.asked)
            return block
        if b"\\" not in block:
            return block
        if b"\0" in block:
            raise SourceError(f"{file} holds zero bytes", "text")
        # A zero byte stands for an escaped backslash while the others are replaced.
        marked = block.replace(b"\\\\", b"\0").replace(b'\\"', b'""')
        return marked.replace(b"\0", b"\\")

    def separated(self, block: bytes, file: str) -> bytes:
        """Put one character for a separator of several, outside quotation marks."""
        sign = self.dialect.separator.encode()
        if len(sign) == 1:
            return block
        if UNIT.encode() in block:
            raise SourceError(f"{file} holds the control character U+001F", "text without it")
        if not self.dialect.quote_char:
            return block.replace(sign, UNIT.encode())
        pieces = block.split(self.dialect.quote_char.encode())
        pieces[::2] = [piece.replace(sign, UNIT.encode()) for piece in pieces[::2]]
        return self.dialect.quote_char.encode().join(pieces)

    def odd_lines(self, file: str) -> Iterator[int]:
        """Yield the numbers of the lines with an odd number of quotation marks, from 1."""
        before = 0
        for block in self.lines(file):
            odd = (number for number, line in enumerate(block.split(b"\n"), 1) if line.count(b'"') % 2)
            yield from (before + number for number in odd)
            before += block.count(b"\n")

    def short_rows(self, file: str, width: int) -> Iterator[int]:
        """Yield the 0-based rows of a file with fewer values than there are columns, without blank ones.

        Separators are counted in a block at once, and line by line only where some are missing.
        """
        before, quote, quoted = 0, (self.dialect.quote_char or "").encode(), None
        if quote:
            quoted = re.compile(rb"%b[^%b]*+%b" % ((re.escape(quote),) * 3))
        for block in self.records(file):
            text = self.separated(block, file)
            bare = quoted.sub(b"", text) if quoted and quote in text else text
            sign, lines = self.sign.encode(), bare.count(b"\n") + (not bare.endswith(b"\n"))
            if bare.count(sign) != lines * (width - 1) or self.dialect.comment_prefix:
                found = [line for line in bare.removesuffix(b"\n").split(b"\n") if not self._is_comment(line)]
                lines = len(found)
                yield from (
                    before + row
                    for row, line in enumerate(found)
                    if line.count(sign) < width - 1 and line.strip(b"\r")
                )
            before += lines

    @property
    def sign(self) -> str:
        """The one character that separates values in what ``separated`` returns."""
        return self.dialect.separator if len(self.dialect.separator.encode()) == 1 else UNIT


def _first_record(block: bytes, quote: str | None) -> tuple[bytes, bytes]:
    """Return the first record of a block and the rest: it may hold line ends within quotation marks."""
    sign, end = (quote or "").encode(), 0
    while end < len(block):
        end = block.find(b"\n", end) + 1 or len(block)
        if not sign or block.count(sign, 0, end) % 2 == 0:
            break
    return block[:end], block[end:]


def _end_of_records(text: bytes, quote: bytes) -> int:
    """Return where the last whole record ends: at a line end before which no quotation mark is open."""
    end = len(text) if text.endswith(b"\n") else text.rfind(b"\n") + 1
    if not quote:
        return end
    marks = text.count(quote, 0, end)
    while end and marks % 2:
        before = text.rfind(b"\n", 0, end - 1) + 1
        marks -= text.count(quote, before, end)
        end = before
    return end


def _too_long(file: str, what: str) -> SourceError:
    return SourceError(
        f"{file} holds a {what} of more than {MOST >> 20} MB",
        "records of a usual length; a quotation mark that is never closed makes one of all that follows",
    )


def _decoder(label: str, dialect: Dialect, asked: TextOptions) -> Callable[[bytes, bool], bytes]:
    """Return what turns the bytes of a file into UTF-8, as they come."""
    if dialect.encoding == "utf-8":
        first = [True]

        def same(data: bytes, final: bool) -> bytes:
            if first and data:
                first.clear()
                return data.removeprefix(codecs.BOM_UTF8)
            return data

        return same
    decoder = codecs.getincrementaldecoder(dialect.encoding)()

    def decode(data: bytes, final: bool) -> bytes:
        try:
            return decoder.decode(data, final).removeprefix("\ufeff").encode()
        except UnicodeDecodeError as error:
            raise undecodable(label, dialect.encoding, asked, data) from error

    return decode
