"""The next piece of work is done on a thread of its own while the result of the last one is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")
BYTES: Final = 120_000_000  # two pieces that are larger together are not held at once


@dataclass(frozen=True)
class Work(Generic[T]):
    """What to do, and the bytes that its result takes."""

    do: Callable[[], T]
    bytes: int = 0


def prefetch(works: Sequence[Work[T]]) -> Iterator[T]:
    """Yield each result in order, doing the next one meanwhile where both fit into memory.

    >>> list(prefetch([Work(lambda: 1), Work(lambda: 2)]))
    [1, 2]
    """
    begun: Begun[T] | None = None
    try:
        for work, following in zip(works, [*works[1:], None], strict=True):
            result = begun.result() if begun else work.do()
            # Begun after this result is there, so that at most two are held.
            fits = following is not None and work.bytes + following.bytes <= BYTES
            begun = Begun(following.do) if following is not None and fits else None
            yield result
            del result  # before the next one is waited for
    finally:
        # A caller that stops early removes the files of its partitions next: nobody may be reading them.
        if begun:
            begun.join()


class Begun(Generic[T]):
    """Work on a plain thread: an executor takes no work once a script's last line has run, and jobs go on."""

    def __init__(self, do: Callable[[], T]) -> None:
        self._do, self._future = do, Future[T]()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def done(self, seconds: float) -> bool:
        """Wait so long at most, and tell whether the work is done."""
        return not wait([self._future], seconds).not_done

    def result(self) -> T:
        """Wait for what comes of it, or raise what it raised."""
        self.join()
        return self._future.result()

    def join(self) -> None:
        """Wait until it is done, whatever comes of it."""
        self._thread.join()

    def _work(self) -> None:
        try:
            self._future.set_result(self._do())
        # Whatever it is, even a panic of Polars, is raised where the result is asked for.
        except BaseException as error:
            self._future.set_exception(error)
