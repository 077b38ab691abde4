"""Resources as frozen rows of the store; what has been deleted long enough is gone when something is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pdprep.local.life.clock import Clock
from pdprep.local.life.kinds import CREATE, KINDS, TURNS, ResourceKind, Statuses
from pdprep.local.life.store import Row, Store
from pdprep.local.refusals import exists, in_use, missing

WAITING, DONE, FAILED = "waiting", "done", "failed"


@dataclass(frozen=True)
class Resource:
    """One resource. Times are seconds since 1970; ``body`` holds the members its Describe answer adds."""

    arn: str
    kind: str
    region: str
    name: str
    parent: str = ""
    family: str = ""
    created: float = 0.0
    updated: float = 0.0
    deleting: float | None = None
    work: str = ""
    reason: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    seq: int = 0


class Resources:
    """Read and change resources; statuses are computed from the clock when they are read.

    No timer moves a status, so none is missed: a server that was down for an hour answers as if it had run.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._on_gone: list[Callable[[Resource], None]] = []
        # What a refused call had found to be gone is there again, and has to be found once more.
        store.when_undone(self._look_again)
        # Every read asks whether a deletion has ended, and nearly always none is under way.
        self._deleting = bool(store.value("SELECT count(*) FROM resources WHERE deleting IS NOT NULL"))

    def when_gone(self, action: Callable[[Resource], None]) -> None:
        """Call ``action`` in the transaction in which a resource disappears."""
        self._on_gone.append(action)

    def find(self, arn: str, *kinds: str) -> Resource | None:
        """Return the resource of an ARN, if it is one of ``kinds`` (or of any kind)."""
        self._settle()
        row = self._store.row("SELECT * FROM resources WHERE arn = ?", arn)
        return _resource(row) if row and (not kinds or row["kind"] in kinds) else None

    def get(self, arn: str, *kinds: str) -> Resource:
        """Return the resource of an ARN or refuse."""
        found = self.find(arn, *kinds)
        if found is None:
            raise missing(arn)
        return found

    def active(self, arn: str, *kinds: str) -> Resource:
        """Return an ACTIVE resource or refuse."""
        found = self.get(arn, *kinds)
        if self.status(found) != "ACTIVE":
            raise in_use(f"The resource {arn} is {self.status(found)}, it must be ACTIVE.")
        return found

    def begun(self, arn: str, *kinds: str) -> Resource:
        """Return a resource that is ACTIVE or will be, or refuse."""
        found = self.get(arn, *kinds)
        if self.status(found) not in (CREATE.pending, CREATE.progress, CREATE.active):
            raise in_use(f"The resource {arn} is {self.status(found)}, it must be ACTIVE.")
        return found

    def list(self, kind: str, region: str = "", parent: str = "", family: str = "") -> list[Resource]:
        """Return resources of a kind, newest first."""
        self._settle()
        sql = "SELECT * FROM resources WHERE kind = ?"
        given = [(c, v) for c, v in (("region", region), ("parent", parent), ("family", family)) if v]
        sql += "".join(f" AND {column} = ?" for column, _ in given) + " ORDER BY seq DESC"
        return [_resource(row) for row in self._store.rows(sql, kind, *(value for _, value in given))]

    def unfinished(self, kind: str, region: str = "", parent: str = "") -> tuple[Resource, ...]:
        """Return the jobs of a kind whose work has not ended, however many have."""
        sql = "SELECT * FROM resources WHERE kind = ? AND work = ?"
        found = (_resource(row) for row in self._store.rows(sql, kind, WAITING))
        return tuple(job for job in found if region in ("", job.region) and parent in ("", job.parent))

    def add(self, resource: Resource) -> Resource:
        """Store a new resource; its ARN must be free."""
        with self._store.transaction():
            if self.find(resource.arn):
                raise exists(resource.arn)
            now = resource.created or self._clock.now()
            work = WAITING if KINDS[resource.kind].work else ""
            self._store.run(
                _INSERT, resource.arn, resource.kind, resource.region, resource.name, resource.parent,
                resource.family, now, now, work, "", json.dumps(resource.body),
            )  # fmt: skip
        return self.get(resource.arn)

    def delete(self, arn: str) -> None:
        """Begin the deletion of a resource."""
        resource = self.get(arn)
        if resource.deleting is not None:
            raise in_use(f"The resource {arn} is {self.status(resource)}.")
        self._store.run("UPDATE resources SET deleting = ? WHERE arn = ?", self._clock.now(), arn)
        self._deleting = True

    def finish(self, arn: str, reason: str = "", **body: Any) -> None:
        """Record that a resource's work ended; ``reason`` says why it failed."""
        with self._store.transaction():
            merged = {**self.get(arn).body, **body}
            sql = "UPDATE resources SET work = ?, reason = ?, updated = ?, body = ? WHERE arn = ?"
            self._store.run(
                sql, FAILED if reason else DONE, reason, self._clock.now(), json.dumps(merged), arn
            )

    def change(self, arn: str, **body: Any) -> None:
        """Change members of a resource's body."""
        with self._store.transaction():
            merged = json.dumps({**self.get(arn).body, **body})
            self._store.run(
                "UPDATE resources SET body = ?, updated = ? WHERE arn = ?", merged, self._clock.now(), arn
            )

    def update(self, arn: str, member: str, summary: dict[str, Any], **body: Any) -> None:
        """Change a resource and keep a summary of the change, whose status follows the clock.

        Until the change is ACTIVE what was before holds (developer guide, updating-solution and others).
        """
        old = self.get(arn).body
        before = {name: old.get(name) for name in body}
        updates = {member: {**summary, "creationDateTime": self._clock.now()}}
        self.change(arn, updates=updates, before=before, **body)

    def body(self, resource: Resource) -> dict[str, Any]:
        """Return the members of a resource as they hold now."""
        before = resource.body.get("before")
        if not before:
            return resource.body
        # ``before`` has what the latest update changed, so its time decides.
        since = max(each["creationDateTime"] for each in resource.body["updates"].values())
        under_way = self._phase(CREATE, 1.0, since) != CREATE.active
        return {**resource.body, **before} if under_way else resource.body

    def status(self, resource: Resource) -> str:
        """Return the status a Describe answer shows now."""
        kind = KINDS[resource.kind]
        if resource.deleting is not None:
            young = 0 <= self._clock.now() - resource.deleting < self._clock.pending
            return "DELETE PENDING" if young else "DELETE IN_PROGRESS"
        # A stop or start that was asked for decides, whatever the work came to.
        if turn := resource.body.get("turn"):
            return self._phase(TURNS[turn["name"]], 1.0, turn["since"])
        status = self._phase(kind.statuses, kind.times, resource.created, resource.work)
        if kind.statuses and status == kind.statuses.active and not resource.work:
            # What was reached stays reached, wherever the clock goes.
            sql = "UPDATE resources SET work = ?, updated = max(updated, ?) WHERE arn = ? AND work = ''"
            done = min(resource.created + self._clock.ready_after, self._clock.now())
            self._store.run(sql, DONE, done, resource.arn)
        return status

    def view(self, resource: Resource) -> dict[str, Any]:
        """Return the members that Describe and List answers choose from."""
        kind = KINDS[resource.kind]
        status = self.status(resource)
        # What the row knows comes last, so that no member of a body can hide it.
        return {
            **self.body(resource), **self._updates(resource),
            kind.arn: resource.arn, kind.named: resource.name,
            "status": status or None, "failureReason": resource.reason or None,
            "creationDateTime": resource.created,
            "lastUpdatedDateTime": self._last_change(resource, kind, status),
        }  # fmt: skip

    def _updates(self, resource: Resource) -> dict[str, Any]:
        return {
            member: {
                **summary,
                "status": self._phase(CREATE, 1.0, summary["creationDateTime"]),
                "lastUpdatedDateTime": summary["creationDateTime"],
            }
            for member, summary in resource.body.get("updates", {}).items()
        }

    def _phase(self, statuses: Statuses | None, times: float, since: float, work: str = "") -> str:
        if statuses is None:
            return ""
        if work in (DONE, FAILED):
            return statuses.active if work == DONE else statuses.failed
        now = self._clock.now()
        if now < since:  # the clock went back: it was made in a time that has been
            return statuses.progress if work == WAITING else statuses.active
        if now < since + self._clock.pending:
            return statuses.pending
        busy = work == WAITING or now < self._clock.due(since, times)
        return statuses.progress if busy else statuses.active

    def _last_change(self, resource: Resource, kind: ResourceKind, status: str) -> float:
        if kind.statuses is None or resource.work:
            return resource.updated
        # No timer wrote down when a status began; the clock says when it must have.
        statuses, clock = kind.statuses, self._clock
        steps = {statuses.progress: clock.pending, statuses.active: clock.ready_after}
        return max(resource.updated, (resource.deleting or resource.created) + steps.get(status, 0.0))

    def _look_again(self) -> None:
        self._deleting = True

    def _settle(self) -> None:
        if not self._deleting:
            return
        # Children go with their parent in one transaction, as do rows and objects of whoever listens.
        with self._store.transaction():
            now = self._clock.now()
            due = "SELECT * FROM resources WHERE deleting <= ? OR deleting > ?"  # > now: the clock went back
            for row in self._store.rows(due, now - self._clock.ready_after, now):
                self._forget(_resource(row))
            self._deleting = bool(
                self._store.value("SELECT count(*) FROM resources WHERE deleting IS NOT NULL")
            )

    def _forget(self, resource: Resource) -> None:
        self._store.run("DELETE FROM resources WHERE arn = ?", resource.arn)
        self._store.run("DELETE FROM tags WHERE arn = ?", resource.arn)
        self._store.run("DELETE FROM handles WHERE arn = ?", resource.arn)
        for child in self._store.rows("SELECT * FROM resources WHERE parent = ?", resource.arn):
            self._forget(_resource(child))
        for action in self._on_gone:
            action(resource)


_INSERT = """
INSERT INTO resources (arn, kind, region, name, parent, family, created, updated, work, reason, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def _resource(row: Row) -> Resource:
    return Resource(**{**dict(row), "body": json.loads(row["body"])})
