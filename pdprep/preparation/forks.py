"""Forks: the threads of Polars are not in a forked process, where reading would wait for them for ever.

Source: the Polars user guide, "Multiprocessing", which asks for ``spawn``.
"""

from __future__ import annotations

import os

from pdprep.errors import RefusedError

_STATE = {"used": False, "forked": False}


def check() -> None:
    """Note that frames are read here; refuse it in a process that was forked after they were.

    Raises:
        RefusedError: Reading would wait for ever.

    >>> check()
    """
    refuse()
    _STATE["used"] = True


def refuse() -> None:
    """Refuse to read in a process that was forked after frames were read.

    Raises:
        RefusedError: Reading would wait for ever.
    """
    if _STATE["forked"]:
        raise RefusedError(
            "this process was forked from one that had read frames, and the threads that read are not in it",
            "a process that is spawned",
            'multiprocessing.get_context("spawn")',
        )


def _forked() -> None:
    _STATE["forked"] = _STATE["used"]


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_forked)
