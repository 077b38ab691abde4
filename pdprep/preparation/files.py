"""Files of a source, here or in S3: which they are, their format, and their first bytes."""

from __future__ import annotations

import glob
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from pdprep import platforms
from pdprep.errors import SourceError
from pdprep.preparation.opening import ZIP, in_zip, members, opened
from pdprep.preparation.storage import SCHEME, Storage, from_environment

HEAD_BYTES: Final = 1 << 16
HEAD_LINES: Final = 200
KINDS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".psv": "csv",
    ".txt": "csv",
    ".dat": "csv",
    ".data": "csv",
    ".inter": "csv",
    ".user": "csv",
    ".item": "csv",
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".ndjson": "NDJSON",
    ".jsonl": "NDJSON",
    ".json": "JSON",
    ".arrow": "Arrow IPC",
    ".ipc": "Arrow IPC",
    ".feather": "Arrow IPC",
    ".xlsx": "Excel",
}
_COMPRESSED: Final = (".gz", ".zst")
_VALUES: Final = re.compile(r"(for \d+ out of \d+ values): \[.*\]", re.DOTALL)
LINE_MAXIMUM: Final = 300  # characters of a foreign message
_OBJECT: Final = re.compile(r"(expected to contain JSON object): .*", re.DOTALL)
_QUOTED: Final = re.compile(r"could not parse `.*?` as dtype", re.DOTALL)


class Head(NamedTuple):
    """The first bytes of a file, and whether that is all of it."""

    data: bytes
    whole: bool


@dataclass(frozen=True, eq=False)
class Files:
    """The files that a path, a glob or an address means, in order."""

    names: tuple[str, ...]
    bytes: int | None
    storage: Storage | None = None

    @property
    def kind(self) -> str:
        """Their format, told by the ending; empty where that tells none."""
        suffixes = [end.lower() for end in Path(self.names[0]).suffixes if end.lower() not in _COMPRESSED]
        return KINDS.get(suffixes[-1] if suffixes else "", "")

    @property
    def options(self) -> dict[str, Any]:
        """What a scan of Polars needs to reach them."""
        return self.storage.options if self.storage else {}

    @property
    def streamed(self) -> bool:
        """Whether they are read block by block whatever is in them: Polars does not, or needs all memory."""
        return self.names[0].lower().endswith(".gz") or bool(in_zip(self.names[0])[0])

    @property
    def reachable(self) -> bool:
        """Whether their bytes can be read here, and not by Polars alone."""
        return not self.names[0].lower().endswith(".zst") and (
            "://" not in self.names[0] or bool(self.storage)
        )

    def head(self) -> Head:
        """Return the first bytes of the first file; nothing where none can be had.

        Raises:
            SourceError: It cannot be read.
        """
        if self.reachable:
            with opened(self.names[0], self.storage) as handle:
                data = handle.read(HEAD_BYTES)
            return Head(data, len(data) < HEAD_BYTES)
        with suppress(pl.exceptions.PolarsError, OSError):
            lines = pl.scan_lines(self.names[0], glob=False, **self.options).head(HEAD_LINES).collect()
            text = "".join(f"{line}\n" for line in lines.to_series())
            return Head(text.encode(), lines.height < HEAD_LINES)
        return Head(b"", False)


def expand(text: str, storage: Storage | None = None) -> Files:
    """Return the files of a path, a glob or an address.

    A path that exists is that file, whatever signs are in its name; a pattern is expanded here and nowhere
    else.

    Args:
        text: What the user wrote.
        storage: The way into S3; by default the one that boto3 finds.

    Raises:
        SourceError: There is no such file.
    """
    if text.startswith(SCHEME):
        return _unzipped(_remote(text, storage or from_environment()))
    if text.startswith("file://"):
        text = platforms.local_path(text)
    if "://" in text:
        return Files((text,), None)
    path = Path(text).expanduser()
    if path.is_dir():
        raise SourceError(f"{text} is a folder", "a file or a glob", _glob(text, path))
    names = (str(path),) if path.is_file() else _matches(path)
    archive, member = in_zip(str(path))
    if archive and not names:
        _check_member(archive, member, None)
        return Files((str(path),), Path(archive).stat().st_size)
    if not names:
        raise _no_file(text, path)
    return _unzipped(Files(names, sum(Path(name).stat().st_size for name in names)))


