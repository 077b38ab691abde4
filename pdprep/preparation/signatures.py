"""What a file is that is no table of text, told by its first bytes, and what to read instead."""

from __future__ import annotations

import re
from typing import Final

from pdprep.errors import SourceError

# First bytes, what they mean, and what would be read instead.
_BINARY: Final = (
    (b"PK\x03\x04", "a zip or an Excel file", "an ending that says so: .zip or .xlsx"),
    (b"PAR1", "a Parquet file", "an ending that says so: .parquet"),
    (b"ARROW1", "an Arrow IPC file", "an ending that says so: .arrow"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", "the workbook saved as .xlsx"),
    (b"\x1f\x8b", "compressed by gzip", "an ending that says so: .gz behind that of what is in it"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "an ending that says so: .csv.zst"),
    (b"BZh", "compressed by bzip2", "the file unpacked, or compressed by gzip"),
    (b"\xfd7zXZ", "compressed by xz", "the file unpacked, or compressed by gzip"),
    (b"7z\xbc\xaf", "a 7z archive", "the file unpacked"),
    (
        b"\x80\x04\x95",
        "a pickle of Python",
        "the frame in it, which pandas.read_pickle reads",
    ),
)
_MARKUP: Final = re.compile(r"\s*<(?:!doctype|html|\?xml|table|[a-z]+/?>)", re.IGNORECASE)
_JSON: Final = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"]*"\s*:')
_TAR: Final = (b"ustar", 257)  # what a tar holds, and where


def check_bytes(head: bytes, label: str) -> None:
    """Refuse a file whose first bytes are those of another format.

    Raises:
        SourceError: They are; says what would be read.
    """
    for magic, what, instead in _BINARY:
        if head.startswith(magic):
            raise SourceError(f"{label} is {what}", instead)
    if head.startswith(*_TAR):
        raise SourceError(f"{label} is a tar archive", "a file of it, unpacked")


def check_text(text: str, label: str) -> None:
    """Refuse text that is JSON, HTML or XML and no table.

    Raises:
        SourceError: It is; says what would be read.
    """
    if _JSON.match(text):
        raise SourceError(f"{label} holds JSON", "an ending that says so: .json, or .ndjson")
    if _MARKUP.match(text):
        raise SourceError(f"{label} holds HTML or XML", "a table of text, such as CSV")
