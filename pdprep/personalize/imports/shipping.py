"""Parts of an import on their way to S3 while the next ones are written: some wait on disk, and no more."""

from __future__ import annotations

import contextvars
import json
import threading
from queue import Queue
from typing import Final

from pdprep.engine.parts import Part
from pdprep.ledger.rows import ImportRow
from pdprep.personalize.imports import uploads
from pdprep.personalize.resources.target import Target
from pdprep.progress import Listener, Progress, silent

# Parts on disk that have not arrived, of about two million rows each. Up to so many, no slow network keeps a
# cell from hearing that its rows are good; of a larger import rows are judged as parts arrive.
WAITING: Final = 8


class Shipment:
    """The upload of one import, a part at a time, beside whoever writes the parts; it is finished or stopped.

    Attributes:
        row: The import as the journal knows it; it lists every part before that part is sent.
    """

    def __init__(self, target: Target, row: ImportRow) -> None:
        self.target = target
        self.row = target.ledger.journal.change_import(row, files="[]")
        self._keys: list[str] = []
        self._parts: Queue[Part | None] = Queue(WAITING - 1)  # and one is in flight
        self._stopped = False
        self._failed: list[BaseException] = []
        self._done, self._total = 0, 0
        self._listener: Listener = silent
        # No executor: those take no more work once the process ends, and it ends after its jobs.
        self._thread = threading.Thread(target=contextvars.copy_context().run, args=(self._send_all,))
        self._thread.start()

    def take(self, part: Part) -> None:
        """Send a finished part after those before it; wait while too many of them are on disk.

        Raises:
            ServiceError: A part before it has not arrived.
        """
        self._check()
        self._total += part.bytes
        self._keys.append(uploads.key(self.row.location, part))
        self.row = self.target.ledger.journal.change_import(self.row, files=json.dumps(self._keys))
        self._parts.put(part)

    def finish(self, listener: Listener) -> None:
        """Wait for the last part, and remove what an interrupted attempt left beside the parts.

        Raises:
            ServiceError: A part has not arrived.
        """
        self._listener = listener
        listener(Progress("upload", self._done, self._total, "bytes"))
        self._join()
        self._check()
        listener(Progress("upload", self._total, self._total, "bytes"))
        there = uploads.keys_below(self.target.environment, self.row.location)
        uploads.remove(self.target.environment, [name for name in there if name not in self._keys])

    def stop(self) -> None:
        """Send no further part, and wait for the one in flight, whatever becomes of it."""
        self._stopped = True
        self._join()

    def _join(self) -> None:
        if self._thread.is_alive():
            self._parts.put(None)
        self._thread.join()

    def _check(self) -> None:
        if self._failed:
            raise self._failed[0]

    def _send_all(self) -> None:
        while part := self._parts.get():
            if self._stopped or self._failed:
                continue  # it is taken all the same, for somebody may wait to hand on the next
            try:
                uploads.send(self.target.environment, self.row.location, part, self.target.name, self._count)
                part.path.unlink()
            except BaseException as error:
                self._failed.append(error)

    def _count(self, count: int) -> None:
        self._done += count
        self._listener(Progress("upload", self._done, self._total, "bytes"))
