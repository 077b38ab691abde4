"""Ray: joined where it runs, started on this machine where it does not; tasks given to it and waited for."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import chdir, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final

from pdprep.engine.executors.task_progress import ProgressActor, TaskProgress
from pdprep.engine.watch import EVERY
from pdprep.errors import InputError, PdprepError
from pdprep.progress import Listener, Progress, silent

PATIENCE: Final = 10.0  # seconds that a stopped task has before its worker is ended
# One task has one processor: Polars would else make as many threads in each worker as the machine has. What
# its allocator holds free is in one place, and kept for the next task: without that a worker is a quarter
# larger, and asks the system anew for memory that it had a second before.
_ENVIRONMENT: Final = {
    "POLARS_MAX_THREADS": "1",
    "_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:2000,muzzy_decay_ms:0",
}
Call = tuple[Sequence[Any], Sequence[Any]]
_lock = threading.Lock()
# A process has one Ray: jobs that run side by side share it, and the last one ends it if it was started here.
_users = {"count": 0, "ours": False}
# The process of an actor takes seconds to start: it waits here for the next pass of the same driver.
_idle: list[tuple[str, Any]] = []


@dataclass(frozen=True, eq=False)
class Cluster:
    """A cluster of Ray that this process is a driver of.

    Attributes:
        ray: The package.
        nodes: The ids of the nodes that work.
        workers: How many tasks run at a time.
        store: Bytes that the object stores of all nodes hold together.
        started: Whether it was started here and ends with the call.
        actor: The actor that tasks tell how far they have come.
    """

    ray: Any
    nodes: tuple[str, ...]
    workers: int
    store: int
    started: bool
    actor: Any = None

    @property
    def said(self) -> str:
        """What it is, in words."""
        where = "started on this machine" if self.started else "the one that runs"
        many = f", {len(self.nodes)} nodes" if len(self.nodes) > 1 else ""
        return f"Ray ({where}{many}), {self.workers} worker{'s' * (self.workers != 1)}"

    def keep(self, value: object) -> Any:
        """Put a value where every task finds it."""
        return self.ray.put(value)

    def value(self, ref: Any) -> Any:
        """Return what a reference stands for."""
        return self.ray.get(ref)

    def on_nodes(self, work: Callable[..., Any], *arguments: object) -> list[Any]:
        """Do something on each node, and return what came of it.

        Raises:
            InputError: A node has no pdprep.
        """
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        task = self.ray.remote(_run_here)
        where = (NodeAffinitySchedulingStrategy(node, soft=False) for node in self.nodes)
        # No processor is asked for: a busy cluster answers too, and these take an instant.
        options = {"num_cpus": 0, "runtime_env": {"env_vars": _ENVIRONMENT}}
        refs = [
            task.options(scheduling_strategy=each, **options).remote(work, os.getcwd(), *arguments)
            for each in where
        ]
        return [self._got(ref) for ref in refs]

    def each(
        self, work: Callable[..., Any], kept: Any, calls: Iterable[Call], returns: int = 1, *,
        phase: str = "", total: int | None = None, listener: Listener | None = None,
    ) -> Iterator[tuple[int, list[Any]]]:  # fmt: skip
        """Do the same with many arguments, as many at a time as there are workers.

        A worker that dies is Ray's to repeat. Whatever the listener raises stops the tasks.

        Args:
            work: A function of what is kept, the arguments, a listener, and the values of references.
            kept: What ``keep`` returned.
            calls: The arguments of each task, and the references.
            returns: How many values it returns, as a list where there are several.
            phase: What the listener hears that is being done; it gets the rows that the tasks tell.
            total: Of how many rows.
            listener: Hears how far all tasks have come, a few times a second.

        Yields the place of each call, as they end, with the references of what it returned.
        """
        task, here = self.ray.remote(_done), os.getcwd()
        options = {"num_returns": returns, "runtime_env": {"env_vars": _ENVIRONMENT}}
        actor = self.actor if listener else None
        # All tasks are given to Ray at once: it has the queue, and begins one wherever a processor is free.
        waiting: dict[Any, tuple[int, list[Any]]] = {}
        try:
            if actor is not None:
                actor.clear.remote()
            for place, (arguments, values) in enumerate(calls):
                made = task.options(**options).remote(work, actor, place, here, arguments, kept, *values)
                refs = [made] if returns == 1 else made
                waiting[refs[0]] = place, refs
            count, heard = len(waiting), TaskProgress()
            while waiting:
                # Ended, and left where it is: what a task returns may be gigabytes that another task reads.
                ready, _ = self.ray.wait(list(waiting), timeout=EVERY, fetch_local=False)
                if actor is not None and listener is not None:
                    heard = self._progress(actor) or heard
                    listener(Progress(phase, heard.rows, total, note=self._note(count, len(waiting), heard)))
                for ref in ready:
                    self._got(ref)
                    yield waiting.pop(ref)
        except BaseException:
            self._stop([refs[0] for _, refs in waiting.values()])
            raise

    def _note(self, count: int, left: int, heard: TaskProgress) -> str:
        running = min(left, heard.running)
        return (
            f"{self.said}: {count - left} of {count} tasks done, {running} running, {left - running} waiting"
        )

    def _progress(self, actor: Any) -> TaskProgress | None:
        # An actor that is busy or died is no reason to stop: what was heard last is shown again.
        with suppress(self.ray.exceptions.RayError):
            found: TaskProgress = self.ray.get(actor.total.remote(), timeout=1)
            return found
        return None

    def _got(self, ref: Any) -> Any:
        """Return the value of a reference; what a task raised is raised as it was."""
        errors = self.ray.exceptions
        try:
            return self.ray.get(ref)
        except errors.RayTaskError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, PdprepError | OSError):
                raise cause from None
            raise
        except errors.RaySystemError as error:
            raise InputError(
                f"a worker of Ray cannot read what it is given ({str(error).splitlines()[0][:200]})",
                "the same versions of pdprep, Polars and Python on all nodes",
                "pip list | grep -iE '^(pdprep|polars|ray) '  # on each",
            ) from error

    def _stop(self, refs: list[Any]) -> None:
        """Stop tasks: those that run get time to tidy up, then their workers are ended."""
        for ref in refs:
            self.ray.cancel(ref, force=False)
        if refs:
            _, left = self.ray.wait(refs, num_returns=len(refs), timeout=PATIENCE, fetch_local=False)
            for ref in left:
                self.ray.cancel(ref, force=True)


def _done(
    work: Callable[..., Any], actor: Any, place: int, here: str, arguments: Sequence[Any], kept: Any,
    *values: Any,
) -> Any:  # fmt: skip
    """Do the work of a task, and tell the actor how far it has come."""
    with _within(here):
        if actor is None:
            return work(kept, *arguments, silent, *values)
        actor.tell.remote(place, 0)
        result = work(kept, *arguments, lambda progress: actor.tell.remote(place, progress.done), *values)
        actor.end.remote(place)
        return result


def _run_here(work: Callable[..., Any], here: str, *arguments: Any) -> Any:
    with _within(here):
        return work(*arguments)


@contextmanager
def _within(folder: str) -> Iterator[None]:
    """Work in the driver's folder, where there is one of that name: a path may be relative to it."""
    with chdir(folder) if os.path.isdir(folder) else nullcontext():
        yield


