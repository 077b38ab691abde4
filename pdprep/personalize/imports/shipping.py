"""Parts of an import on their way to S3 while the next one is written: two on disk at most."""

from __future__ import annotations

import contextvars
import json
import threading

from pdprep.engine.parts import Part
from pdprep.ledger.rows import ImportRow
from pdprep.personalize.imports import uploads
from pdprep.personalize.resources.target import Target
from pdprep.progress import Listener, Progress, silent


class Shipment:
    """The upload of one import, a part at a time.

    Attributes:
        row: The import as the journal knows it; it lists every part before that part is sent.
    """

    def __init__(self, target: Target, row: ImportRow) -> None:
        self.target = target
        self.row = target.ledger.journal.change_import(row, files="[]")
        self._keys: list[str] = []
        self._thread: threading.Thread | None = None
        self._failed: list[BaseException] = []
        self._done, self._total = 0, 0
        self._listener: Listener = silent

    def take(self, part: Part) -> None:
        """Send a finished part once the one before it has arrived.

        Raises:
            ServiceError: The part before it has not arrived.
        """
        self._join()
        self._total += part.bytes
        self._keys.append(uploads.key(self.row.location, part))
        self.row = self.target.ledger.journal.change_import(self.row, files=json.dumps(self._keys))
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._send, part))
        self._thread.start()

    def finish(self, listener: Listener) -> None:
        """Wait for the last part, and remove what an interrupted attempt left beside the parts.

        Raises:
            ServiceError: A part has not arrived.
        """
        self._listener = listener
        listener(Progress("upload", self._done, self._total, "bytes"))
        self._join()
        listener(Progress("upload", self._total, self._total, "bytes"))
        there = uploads.keys_below(self.target.world, self.row.location)
        uploads.remove(self.target.world, [name for name in there if name not in self._keys])

    def wait(self) -> None:
        """Wait for the part in flight, whatever becomes of it."""
        if self._thread is not None:
            self._thread.join()

    def _join(self) -> None:
        self.wait()
        if self._failed:
            raise self._failed[0]

    def _send(self, part: Part) -> None:
        try:
            uploads.send(self.target.world, self.row.location, part, self.target.name, self._count)
            part.path.unlink()
        except BaseException as error:
            self._failed.append(error)

    def _count(self, count: int) -> None:
        self._done += count
        self._listener(Progress("upload", self._done, self._total, "bytes"))
