"""The flags that a magic and a command share: one word means one thing in a notebook and in a crontab."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pdprep.contract.catalogue import DATASETS, DOMAINS
from pdprep.engine.validate import ENGINES
from pdprep.preparation.prepare import ON_INVALID


@dataclass(frozen=True)
class Flag:
    """A flag or a place on a line: its names and what argparse is told of it."""

    names: tuple[str, ...]
    settings: Mapping[str, Any]


def flag(*names: str, **settings: Any) -> Flag:
    """Return a flag as argparse's ``add_argument`` takes it."""
    return Flag(names, MappingProxyType(settings))


SHARED: Final = {
    "dataset": flag(
        "--dataset",
        choices=DATASETS,
        metavar="TYPE",
        help=f"the dataset type, if the columns do not tell it: one of {', '.join(DATASETS)}",
    ),
    "mode": flag(
        "--mode",
        type=str.upper,
        choices=("FULL", "INCREMENTAL"),
        default="FULL",
        help="FULL replaces what earlier import jobs brought, INCREMENTAL adds to it",
    ),
    "replace": flag("--replace", action="store_true", help="agree to a FULL import over bulk records"),
    "shrink": flag(
        "--shrink", action="store_true", help="agree even if under 90 %% of the bulk records are left"
    ),
    "new-only": flag("--new-only", action="store_true", help="leave out what the dataset holds already"),
    "fill": flag(
        "--fill",
        action="store_true",
        help="fill fields that the rows lack with the values sent last; else they become null",
    ),
    "on-invalid": flag(
        "--on-invalid",
        choices=ON_INVALID,
        help="bad rows: raise sends nothing at all, quarantine keeps them in a file, drop leaves them out",
    ),
    "dry-run": flag("--dry-run", action="store_true", help="show what it would do; nothing is sent"),
    "engine": flag(
        "--engine", choices=ENGINES, help="where the work is done: in this process, or by tasks of Ray"
    ),
    "rate": flag(
        "--rate",
        type=float,
        metavar="CALLS",
        help="calls a second; without it a tenth of the quota for events, half of it for the rest",
    ),
    "fast": flag(
        "--fast",
        action="store_true",
        help='send by aiohttp, up to the quota; needs pip install "pdprep[fast]"',
    ),
    "wait": flag(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="wait for the end of the job; without the flag only in a terminal and in runs as papermill's",
    ),
    "domain": flag("--domain", type=str.upper, choices=DOMAINS, help="the domain of a group that is new"),
    "profile": flag(
        "--profile",
        metavar="NAME",
        help="an AWS account, as [tool.pdprep.profiles] of pyproject.toml names it",
    ),
    "home": flag("--home", metavar="FOLDER", help="where pdprep keeps its files"),
    "check": flag(
        "--check",
        action="store_true",
        help="ask whether your credentials have every permission that is needed",
    ),
}
