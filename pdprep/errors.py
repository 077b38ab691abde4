"""What can go wrong, drawn as a family tree.

PdprepError                    everything below; says what was found, what was expected, what to type next
├── InputError                 what was handed in cannot be used
│   ├── SourceError            a file, folder or frame that cannot be read
│   ├── ContractError          a contract or field that Amazon Personalize does not take
│   ├── UnknownDatasetError    no such dataset type or domain
│   ├── MappingError           columns= or metadata= do not fit the contract
│   ├── IdFormError            ids are spelled in another way than those of their dataset
│   ├── UnknownFrameError      no frame of that name in the notebook
│   └── NotPreparedError       a frame that has not been through prepare(...)
├── ValidationError            rows or counts break a rule; carries the report
├── RefusedError               pdprep will not do this unasked
│   └── ReplaceRefused         a FULL import over bulk records without replace=True
├── GroupError                 no such dataset group, or another domain than asked for
├── JobError                   a job was stopped, interrupted or cannot be resumed
├── DiskError                  a disk is full, read-only, or a limit on the size of files is reached
├── LedgerError                the ledger cannot be opened or belongs to another group
├── LocalServerError           the local Personalize cannot be started or reached
└── ServiceError               the service said no; carries its code and operation
    └── ImportFailed           an import job ended in CREATE FAILED; carries the service's reason
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pdprep.hint_code import IMPORTS, runnable

_BY_POLARS: Final = "\n\nThis error occurred in the following expression"
_IMPORT: Final = f"{IMPORTS['pl']}; "
_LONGEST: Final = 1_900  # characters of a message, a screen
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class PdprepError(Exception):
    """An error of pdprep: what was found, what was expected, what to type next.

    >>> print(PdprepError("no column 'genre'", "items needs GENRES", 'columns={"GENRES": "genres"}'))
    no column 'genre'; items needs GENRES. Try: columns={"GENRES": "genres"}
    """

    def __init__(self, found: str, expected: str = "", hint: str = "") -> None:
        # An error raised while Polars reads rows comes back as one text, with Polars' own words behind.
        found, _, by_polars = found.partition(_BY_POLARS)
        if by_polars:
            found, _, hint = found.partition(" Try: ")
            hint = hint.removeprefix(_IMPORT).replace("pdprep.transforms.", "transforms.")  # as it was said
            found, _, expected = found.removesuffix(".").partition("; ")
        if len(found) + len(expected) + len(hint) > _LONGEST:  # a frame may have thousands of columns
            hint = hint if len(hint) <= _LONGEST // 3 else ""
            expected = _cut(expected, _LONGEST // 4)
            found = _cut(found, _LONGEST - len(expected) - len(hint))
        self.found, self.expected, self.hint = found, expected, hint
        super().__init__(found, expected, hint)

    def __str__(self) -> str:
        return f"{self.statement} Try: {typed(self.hint)}" if self.hint else self.statement

    @property
    def statement(self) -> str:
        """The first line: found and expected."""
        text = "; ".join(part.rstrip(".") for part in (self.found, self.expected) if part)
        return text + "." if self.hint and not text.endswith(("?", "!")) else text

    def _render_traceback_(self) -> list[str]:
        """Show two lines in IPython in place of a traceback through our internals."""
        first = f"{type(self).__name__}: {self.statement}"
        return [first, f"  Try: {typed(self.hint)}"] if self.hint else [first]


def typed(hint: str) -> str:
    """Return a hint as it runs in the script or notebook that shows it: with an import that this lacks.

    >>> typed('frame.lazy().pipe(transforms.epoch, "at")')
    'frame.lazy().pipe(pdprep.transforms.epoch, "at")'
    """
    return runnable(hint, {"pdprep", *vars(sys.modules["__main__"])})


class InputError(PdprepError):
    """What was handed in cannot be used."""


class SourceError(InputError):
    """A file, folder or frame cannot be read."""


class ContractError(InputError):
    """A contract or a field is not one that Amazon Personalize takes."""


class UnknownDatasetError(InputError):
    """There is no dataset type or domain of that name."""


class MappingError(InputError):
    """The mapping of columns does not fit the contract."""


class IdFormError(InputError):
    """The ids are spelled in another way than those of their dataset: with a point kept, or undone."""


class UnknownFrameError(InputError):
    """The notebook holds no frame of that name."""


class NotPreparedError(InputError):
    """The frame has not been through prepare(...)."""


class ValidationError(PdprepError):
    """Rows or counts break a rule; ``.report`` says which."""

    def __init__(self, found: str, expected: str = "", hint: str = "", *, report: Any = None) -> None:
        super().__init__(found, expected, hint)
        # A Report. It is not named as one here: whatever a report is made of may raise errors of this family.
        self.report: Any = report


class RefusedError(PdprepError):
    """pdprep will not do this unless it is asked for explicitly.

    ``counts`` are the figures it rests on, by what they count; ``flags`` are what asks a magic for it all the
    same.
    """

    def __init__(
        self,
        found: str,
        expected: str = "",
        hint: str = "",
        *,
        counts: Mapping[str, int] = _NOTHING,
        flags: tuple[str, ...] = (),
    ) -> None:
        super().__init__(found, expected, hint)
        self.counts, self.flags = counts, flags


class ReplaceRefused(RefusedError):  # noqa: N818 - the design's name, it reads as a sentence
    """A FULL import would replace bulk records and nobody asked for that."""


class GroupError(PdprepError):
    """There is no such dataset group, or it has another domain."""


class JobError(PdprepError):
    """A job was stopped or interrupted, or cannot be resumed."""


class DiskError(PdprepError):
    """A disk is full or read-only, or the limit on the size of files is reached."""


class Interrupted(KeyboardInterrupt):
    """Somebody interrupted the waiting for a job; says what becomes of the job, in a line."""

    def _render_traceback_(self) -> list[str]:
        """Show that line in IPython, and nothing else."""
        return [str(self)]


class LedgerError(PdprepError):
    """The ledger cannot be opened, or it belongs to another dataset group."""


class LocalServerError(PdprepError):
    """The local Personalize cannot be started or reached."""


class ServiceError(PdprepError):
    """The service answered with an error; ``.code`` and ``.operation`` are its own words."""

    def __init__(
        self, found: str, expected: str = "", hint: str = "", *, code: str = "", operation: str = ""
    ) -> None:
        super().__init__(found, expected, hint)
        self.code, self.operation = code, operation


class ImportFailed(ServiceError):  # noqa: N818 - the service's own word for it
    """An import job ended in CREATE FAILED; ``.reason`` is the service's failureReason."""

    def __init__(self, found: str, expected: str = "", hint: str = "", *, reason: str = "") -> None:
        super().__init__(found, expected, hint, code="CREATE FAILED", operation="CreateDatasetImportJob")
        self.reason = reason


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
