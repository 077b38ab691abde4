"""A real kernel of its own process, driven as a front end drives it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

PATIENCE = 120  # seconds: two cores are shared
PROJECT = Path(__file__).parents[2]
Message = dict[str, Any]


class Kernel:
    """A kernel that somebody watches: it has the name of a session, and its parent has not."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client: BlockingKernelClient = manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    @classmethod
    @contextmanager
    def start(cls, python: Path, folder: Path) -> Iterator[Kernel]:
        """Start one with an interpreter; it ends with the block."""
        spec = folder / "kernels" / "tried" / "kernel.json"
        spec.parent.mkdir(parents=True, exist_ok=True)
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "display_name": "tried", "language": "python"}))
        specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")])
        manager = KernelManager(kernel_spec_manager=specs, kernel_name="tried")
        own = {"JPY_SESSION_NAME": "tried.ipynb", "PYTHONPATH": str(PROJECT), "IPYTHONDIR": str(folder)}
        manager.start_kernel(env={**os.environ, **own})
        kernel = cls(manager)
        try:
            yield kernel
        finally:
            kernel.client.stop_channels()
            manager.shutdown_kernel(now=True)

    def run(self, code: str) -> str:
        """Run a cell and return what it printed.

        Raises:
            AssertionError: It failed.
        """
        printed: list[str] = []

        def listen(message: Message) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, timeout=PATIENCE, output_hook=listen)
        assert reply["content"]["status"] == "ok", "\n".join(reply["content"].get("traceback", []))
        return "".join(printed).strip()

    def until(self, code: str, ready: Callable[[str], bool]) -> str:
        """Run a cell again and again until what it prints is what one waits for."""
        end = time.monotonic() + PATIENCE
        while not ready(found := self.run(code)):
            assert time.monotonic() < end, found
            time.sleep(0.1)
        return found

    def listen(self, done: Callable[[Message], bool]) -> list[Message]:
        """Return what the kernel says by itself, up to the message that one waits for."""
        said: list[Message] = []
        end = time.monotonic() + PATIENCE
        while not said or not done(said[-1]):
            said.append(self.client.get_iopub_msg(timeout=end - time.monotonic()))
        return said

    def kill(self) -> None:
        """Kill the kernel at once and start it again, as "Restart kernel" does when it must."""
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=PATIENCE)
