"""Where pdprep keeps its files: a private folder at the project's root, one folder a dataset group in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pdprep import platforms
from pdprep.errors import LedgerError

HOME: Final = ".pdprep"
MARKS: Final = (HOME, "pyproject.toml", ".git")
_IGNORE: Final = "*\n"
_ACCOUNT: Final = re.compile(r"\d{12}-[a-z]{2,4}(-[a-z]+)+-\d+")  # group_folder: account and region


def home(path: str | Path | None = None) -> Path:
    """Return the home of pdprep, made private where it is new.

    It is ``path``, else ``PDPREP_HOME``, else ``.pdprep`` beside the nearest project upward, else in the
    user's own folder. A folder that is there keeps its mode: an empty one and one that holds a ledger of ours
    is the home itself, in any other it is the folder ``.pdprep``.
    """
    named = path or os.environ.get("PDPREP_HOME")
    folder = Path(named).expanduser().absolute() if named else _project() / HOME
    with _written(folder):
        # A folder that was there is the user's: it keeps its mode and its files, and gets one folder of ours.
        if folder.name == HOME or not folder.exists():
            return private(folder)
        if not any(folder.iterdir()) or _is_ours(folder):
            return folder
        return private(folder / HOME)


def group_folder(home: Path, account: str, region: str, group: str) -> Path:
    """Return the folder of a dataset group; it may not exist yet."""
    return home / f"{account}-{region}" / group


def private(folder: Path) -> Path:
    """Make a folder that only its owner reads and that Git ignores; one that is there keeps its mode."""
    with _written(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text(_IGNORE, encoding="utf-8", newline="\n")
    return folder


def archive(folder: Path, stamp: str) -> Path:
    """Move a group's folder aside and return where it is now."""
    places = (
        folder.with_name(f"{folder.name}.archived-{stamp}{suffix}")
        for suffix in ("", *(f"-{number}" for number in range(2, 10_000)))
    )
    place = next(place for place in places if not place.exists())
    platforms.replace(folder, place)
    return place


def _is_ours(folder: Path) -> bool:
    """Say whether a folder is a home: it holds that of an account or of the local Personalize."""
    if any(_ACCOUNT.fullmatch(child.name) and child.is_dir() for child in folder.iterdir()):
        return True
    local = folder / "local"
    # An older pdprep wrote the same file into every home that it made.
    ignore = folder / ".gitignore"
    made = ignore.is_file() and ignore.read_text(encoding="utf-8", errors="replace") == _IGNORE
    return (local / "server.lock").is_file() or (made and [*folder.iterdir()] == [ignore])


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"the folder {folder} cannot be written ({error.strerror})",
            "a folder of your own",
            'pdprep.connect(..., home="/a/folder/of/yours")',
        ) from error


def _project() -> Path:
    here = Path.cwd()
    found = (folder for folder in (here, *here.parents) if any((folder / mark).exists() for mark in MARKS))
    return next(found, Path.home())
