"""``python -m pdprep.local``: the local Personalize by hand, for the AWS CLI or any SDK."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from pathlib import Path

from pdprep import platforms
from pdprep.local.life.store import LostState, NewerState
from pdprep.local.server import FolderInUse, Running, serve
from pdprep.local.settings import CLOCKS, ServerSettings, from_environment, linger_seconds, state_folder

STEP = 0.1  # s between two checks: how long a signal may wait
SHELL = """\
export AWS_ENDPOINT_URL={url}
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1"""


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C, SIGTERM or CTRL_BREAK; with --linger also until nobody needs it."""
    options = _parser().parse_args(arguments)
    settings = from_environment(
        state_folder(options.home), port=options.port, clock=options.clock, speed=options.speed,
        linger=linger_seconds() if options.linger else None,
    )  # fmt: skip
    _log_to(settings.folder)
    caught = _signals()  # before the address is said: whoever reads it may end the server at once
    try:
        with serve(settings) as server:
            print(SHELL.format(url=server.url), flush=True)
            _wait(server, settings, caught)
    except (FolderInUse, LostState, NewerState, OSError) as error:
        print(f"pdprep.local: {error}", file=sys.stderr)
        return 1
    return 0


def _signals() -> list[int]:
    """Return the list that signals are written to from now on.

    The handler takes no lock: it runs within whatever this thread is doing, and an event that is waited for
    may hold its own.
    """
    caught: list[int] = []
    for number in platforms.endings():
        signal.signal(number, lambda got, _: caught.append(got))
    return caught


def _wait(server: Running, settings: ServerSettings, caught: list[int]) -> None:
    """Wait for a signal, or for the linger."""
    while not caught:
        if settings.linger is not None and server.idle_seconds() >= settings.linger:
            return
        time.sleep(STEP)


def _log_to(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    logging.basicConfig(
        filename=folder / "server.log", level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m pdprep.local", description=__doc__)
    parser.add_argument(
        "--home", type=Path, default=Path(".pdprep"), help="a pdprep home, or its folder 'local'"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port on 127.0.0.1 (default: the last one, or any)"
    )
    parser.add_argument("--clock", choices=CLOCKS, default="auto", help="how fast statuses change")
    speed = float(os.environ.get("PDPREP_LOCAL_SPEED", "1"))
    parser.add_argument("--speed", type=float, default=speed, help="divides the times of the auto clock")
    parser.add_argument(
        "--linger", action="store_true", help="end PDPREP_LOCAL_LINGER s after the last lease"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
