"""Where pdprep keeps its files: a private folder at the project's root, one folder a dataset group in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pdprep.errors import LedgerError

MARKS: Final = (".pdprep", "pyproject.toml", ".git")


def home(path: str | Path | None = None) -> Path:
    """Return the home of pdprep, made private where it is new.

    It is ``path``, else ``PDPREP_HOME``, else ``.pdprep`` beside the nearest project upward, else in the
    user's own folder.
    """
    named = path or os.environ.get("PDPREP_HOME")
    return private(Path(named).expanduser().absolute() if named else _project() / ".pdprep")


def group_folder(home: Path, account: str, region: str, group: str) -> Path:
    """Return the folder of a dataset group; it may not exist yet."""
    return home / f"{account}-{region}" / group


def private(folder: Path) -> Path:
    """Make a folder that only its owner reads and that Git ignores."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            folder.chmod(0o700)
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise LedgerError(
            f"the folder {folder} cannot be written ({error.strerror})",
            "a folder of your own",
            'pdprep.connect(..., home="/a/folder/of/yours")',
        ) from error
    return folder


def archive(folder: Path, stamp: str) -> Path:
    """Move a group's folder aside and return where it is now."""
    places = (
        folder.with_name(f"{folder.name}.archived-{stamp}{suffix}")
        for suffix in ("", *(f"-{number}" for number in range(2, 10_000)))
    )
    place = next(place for place in places if not place.exists())
    folder.rename(place)
    return place


def _project() -> Path:
    here = Path.cwd()
    found = (folder for folder in (here, *here.parents) if any((folder / mark).exists() for mark in MARKS))
    return next(found, Path.home())