@contextmanager
def joined() -> Iterator[Cluster]:
    """Give the cluster of Ray that runs here or at ``RAY_ADDRESS``; else one is started until the block ends.

    Raises:
        InputError: Ray is not installed.
    """
    ray = _ray()
    with _lock:
        if not ray.is_initialized():
            _begin(ray)
        _users["count"] += 1
        started = bool(_users["ours"])
    driver, actor = _actor(ray)
    try:
        nodes = [each for each in ray.nodes() if each["Alive"] and each["Resources"].get("CPU")]
        workers = int(sum(each["Resources"]["CPU"] for each in nodes))
        store = int(sum(each["Resources"].get("object_store_memory", 0) for each in nodes))
        yield Cluster(ray, tuple(each["NodeID"] for each in nodes), workers, store, started, actor)
    except BaseException:
        ray.kill(actor)  # tasks that were stopped may tell it something yet
        raise
    else:
        _idle.append((driver, actor))
    finally:
        with _lock:
            _users["count"] -= 1
            if _users["ours"] and not _users["count"]:
                _users["ours"] = False
                ray.shutdown()


def _actor(ray: Any) -> tuple[str, Any]:
    """Return an actor that hears of progress, and which driver of which cluster it belongs to."""
    context = ray.get_runtime_context()
    driver = f"{context.gcs_address} {context.get_job_id()}"
    with _lock:
        _idle[:] = [each for each in _idle if each[0] == driver]
        if _idle:
            return _idle.pop()
    return driver, ray.remote(ProgressActor).options(num_cpus=0, max_restarts=-1).remote()


def _begin(ray: Any) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    with suppress(ConnectionError):  # none runs: one is started
        ray.init(address="auto", **quiet)
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    for last in (False, True):  # Ray gives its own processes 15 seconds, which a busy machine may exceed once
        try:
            ray.init(address="local", include_dashboard=False, **quiet)
            _users["ours"] = True
            return
        except Exception as error:
            ray.shutdown()
            if last:
                said = (str(error) or type(error).__name__).splitlines()[0][:200]
                raise InputError(
                    f"Ray does not start on this machine ({said})", "a cluster that runs", "ray start --head"
                ) from error


def _ray() -> Any:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else it warns of graphics processors
    try:
        import cloudpickle  # noqa: F401 - Polars asks for it, for expressions that call Python
        import pyarrow  # noqa: F401 - tells the row groups of Parquet
        import ray
    except ImportError as error:
        raise InputError(
            f'engine="ray", and {error.name} is not installed', "Ray and what it is used with",
            'pip install "pdprep[ray]"',
        ) from error  # fmt: skip
    return ray
