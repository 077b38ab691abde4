"""What was begun, answered and ended: one row a job, an import, a put plan and an answered call.

Imports and put plans draw from one sequence, so that of two records of one id the one sent last is known even
under a clock that stands still.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pdprep import clock
from pdprep.ledger.database import Database
from pdprep.ledger.migrations import MIGRATIONS
from pdprep.ledger.rows import (
    SENT,
    Binding,
    CallRow,
    FileRow,
    ImportRow,
    JobRow,
    ObjectRow,
    PlanRow,
)
from pdprep.ledger.status import Status


class Journal:
    """The ledger's SQLite file."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, MIGRATIONS)

    def binding(self) -> Binding | None:
        """Return the dataset group that this ledger belongs to; None before the first import."""
        row = self.database.row("SELECT * FROM binding")
        return Binding.of(row) if row else None

    def bind(self, binding: Binding) -> None:
        """Write down the dataset group that this ledger belongs to."""
        self.database.run(
            "INSERT OR REPLACE INTO binding (one, arn, created) VALUES (1, ?, ?)",
            binding.arn,
            binding.created,
        )

    def id_forms(self, dataset: str) -> dict[str, str]:
        """Return the form of the ids of each field of a dataset, as far as it is known."""
        rows = self.database.rows("SELECT field, form FROM id_forms WHERE dataset = ?", dataset)
        return {row["field"]: row["form"] for row in rows}

    def keep_id_forms(self, dataset: str, forms: Mapping[str, str]) -> None:
        """Write down the form of the ids of fields of a dataset."""
        for field, form in forms.items():
            self.database.run(
                "INSERT OR REPLACE INTO id_forms (dataset, field, form) VALUES (?, ?, ?)",
                dataset,
                field,
                form,
            )

    def new_job(self, dataset: str, route: str, mode: str = "", name: str = "") -> JobRow:
        """Write down a job that is about to start; its id is unique in this ledger."""
        # Number and row in one transaction: two processes that begin a job at once get two numbers.
        with self.database.transaction():
            seq = 1 + int(self.database.value("SELECT coalesce(max(seq), 0) FROM jobs"))
            row = JobRow(
                seq, f"{route}-{seq:04d}", dataset, route, mode, name, Status.QUEUED, "prepare",
                0, None, "rows", None, "", "", "", clock.now().timestamp(), None,
            )  # fmt: skip
            self.database.insert("jobs", row.values())
        return row

    def save_job(self, row: JobRow) -> None:
        """Write down where a job stands."""
        self.database.update("jobs", row.seq, row.values())

    def forget_job(self, id: str) -> None:
        """Take back a job that turned out to be an earlier one."""
        self.database.run("DELETE FROM jobs WHERE id = ?", id)

    def jobs(self) -> list[JobRow]:
        """Return all jobs, newest first."""
        return [JobRow.of(row) for row in self.database.rows("SELECT * FROM jobs ORDER BY seq DESC")]

    def job(self, id: str) -> JobRow | None:
        """Return the job of that id."""
        row = self.database.row("SELECT * FROM jobs WHERE id = ?", id)
        return JobRow.of(row) if row else None

    def new_import(self, values: dict[str, Any]) -> ImportRow:
        """Write down an import whose bytes are staged."""
        blank = {"location": "", "files": "[]", "keep": 0, "arn": "", "reason": "", "ended": None}
        blank["status"] = Status.STAGED
        with self.database.transaction():
            times = {"seq": self._next(), "created": clock.now().timestamp()}
            row = ImportRow(**{**blank, **times, **values})
            self.database.insert("imports", row.values())
        return row

    def change_import(self, row: ImportRow, **changes: Any) -> ImportRow:
        """Write down what became of an import and return its row as it is now."""
        self.database.update("imports", row.seq, changes)
        return ImportRow(**{**row.values(), **changes})

    def imports(self, dataset: str) -> list[ImportRow]:
        """Return the imports into a dataset, oldest first."""
        rows = self.database.rows("SELECT * FROM imports WHERE dataset = ? ORDER BY seq", dataset)
        return [ImportRow.of(row) for row in rows]

    def import_of(self, job: str) -> ImportRow | None:
        """Return the import that a job made."""
        row = self.database.row("SELECT * FROM imports WHERE job = ? ORDER BY seq DESC", job)
        return ImportRow.of(row) if row else None

    def layer(self, dataset: str) -> list[ImportRow]:
        """Return the bulk layer as it stands: the last FULL import that is ACTIVE, and what came after it."""
        # By the sequence and not by the clock, which may stand still or go back.
        active = [row for row in self.imports(dataset) if row.status == Status.ACTIVE]
        start = max((row.seq for row in active if row.mode == "FULL"), default=0)
        return [row for row in active if row.seq >= start]

    def replaced(self, dataset: str) -> list[tuple[ImportRow, float]]:
        """Return the imports that a FULL one has replaced, oldest first, each with the time of that."""
        active = [row for row in self.imports(dataset) if row.status == Status.ACTIVE]
        starts = [row for row in active if row.mode == "FULL"]
        later = ((row, next((start for start in starts if start.seq > row.seq), None)) for row in active)
        return [(row, by.ended or by.created) for row, by in later if by]

    def pending(self, dataset: str) -> list[ImportRow]:
        """Return the imports that the service has begun and not ended, oldest first."""
        return [row for row in self.imports(dataset) if row.status.pending]

    def unfinished(self, dataset: str) -> bool:
        """Say whether imports or puts of a dataset are not over, whichever process began them."""
        return bool(self.pending(dataset) or self.open_plans(dataset))

    def new_plan(self, job: str, dataset: str, fingerprint: str, records: int, contract: str) -> PlanRow:
        """Write down a put plan; call it inside the transaction that files the plan's records."""
        # The records and this row appear together, or a plan would be sent of which nobody knows the calls.
        row = PlanRow(
            self._next(), job, dataset, fingerprint, records, contract, clock.now().timestamp(), Status.OPEN
        )
        self.database.insert("plans", row.values())
        return row

    def finish_plan(self, plan: PlanRow) -> None:
        """Write down that every record of a plan has been answered."""
        self.database.update("plans", plan.seq, {"status": Status.DONE})

    def plans(self, dataset: str) -> list[PlanRow]:
        """Return the put plans of a dataset, oldest first."""
        sql = "SELECT * FROM plans WHERE dataset = ? AND status != ? ORDER BY seq"
        rows = self.database.rows(sql, dataset, Status.LOST)
        return [PlanRow.of(row) for row in rows]

    def open_plans(self, dataset: str) -> list[PlanRow]:
        """Return the put plans that are not finished, oldest first."""
        return [plan for plan in self.plans(dataset) if plan.status == Status.OPEN]

    def answer(self, *calls: CallRow) -> None:
        """Write down answered calls, all of them in one commit."""
        # Each commit waits for the disk, and a fast put has a thousand answers a second.
        with self.database.transaction():
            for call in calls:
                self.database.insert("calls", call.values())

    def calls(self, plan: PlanRow) -> list[CallRow]:
        """Return the answered calls of a plan in order."""
        rows = self.database.rows("SELECT * FROM calls WHERE plan = ? ORDER BY first", plan.seq)
        return [CallRow.of(row) for row in rows]

    def sent(self, job: str) -> int:
        """Return how many records of a put the service has taken."""
        sql = """SELECT coalesce(sum(calls.last - calls.first + 1), 0) FROM plans
            JOIN calls ON calls.plan = plans.seq WHERE plans.job = ? AND calls.outcome = ?"""
        return int(self.database.value(sql, job, SENT))

    def received_since(self, dataset: str, at: float) -> bool:
        """Say whether the service has taken records of a dataset later than that; seconds since 1970."""
        taken = [row for row in self.imports(dataset) if row.status == Status.ACTIVE]
        if any((row.ended or row.created) > at for row in taken):
            return True
        # CROSS JOIN keeps SQLite at this order: the few plans first, and of each its own calls.
        sql = """SELECT EXISTS (SELECT 1 FROM plans CROSS JOIN calls ON calls.plan = plans.seq
            WHERE plans.dataset = ? AND calls.outcome = ? AND calls.at > ?)"""
        return bool(self.database.value(sql, dataset, SENT, at))

    def blank_reasons(self, plan: PlanRow) -> None:
        """Take away the service's words about rejected records, which may name whom they were of."""
        self.database.run("UPDATE calls SET reason = '' WHERE plan = ?", plan.seq)

    def lose(self, row: ImportRow | PlanRow) -> None:
        """Give up the damaged records of an import or plan; nothing counts them any more."""
        # Its row stays: the sequence would else give its number to another one.
        table = "plans" if isinstance(row, PlanRow) else "imports"
        self.database.update(table, row.seq, {"status": Status.LOST})

    def know_file(self, row: FileRow) -> None:
        """Write down what a file of records is."""
        self.database.run(
            "INSERT OR REPLACE INTO files (path, size, modified, sha256) VALUES (?, ?, ?, ?)",
            *row.values().values(),
        )

    def file(self, path: str) -> FileRow | None:
        """Return what is known of a file of records."""
        row = self.database.row("SELECT * FROM files WHERE path = ?", path)
        return FileRow.of(row) if row else None

    def files(self, start: str) -> list[FileRow]:
        """Return what is known of the files whose paths begin so."""
        # Not LIKE, to which the _ of action_interactions and a % in a name are patterns.
        sql = "SELECT * FROM files WHERE substr(path, 1, ?) = ? ORDER BY path"
        return [FileRow.of(row) for row in self.database.rows(sql, len(start), start)]

    def forget_files(self, start: str) -> None:
        """Take back what is known of the files whose paths begin so: they are meant to be gone."""
        self.database.run("DELETE FROM files WHERE substr(path, 1, ?) = ?", len(start), start)

    def know_object(self, row: ObjectRow) -> None:
        """Write down what an object of records is."""
        self.database.run(
            "INSERT OR REPLACE INTO objects (address, size, etag) VALUES (?, ?, ?)", *row.values().values()
        )

    def objects(self, address: str) -> list[ObjectRow]:
        """Return what is known of the objects below an address; none below an empty one."""
        start = f"{address}/"  # below "/" there is nothing: an import of this folder has no address
        sql = "SELECT * FROM objects WHERE substr(address, 1, ?) = ? ORDER BY address"
        return [ObjectRow.of(row) for row in self.database.rows(sql, len(start), start)]

    def forget_objects(self, address: str) -> None:
        """Take back what is known of the objects below an address."""
        start = f"{address}/"
        self.database.run("DELETE FROM objects WHERE substr(address, 1, ?) = ?", len(start), start)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def _next(self) -> int:
        largest = "SELECT max(seq) FROM (SELECT seq FROM imports UNION ALL SELECT seq FROM plans)"
        return 1 + int(self.database.value(largest) or 0)
