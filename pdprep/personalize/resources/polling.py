"""Ask for a resource until it has settled. boto3 ships no waiters for Amazon Personalize."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from pdprep.contract.payloads import camel
from pdprep.errors import ServiceError
from pdprep.ledger.status import Status
from pdprep.personalize.aws.client import LOST, Environment, call

# The pause between two polls grows up to that of the environment: what is settled at once is seen at once,
# and what takes an hour is not asked for twenty times a second.
FIRST_SECONDS: Final = 0.05
GROWTH: Final = 1.6
MISSES: Final = 20  # polls without an answer, one after the other
PATIENT_SECONDS: Final = 60.0  # a wait that is longer says for what

OnAnswer = Callable[[dict[str, Any]], None]
Tell = Callable[[str], None]


def _print(said: str) -> None:
    print(said, file=sys.stderr)


# Whoever waits on this thread hears here for what: the job that the thread works on, or the screen.
telling: ContextVar[Tell] = ContextVar("telling", default=_print)


class Patience:
    """Says for what something waits, once the wait has taken a minute."""

    def __init__(self) -> None:
        self._since, self._said = time.monotonic(), ""

    def wait(self, said: str) -> None:
        """Hear what it still waits for."""
        if time.monotonic() - self._since >= PATIENT_SECONDS and said != self._said:
            self._said = said
            telling.get()(said)

    def done(self) -> None:
        """Take back what was said."""
        if self._said:
            telling.get()("")


class Stopped(Exception):  # noqa: N818 - somebody asked for it
    """The work was asked to stop."""


def describe(environment: Environment, kind: str, arn: str) -> dict[str, Any]:
    """Return what the service says about a resource.

    Args:
        environment: Where it is.
        kind: dataset_group, dataset, schema, event_tracker, dataset_import_job or dataset_export_job.
        arn: Its ARN.
    """
    member = camel(kind.upper())
    found: dict[str, Any] = call(environment, "personalize", f"describe_{kind}", **{f"{member}Arn": arn})[
        member
    ]
    return found


def settled(
    environment: Environment,
    kind: str,
    arn: str,
    *,
    on_answer: OnAnswer | None = None,
    stop: threading.Event | None = None,
) -> dict[str, Any]:
    """Ask for a resource until it is ACTIVE or has failed, and return what the service says then.

    Args:
        environment: Where it is.
        kind: As for ``describe``.
        arn: Its ARN.
        on_answer: Hears each answer of the service.
        stop: Set by somebody who no longer wants to wait.

    Raises:
        Stopped: ``stop`` was set.
    """
    stop = stop or threading.Event()
    pause, misses, patience = FIRST_SECONDS, 0, Patience()
    while True:
        found = _described(environment, kind, arn, misses)
        state = found["status"] if found else "no answer"
        misses = 0 if found else misses + 1
        if found and on_answer:
            on_answer(found)
        if found and Status(found["status"]).terminal:
            patience.done()
            return found
        patience.wait(f"waits for the {_named(kind, arn)} ({state})")
        if stop.wait(pause):
            raise Stopped
        pause = min(environment.poll, pause * GROWTH)


def _described(environment: Environment, kind: str, arn: str, misses: int) -> dict[str, Any] | None:
    """Return what the service says, or None where it could not be reached.

    What runs there goes on without us, so a line that is down for a while is no reason to give up.
    """
    try:
        return describe(environment, kind, arn)
    except ServiceError as error:
        if error.code != LOST or misses >= MISSES:
            raise
    return None


def _named(kind: str, arn: str) -> str:
    return f"{kind.replace('_', ' ')} {arn.partition('/')[2] or arn}"


def updated(environment: Environment, kind: str, arn: str, member: str) -> None:
    """Wait until the latest update of a resource is ACTIVE.

    Raises:
        ServiceError: It failed; the service's reason is in the message.
    """
    pause, patience = FIRST_SECONDS, Patience()
    while True:
        found = describe(environment, kind, arn).get(member, {})
        if Status(found.get("status", "ACTIVE")).terminal:
            break
        patience.wait(f"waits for the update of the {_named(kind, arn)} ({found['status']})")
        time.sleep(pause)
        pause = min(environment.poll, pause * GROWTH)
    patience.done()
    if found.get("status", "ACTIVE") != "ACTIVE":
        raise failure("the update", found, "ACTIVE", "fix what the reason names and repeat the call")


def active(
    environment: Environment, kind: str, arn: str, *, stop: threading.Event | None = None
) -> dict[str, Any]:
    """Wait until a resource is ACTIVE.

    Raises:
        ServiceError: It failed; the service's reason is in the message.
    """
    found = settled(environment, kind, arn, stop=stop)
    if found["status"] == "ACTIVE":
        return found
    what = f"{kind.replace('_', ' ')} {found.get('name', arn)}"
    raise failure(what, found, "ACTIVE", "delete it in the console and repeat the call")


def failure(what: str, found: dict[str, Any], wanted: str, hint: str) -> ServiceError:
    """Return the error of something that ended in another state than wanted, with the service's reason."""
    reason = found.get("failureReason", "no reason given")
    return ServiceError(f"{what} ended in {found['status']}: {reason}", wanted, hint, code=found["status"])
