"""Workers that are killed once, in the middle of a task, as the system kills what takes too much memory."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pdprep.engine.aggregates import Aggregate
from pdprep.engine.executors.write_task import FolderSink
from pdprep.engine.parts import Part
from pdprep.engine.run import Batch


@dataclass(frozen=True)
class Death:
    """Kills the process that comes to it, but only the first one, and never the one that made it."""

    mark: Path
    maker: int = field(default_factory=os.getpid)

    def come(self) -> None:
        """Die here, unless somebody has died here before."""
        if os.getpid() == self.maker:
            return
        try:
            self.mark.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def within(self, values: pl.Series) -> pl.Series:
        """Die as values are read."""
        self.come()
        return values


@dataclass
class Counting:
    """An aggregate that counts rows; the first task that has counted some dies."""

    death: Death
    rows: int = 0

    def update(self, batch: Batch) -> None:
        """Count a batch."""
        self.rows += batch.rows.height
        self.death.come()

    def merge(self, other: Aggregate[int]) -> None:
        """Take over what another has counted."""
        self.rows += other.result

    @property
    def result(self) -> int:
        """The rows."""
        return self.rows


@dataclass(frozen=True)
class Unsafe(FolderSink):
    """A folder whose first writer dies when half of a part is written."""

    death: Death | None = None

    def put(self, name: str, rows: int, text: Iterable[bytes | memoryview]) -> Part:
        """Write half of a part and die; write a whole one."""
        assert self.death
        pieces = list(text)
        with (self.path / f".{name}-{os.getpid()}").open("wb") as handle:
            handle.writelines(pieces[: len(pieces) // 2 + 1])
        self.death.come()
        (self.path / f".{name}-{os.getpid()}").unlink()
        return super().put(name, rows, text)
