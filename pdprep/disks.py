"""What cannot be written, and why: a disk that is full, a quota, a limit on the size of files."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pdprep import platforms
from pdprep.errors import DiskError, PdprepError

# Polars and other libraries in Rust say the number of the system's error in their text.
_NUMBER: Final = re.compile(r"os error (\d+)")


def cause(error: BaseException) -> int | None:
    """Return the system's number of what stopped a write; None where it is another error.

    >>> cause(OSError(28, "No space left on device"))
    28
    """
    number = getattr(error, "errno", None)
    said = _NUMBER.search(str(error))
    number = number or (int(said[1]) if said else None)
    return platforms.disk_errors().get(number or 0)


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Say which folder cannot be written, where that is what goes wrong inside the block.

    Args:
        folder: Where the block writes.

    Raises:
        DiskError: A disk is full, a quota or the limit of ``ulimit -f`` is reached.
    """
    try:
        yield
    except PdprepError:
        raise
    except Exception as error:
        number = cause(error)
        if number is None:
            raise
        raise _error(number, folder) from error


def _error(number: int, folder: Path) -> DiskError:
    if number == errno.EFBIG:
        most = platforms.file_size_limit()
        said = f"{most:,} bytes" if most is not None else "the limit of its file system"
        return DiskError(
            f"a file in {folder} would be larger than {said}",
            "no limit on the size of files (ulimit -f)",
            "ulimit -f unlimited in the shell that starts Python, then the same call again",
        )
    if number == errno.EROFS:
        return DiskError(
            f"{folder} is on a disk that is read-only",
            "a folder that can be written",
            "name another folder, then the same call again",
        )
    return DiskError(
        f"the disk of {folder} is full",
        "space for the files, and for what does not fit into memory meanwhile",
        f"free some space there, or name a folder on another disk ({platforms.setting('TMPDIR')} for what "
        "pdprep writes for a while); then the same call again",
    )
