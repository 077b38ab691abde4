"""The system's Chromium, which reaches nothing but 127.0.0.1."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, BrowserType, Playwright

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


@contextmanager
def launch(playwright: Playwright) -> Iterator[Browser]:
    """Start a browser that ends with the block."""
    browser = playwright.chromium.launch(executable_path=_path(), args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def launch_with(kind: BrowserType, profile: Path, *flags: str) -> Iterator[BrowserContext]:
    """Start one with a profile of its own and the window's own size; it ends with the block."""
    context = kind.launch_persistent_context(
        profile, executable_path=_path(), args=[*FLAGS, *flags], no_viewport=True
    )
    try:
        yield context
    finally:
        context.close()


def _path() -> str:
    path = shutil.which("chromium")
    assert path, "no Chromium: type `make chromium`"
    return path
