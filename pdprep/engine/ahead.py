"""The next piece of work is done on a thread of its own while the result of the last one is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")
BYTES: Final = 120_000_000  # two pieces that are larger together are not held at once


@dataclass(frozen=True)
class Work(Generic[T]):
    """What to do, and the bytes that its result takes."""

    do: Callable[[], T]
    bytes: int = 0


def ahead(works: Sequence[Work[T]]) -> Iterator[T]:
    """Yield each result in order, doing the next one meanwhile where both fit into memory.

    >>> list(ahead([Work(lambda: 1), Work(lambda: 2)]))
    [1, 2]
    """
    begun: _Begun[T] | None = None
    try:
        for work, following in zip(works, [*works[1:], None], strict=True):
            result = begun.result() if begun else work.do()
            fits = following is not None and work.bytes + following.bytes <= BYTES
            begun = _Begun(following.do) if following is not None and fits else None
            yield result
            del result
    finally:
        if begun:
            begun.join()


class _Begun(Generic[T]):
    """Work on a plain thread: an executor takes no work once a script's last line has run."""

    def __init__(self, do: Callable[[], T]) -> None:
        self._future: Future[T] = Future()
        self._thread = threading.Thread(target=settle, args=(self._future, do))
        self._thread.start()

    def result(self) -> T:
        self._thread.join()
        return self._future.result()

    def join(self) -> None:
        self._thread.join()


def settle(future: Future[T], work: Callable[[], T]) -> None:
    """Do the work and put what comes of it into the future."""
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)
