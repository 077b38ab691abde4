"""The names of what pdprep creates: derived from what they name, so that it is found again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pdprep.contract.naming import DIGITS as DIGITS
from pdprep.contract.naming import LONGEST as LONGEST
from pdprep.contract.naming import dataset as dataset
from pdprep.contract.naming import digest as digest
from pdprep.contract.naming import schema as schema
from pdprep.errors import GroupError
from pdprep.spelling import edit

TAG: Final = "pdprep"
_SHORTEST: Final = 4  # in shorter names one letter is much
_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_]*")


def checked(name: str) -> str:
    """Return the name of a dataset group if the service takes it.

    Raises:
        GroupError: It does not. Source: service model, Name.
    """
    if _NAME.fullmatch(name) and len(name) <= LONGEST:
        return name
    fitting = re.sub(r"[^a-zA-Z0-9_-]+", "-", name).strip("-_")[:LONGEST] or "movies"
    raise GroupError(
        f"the dataset group name {name!r}",
        f"1 to {LONGEST} letters, digits, - and _, beginning with a letter or digit",
        f'pdprep.connect("{fitting}")',
    )


def near(name: str, others: Iterable[str]) -> str | None:
    """Return another name that this one is probably a slip of: one letter off, or the same in other case.

    Names that differ in a digit only are siblings, not slips.

    >>> near("movie", ["movies"]), near("run-2", ["run-1"]), near("movies", ["shop"])
    ('movies', None, None)
    """
    return next((other for other in others if other != name and _slip(name, other)), None)


def job(group: str, kind: str, mode: str, fingerprint: str, number: int) -> str:
    """Return the name of a job; ``number`` counts those of the same group, dataset, mode and content."""
    tail = f"{kind}-{mode.lower()}-{fingerprint[:8]}-{number}"
    # The group's name is what may be cut: the tail is what tells jobs apart.
    return f"{group[: LONGEST - 1 - len(tail)]}-{tail}"


def _slip(one: str, other: str) -> bool:
    one, other = one.lower(), other.lower()
    if max(len(one), len(other)) < _SHORTEST:
        return False
    if one == other:
        return True
    changed = edit(one, other)
    return changed is not None and not re.search(r"\d", changed)
