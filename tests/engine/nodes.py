"""A cluster of Ray on this machine: nodes of one processor each, with nothing of theirs left behind."""

from __future__ import annotations

import inspect
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

# Before ray is imported: it reports nobody's use, and a future change in how it counts graphics processors.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
_AGENTS = tuple(
    f"{name}_port"
    for name in ("metrics_agent", "metrics_export", "dashboard_agent_listen", "runtime_env_agent")
)


@contextmanager
def nodes(count: int, **settings: Any) -> Iterator[Any]:
    """Start so many nodes and connect this process; all of it ends with the block."""
    import ray
    from ray.cluster_utils import Cluster

    found = Cluster()
    try:
        with patient():
            for _ in range(count):
                found.add_node(num_cpus=1, include_dashboard=False, **_ports(), **settings)
        ray.init(address=found.address, log_to_driver=False, logging_level=logging.ERROR)
        yield ray
    finally:
        ray.shutdown()
        found.shutdown()  # type: ignore[no-untyped-call]  # it has no types


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

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "start_raylet", started)
        yield


def _ports() -> dict[str, Any]:
    """Return free ports for the agents of a node: it waits for none of those that it is given."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in _AGENTS]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in zip(_AGENTS, taken, strict=True)}
