"""The bytes of a file, here, in a zip or in S3, without their compression."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

from pdprep import platforms
from pdprep.errors import SourceError
from pdprep.preparation.storage import Storage

ZIP: Final = ".zip"


@contextmanager
def opened(file: str, storage: Storage | None = None, start: int = 0) -> Iterator[IO[bytes]]:
    """Open a file, a member of a zip (``x.zip/inner.csv``) or an object of S3 to read its bytes.

    Args:
        file: Which.
        storage: The way into S3, where it is there.
        start: The first byte to read, of what is not compressed.

    Raises:
        SourceError: It cannot be opened or read to its end.
    """
    with ExitStack() as stack:
        try:
            archive, member = in_zip(file)
            raw = stack.enter_context(cast(Any, _raw(archive or file, storage, start)))
            if archive:
                raw = stack.enter_context(_zip(raw, storage, stack).open(member))
            if file.lower().endswith(".gz"):
                raw = stack.enter_context(gzip.GzipFile(fileobj=raw))
            yield cast("IO[bytes]", raw)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
            if "no space left" in str(error).lower():
                raise
            reason = next(iter(str(error).splitlines()), type(error).__name__)[:200]
            raise SourceError(
                f"{file} cannot be read ({reason})", "a whole file, compressed as its ending says"
            ) from error


def members(file: str, storage: Storage | None = None) -> tuple[str, ...]:
    """Return the files in a zip, without folders and what macOS adds."""
    with ExitStack() as stack:
        raw = stack.enter_context(cast(Any, _raw(file, storage)))
        try:
            names = [each.filename for each in _zip(raw, storage, stack).infolist() if not each.is_dir()]
        except zipfile.BadZipFile as error:
            raise SourceError(f"{file} cannot be read ({error})", "a whole zip file") from error
    return tuple(
        name for name in names if not name.startswith("__MACOSX/") and Path(name).name != ".DS_Store"
    )


def in_zip(file: str) -> tuple[str, str]:
    """Return the zip that a member is in, and the member; both empty for any other file.

    >>> in_zip("s3://data/ml.zip/ml/ratings.csv")
    ('s3://data/ml.zip', 'ml/ratings.csv')
    """
    archive, slash, member = (file if "://" in file else platforms.written(file)).partition(f"{ZIP}/")
    if not slash or (not archive.startswith("s3://") and not Path(archive + ZIP).is_file()):
        return "", ""
    return archive + ZIP, member


def _raw(file: str, storage: Storage | None, start: int = 0) -> IO[bytes]:
    if storage:
        return storage.stream(file, start)
    handle = open(file, "rb")  # noqa: SIM115 - whoever asked closes it
    handle.seek(start)
    return handle


def _zip(raw: IO[bytes], storage: Storage | None, stack: ExitStack) -> zipfile.ZipFile:
    if storage:  # the table of a zip stands at its end, and an object is read from its beginning
        copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        shutil.copyfileobj(raw, copy)
        raw = cast("IO[bytes]", copy)
    return stack.enter_context(zipfile.ZipFile(raw))
