"""Answers of calls on their way to the disk: those that come together share one commit, and none waits."""

from __future__ import annotations

import threading

from pdprep.ledger.journal import Journal
from pdprep.ledger.rows import CallRow


class Answers:
    """Writes answered calls down for several threads.

    The thread that finds the journal free commits what all others have brought meanwhile, so an answer waits
    for one commit at most before its own.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[CallRow] = []
        self._guard, self._turn = threading.Lock(), threading.Lock()

    def add(self, row: CallRow) -> None:
        """Write an answer down; it is on the disk when this returns.

        Raises:
            LedgerError: It could not be written.
        """
        with self._guard:
            self._waiting.append(row)
        # Under load most threads find their row committed by the one before them, and commit nothing.
        with self._turn:
            self._commit()

    def _commit(self) -> None:
        with self._guard:
            rows, self._waiting = self._waiting, []
        try:
            self._journal.answer(*rows)
        except BaseException:
            with self._guard:
                # Each thread whose answer is not written down hears of it from its own attempt.
                self._waiting = rows + self._waiting
            raise
