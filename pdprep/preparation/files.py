"""Files of a source, here or in S3: which they are, their format, and the separator of a CSV."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import Any, Final

from pdprep.errors import SourceError
from pdprep.preparation.storage import SCHEME, Storage, environment

HEAD_BYTES: Final = 1 << 16
_SEPARATORS: Final = ",;\t|"
KINDS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".ndjson": "NDJSON",
    ".jsonl": "NDJSON",
    ".arrow": "Arrow IPC",
    ".ipc": "Arrow IPC",
    ".feather": "Arrow IPC",
}


@dataclass(frozen=True, eq=False)
class Files:
    """The files that a path, a glob or an address means, in order."""

    names: tuple[str, ...]
    bytes: int | None
    storage: Storage | None = None

    @property
    def kind(self) -> str:
        """Their format, told by the ending."""
        first = self.names[0]
        suffixes = [end.lower() for end in Path(first).suffixes if end.lower() not in (".gz", ".zst")]
        kind = KINDS.get(suffixes[-1] if suffixes else "")
        if not kind:
            raise SourceError(
                f"{first} has no ending that tells its format",
                f"one of {', '.join(KINDS)}",
                f'pdprep.prepare(pl.scan_csv("{first}"), ...)',
            )
        return kind

    @property
    def options(self) -> dict[str, Any]:
        """What a scan of Polars needs to reach them."""
        return self.storage.options if self.storage else {}

    @cached_property
    def head(self) -> str:
        """The first text of the first file; nothing where we cannot look inside.

        Raises:
            SourceError: It is empty, or not UTF-8.
        """
        file = self.names[0]
        if file.endswith(".zst") or ("://" in file and not self.storage):
            return ""
        text = _decode(file, _head(file, self.storage))
        if not text.strip():
            raise SourceError(f"{file} is empty", "a header and rows")
        return text

    def separator(self) -> str:
        """Tell the separator of a CSV from its header line."""
        header = next(iter(self.head.lstrip("\r\n").splitlines()), "")
        return max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)


def expand(text: str, storage: Storage | None = None) -> Files:
    """Return the files of a path, a glob or an address.

    Args:
        text: What the user wrote.
        storage: The way into S3; by default the one that boto3 finds.

    Raises:
        SourceError: There is no such file.
    """
    if text.startswith(SCHEME):
        return _remote(text, storage or environment())
    if "://" in text:
        return Files((text,), None)
    path = Path(text).expanduser()
    if path.is_dir():
        raise SourceError(f"{text} is a folder", "a file or a glob", f'"{text}/*.csv"')
    names = (str(path),) if path.is_file() else tuple(sorted(glob(str(path), recursive=True)))
    if not names:
        raise SourceError(f"no file {text}", "a path or a glob that exists", _neighbours(path))
    return Files(names, sum(Path(name).stat().st_size for name in names))


def _remote(text: str, storage: Storage) -> Files:
    found = storage.find(text)
    if found:
        return Files(tuple(each.url for each in found), sum(each.size for each in found), storage)
    folder = text.rstrip("/") + "/"
    if any(storage.below(folder, 1)):
        raise SourceError(f"{text} is a folder", "a file or a glob", f'"{folder}*.csv"')
    near = [each.url for each in storage.find(f"{text.rpartition('/')[0]}/*{Path(text).suffix}")][:5]
    raise SourceError(
        f"no object {text}",
        "an address or a glob that exists",
        f"one of {', '.join(near)}" if near else f"aws s3 ls {text.rpartition('/')[0]}/",
    )


def _neighbours(path: Path) -> str:
    near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))[:5] if path.parent.is_dir() else []
    return f"one of {', '.join(near)} in {path.parent}" if near else f"ls {path.parent}"


def _head(file: str, storage: Storage | None) -> bytes:
    try:
        return _remote_head(file, storage) if storage else _local_head(file)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{file} cannot be read ({first_line(error)})", "a CSV file, as text or gzip"
        ) from error


def _local_head(file: str) -> bytes:
    opener: Callable[..., Any] = gzip.open if file.endswith(".gz") else open
    with opener(file, "rb") as handle:
        head: bytes = handle.read(HEAD_BYTES)
    return head


def _remote_head(file: str, storage: Storage) -> bytes:
    data = storage.head(file, HEAD_BYTES)
    if not file.endswith(".gz"):
        return data
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, HEAD_BYTES)


def _decode(file: str, head: bytes) -> str:
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end >= len(head) - 3 and len(head) == HEAD_BYTES:  # a character cut in two by the read
            return head[: error.start].decode("utf-8-sig")
        raise not_utf8(file) from error


def not_utf8(label: str) -> SourceError:
    """Return the error for text that is not UTF-8."""
    return SourceError(
        f"{label} is not UTF-8, likely latin-1 or Windows-1252",
        "UTF-8",
        f'pdprep.prepare(pl.read_csv("{label}", encoding="latin-1", infer_schema=False), ...)',
    )


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return next(iter(str(error).splitlines()), type(error).__name__)