def _matches(path: Path) -> tuple[str, ...]:
    """Return the files that a pattern matches; folders that exist are no part of the pattern."""
    base, pieces = Path(path.anchor), list(path.parts[bool(path.anchor) :])
    while pieces and (base / pieces[0]).is_dir() and pieces[0] != "**":
        base /= pieces.pop(0)
    found = glob.glob(str(Path(glob.escape(str(base)), *pieces)), recursive=True)
    return tuple(sorted(name for name in found if Path(name).is_file()))


def _unzipped(files: Files) -> Files:
    """Put the one file that is in a zip in its place."""
    zips = [name for name in files.names if name.lower().endswith(ZIP)]
    if not zips:
        return files
    inside = {name: members(name, files.storage) for name in zips}
    many = next((name for name, held in inside.items() if len(held) != 1), None)
    if many:
        held = inside[many]
        first = next((name for name in held if Path(name).suffix.lower() in KINDS), held[0] if held else "")
        shown = ", ".join(held[:8]) + (f" and {len(held) - 8} more" if len(held) > 8 else "")
        raise SourceError(
            f"{many} holds {len(held)} files ({shown})" if held else f"{many} holds no file",
            "a zip of one file, or one of them named",
            f'pdprep.read("{platforms.written(many)}/{first}")' if held else "",
        )
    names = tuple(f"{name}/{inside[name][0]}" if name in inside else name for name in files.names)
    return Files(names, files.bytes, files.storage)


def _check_member(archive: str, member: str, storage: Storage | None) -> None:
    held = members(archive, storage)
    if member not in held:
        near = ", ".join(held[:8])
        hint = f'pdprep.read("{platforms.written(archive)}/{held[0]}")' if held else ""
        raise SourceError(f"{archive} holds no file {member}", f"one of {near}" if near else "a file", hint)


def _remote(text: str, storage: Storage) -> Files:
    found = storage.find(text)
    if found:
        return Files(tuple(each.url for each in found), sum(each.size for each in found), storage)
    archive, member = in_zip(text)
    size = sum(each.size for each in storage.find(archive)) if archive else 0
    if size:
        _check_member(archive, member, storage)
        return Files((text,), size, storage)
    folder = text.rstrip("/") + "/"
    if any(storage.below(folder, 1)):
        raise SourceError(f"{text} is a folder", "a file or a glob", f'"{folder}*.csv"')
    found = storage.find(f"{text.rpartition('/')[0]}/*{Path(text).suffix}")
    near = _nearest(text, [each.url for each in found])
    raise SourceError(
        f"no object {text}",
        f"one of {', '.join(near)}" if near else "an address or a glob that exists",
        f'"{near[0]}"' if near else platforms.shell(["aws", "s3", "ls", f"{text.rpartition('/')[0]}/"]),
    )


def _glob(text: str, folder: Path) -> str:
    """Return the glob of the files that a folder holds: of the most frequent format that we read."""
    endings = Counter(each.suffix for each in folder.iterdir() if each.suffix.lower() in KINDS)
    return f'"{platforms.written(text)}/*{endings.most_common(1)[0][0]}"' if endings else ""


def _no_file(text: str, path: Path) -> SourceError:
    """Return the error for a path that is no file, with those that it may have meant."""
    there = path.parent.is_dir()
    files = [str(each) for each in path.parent.iterdir() if each.suffix == path.suffix] if there else []
    near = _nearest(str(path), files)
    look = platforms.shell(["ls", str(path.parent if there else ".")])
    return SourceError(
        f"no file {text}",
        f"one of {', '.join(near)}" if near else "a path or a glob that exists",
        f'"{platforms.written(near[0])}"' if near else look,
    )


def _nearest(name: str, names: list[str]) -> list[str]:
    return sorted(names, key=lambda each: -SequenceMatcher(None, name, each).ratio())[:5]


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, without the text of a file that it may quote.

    >>> first_line(ValueError("could not parse `a b\\nc` as dtype `str` at column 'b' (column number 2)"))
    "could not parse a value as dtype `str` at column 'b' (column number 2)"
    """
    text = _OBJECT.sub(r"\1", _QUOTED.sub("could not parse a value as dtype", str(error)))
    text = _VALUES.sub(r"\1", text)
    line = next(iter(text.splitlines()), type(error).__name__)
    return line if len(line) <= LINE_MAXIMUM else line[:LINE_MAXIMUM] + "…"
