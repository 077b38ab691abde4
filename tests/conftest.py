"""What the tests of every room share: a home of their own, data to walk through, Hypothesis profiles."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from functools import cache, partial
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import JSONFileLoader, Loader
from hypothesis import HealthCheck, settings

from tests.support.ray_nodes import SHARED

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROJECT = Path(__file__).parents[1]
DEEP = bool(os.environ.get("PDPREP_DEEP"))
REAL = Path(os.environ.get("PDPREP_TEST_DATA", os.devnull)).resolve() / "ml-latest-small"
REAL_FOUND = (REAL / "ratings.csv").is_file()
SURROUNDINGS = (
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    *(f"PDPREP_{n}" for n in ("CLOCK", "DATA", "DISPLAY", "WAIT")),
)

# What a shell that is not interactive starts in the background ignores interrupts, with all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
_LEAN = str(PROJECT / "tests" / "support" / "lean")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_LEAN, os.environ.get("PYTHONPATH")]))
# Older kernels come with a debugger that warns of frozen modules, where nothing is debugged.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
# Two shared cores make some examples slow, and that says nothing about the product.
settings.register_profile(
    "quick", max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", settings.get_profile("quick"), max_examples=5000, derandomize=False)
settings.load_profile("deep" if DEEP else "quick")


class _ReadOnce(JSONFileLoader):
    """Reads the descriptions of services once a process: nearly every test has a boto3 session of its own."""

    _load_file = staticmethod(
        cache(partial(JSONFileLoader._load_file, JSONFileLoader()))  # type: ignore[attr-defined]  # it is there
    )


Loader.FILE_LOADER_CLASS = _ReadOnce


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say whether the extra tests on real data ran (a quiet run prints no header to say it in)."""
    where = REAL if REAL_FOUND else "none found (PDPREP_TEST_DATA names a folder that holds ml-latest-small)"
    terminalreporter.write_line(f"real data: {where}")
    terminalreporter.write_line(f"sizes: {'deep' if DEEP else 'quick (make deep runs them larger)'}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium; nothing but 127.0.0.1 can be reached with it.

    One of a process, since Playwright takes a thread for itself until it is closed.
    """
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import launch

    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


def _scope(nodeid: str) -> str:
    file = nodeid.partition("::")[0]
    return "ray" if Path(file).name.startswith("ray_") else file


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let files of few tests and files of many take turns among several processes.

    A test that is alone in its file mostly waits for a browser, a kernel or a clock, and the processor is for
    the others meanwhile; with all of them at the end, as xdist orders them, it idles. Ray is longest.
    """
    if not hasattr(config, "workerinput"):
        return
    scopes: dict[str, list[pytest.Item]] = {}
    for item in items:
        scopes.setdefault(_scope(item.nodeid), []).append(item)
    first = scopes.pop("ray", [])
    few = sorted(scopes.values(), key=len)
    many = [few.pop() for _ in range(len(few) // 2)]
    turns = chain.from_iterable(zip_longest(few, many, fillvalue=[]))
    items[:] = chain(first, *turns)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a file to one process, as --dist loadfile does, and all files of Ray to the same one."""
    from xdist.scheduler import LoadFileScheduling

    class ByCluster(LoadFileScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            return _scope(nodeid)

    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # the order above
    return ByCluster(config, log)


@pytest.fixture
def one_node() -> None:
    """Let Ray run on a node of one processor."""
    SHARED.of(1)


@pytest.fixture
def two_nodes() -> None:
    """Let Ray run on two nodes of one processor each: they take ten seconds to start, so tests share them."""
    SHARED.of(2)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the nodes of Ray with the last test in a row that asks for them."""
    if not {"one_node", "two_nodes"} & set(getattr(nextitem, "fixturenames", ())):
        SHARED.end()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a working folder and a home of pdprep of its own; end the server it started."""
    for name in SURROUNDINGS:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    monkeypatch.setenv("PDPREP_HOME", str(folder))
    monkeypatch.setenv("PDPREP_LOCAL_LINGER", "2")
    monkeypatch.chdir(tmp_path)
    yield folder
    end_server(folder / "local")


@pytest.fixture(scope="session", params=["generated", *(["real"] if REAL_FOUND else [])])
def movielens(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in the shape of MovieLens: generated everywhere, the real one too where it is found."""
    if request.param == "real":
        return REAL
    from pdprep import demo

    return demo.movielens_like(tmp_path_factory.mktemp("movielens"))


@pytest.fixture(scope="session")
def awscli() -> Path:
    """Give the AWS CLI that the Makefile installed, or the one on the path."""
    own = PROJECT / ".venv-awscli" / "bin" / "aws"
    found = own if own.exists() else shutil.which("aws")
    assert found, "no AWS CLI: type `make .venv-awscli/ready`"
    return Path(found)


def end_server(folder: Path) -> None:
    """Stop the local Personalize that runs on this folder, if one does."""
    if _locked(folder / "server.lock"):
        os.kill(json.loads((folder / "endpoint.json").read_text())["pid"], signal.SIGTERM)


def _locked(path: Path) -> bool:
    # Only the lock tells a running server from the endpoint file that an ended one left.
    if not path.exists():
        return False
    with path.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
