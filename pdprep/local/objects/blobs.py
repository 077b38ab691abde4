"""Contents of objects, as files with names of our own: a key can be any text and never leaves the folder."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from pdprep import platforms
from pdprep.local.life.faults import Faults
from pdprep.local.life.ids import Ids
from pdprep.local.objects.body import BodyDigests
from pdprep.local.objects.framing import BLOCK


class Blobs:
    """Files below a folder. A file is written under its final name but counts only once a row names it."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self._folder, self._faults = folder, faults
        folder.mkdir(exist_ok=True, mode=0o700)

    def write(self, blocks: Iterable[bytes], sums: BodyDigests | None = None) -> tuple[str, int]:
        """Write blocks; return the new name and the size."""
        name, size = Ids.fresh(), 0
        try:
            with self.path(name).open("xb") as handle:
                for block in blocks:
                    self._faults.reach("write objects")
                    size += handle.write(block)
                    if sums:
                        sums.update(block)
        except BaseException:
            self.remove(name)
            raise
        return name, size

    def join(self, names: Iterable[str]) -> str:
        """Write the contents of several files, one after the other, to a new one."""
        name = Ids.fresh()
        with self.path(name).open("xb") as target:
            for part in names:
                with self.path(part).open("rb") as source:
                    shutil.copyfileobj(source, target, BLOCK)
        return name

    def adopt(self, path: Path) -> tuple[str, int, str]:
        """Take over a finished file; return name, size and MD5."""
        name, size = Ids.fresh(), path.stat().st_size
        with path.open("rb") as handle:
            md5 = hashlib.file_digest(handle, "md5").hexdigest()
        platforms.replace(path, self.path(name))
        return name, size, md5

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """Open a file now and yield its bytes from ``start`` to before ``end``."""
        # Not at the first block: the object may be replaced before the answer begins.
        handle = self.path(name).open("rb")
        handle.seek(start)

        def stream() -> Iterator[bytes]:
            with handle:
                left = end - start
                while left > 0 and (block := handle.read(min(left, BLOCK))):
                    left -= len(block)
                    yield block

        return stream()

    def remove(self, name: str) -> None:
        """Delete a file; whoever reads it now can read on."""
        platforms.remove(self.path(name))

    def path(self, name: str) -> Path:
        """Return the file of a name."""
        return self._folder / name

    def sweep(self, known: set[str]) -> None:
        """Delete what no row names: writes that a kill cut short."""
        for path in self._folder.iterdir():
            if path.name not in known:
                platforms.remove(path)
