"""What the project says of itself: ``[tool.pdprep]`` of the nearest pyproject.toml upward."""

from __future__ import annotations

import difflib
import json
import tomllib
from pathlib import Path
from typing import Any, Final

from pdprep.errors import InputError

SETTINGS: Final = ("display", "wait", "profiles")


def settings(start: Path | None = None) -> tuple[Path | None, dict[str, Any]]:
    """Return the nearest pyproject.toml and its table ``[tool.pdprep]``; None and nothing without one.

    Args:
        start: The folder to look from; the working folder if not given.

    Raises:
        InputError: The file is no TOML, or the table has a setting that there is not.
    """
    here = start or Path.cwd()
    file = next((path for each in (here, *here.parents) if (path := each / "pyproject.toml").is_file()), None)
    found = _table(file) if file else {}
    for name in found:
        if name not in SETTINGS:
            close = difflib.get_close_matches(name, SETTINGS, n=1)
            raise InputError(
                f"[tool.pdprep] in {file} has {name}",
                f"one of {', '.join(SETTINGS)}",
                f"{close[0]} = {json.dumps(found[name])}" if close and isinstance(found[name], str) else "",
            )
    return file, found


def _table(file: Path) -> dict[str, Any]:
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read ({error})", "a file of TOML") from error
    found: dict[str, Any] = tool.get("pdprep", {})
    return found
