"""A cluster of Ray on this machine: nodes of one processor each, with nothing of theirs left behind."""

from __future__ import annotations

import inspect
import logging
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

# Before ray is imported: it reports nobody's use, and a future change in how it counts graphics processors.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
# Workers that start before they are asked for have another environment than our tasks, and work for nobody.
os.environ.setdefault("RAY_prestart_worker_first_driver", "0")
os.environ.setdefault("RAY_enable_worker_prestart", "0")
# Nobody looks at a dashboard, has the logs of workers copied, or lets the cluster grow by itself.
_LEAN = {"include_dashboard": False, "include_log_monitor": False, "no_monitor": True}
_AGENTS = tuple(
    f"{name}_port"
    for name in ("metrics_agent", "metrics_export", "dashboard_agent_listen", "runtime_env_agent")
)


class SharedNodes:
    """The cluster that tests in a row share: it starts with the first of them, and ends after the last."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._nodes: Nodes | None = None

    def of(self, count: int) -> None:
        """Let so many nodes run."""
        if self._nodes is None:
            self._nodes = self._stack.enter_context(nodes(count))
        self._nodes.resize(count)

    def end(self) -> None:
        """End the cluster, if one runs."""
        self._nodes = None
        self._stack.close()


@dataclass(frozen=True, eq=False)
class Nodes:
    """A cluster whose nodes have the same settings."""

    cluster: Any
    settings: Mapping[str, Any]

    def resize(self, count: int) -> None:
        """Start or end nodes; this process is connected to the first."""
        while len(self.cluster.worker_nodes) + 1 > count:
            self.cluster.remove_node(next(iter(self.cluster.worker_nodes)))
        with patient():
            while len(self.cluster.worker_nodes) + 1 < count:
                self._add()
        self.cluster.wait_for_nodes()

    def _add(self) -> None:
        self.cluster.add_node(**{"num_cpus": 1, **_LEAN, **_ports(), **self.settings})


@contextmanager
def nodes(count: int, **settings: Any) -> Iterator[Nodes]:
    """Start so many nodes and connect this process; all of it ends with the block."""
    import ray
    from ray.cluster_utils import Cluster

    found = Nodes(Cluster(), settings)
    try:
        with patient():
            found._add()
        found.resize(count)
        ray.init(address=found.cluster.address, log_to_driver=False, logging_level=logging.ERROR)
        yield found
    finally:
        ray.shutdown()
        found.cluster.shutdown()


@contextmanager
def patient() -> Iterator[None]:
    """Have nodes start on a busy machine too.

    A node waits 15 seconds for the port that its dashboard's agent writes to a file, then it gives up. Nobody
    asks for that port here: it is written down as one that is not served before the node looks for it.
    """
    from ray import _raylet
    from ray._private import services

    inner: Any = _raylet
    start = services.start_raylet

    def started(*args: Any, **kwargs: Any) -> Any:
        given = inspect.signature(start).bind(*args, **kwargs).arguments
        name = inner.DASHBOARD_AGENT_LISTEN_PORT_NAME
        inner.persist_port(given["session_dir"], given["node_id"], name, -1)
        return start(*args, **kwargs)

    with mock.patch.object(services, "start_raylet", started):
        yield


def _ports() -> dict[str, Any]:
    """Return free ports for the agents of a node: it waits for none of those that it is given."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in _AGENTS]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in zip(_AGENTS, taken, strict=True)}


SHARED = SharedNodes()
