"""What the server says no with: a code, a message, an HTTP status; and the two ways a connection may end."""

from __future__ import annotations

import errno
import sqlite3

FULL = "There is no space left on the disk of the local Personalize."
# No public evidence says whether Personalize answers InvalidInputException or ValidationException to a broken
# constraint. The modelled code is the one every SDK has a type for.
CONSTRAINT_CODE = "InvalidInputException"


class Refusal(Exception):  # noqa: N818 - an answer, not an accident
    """An answer with an error code."""

    def __init__(
        self, code: str, message: str, status: int | None = None, details: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(code, message)
        self.code, self.message, self.status, self.details = code, message, status, details


class Dropped(Exception):  # noqa: N818 - a fault that was asked for
    """The connection closes without an answer."""


def invalid(message: str) -> Refusal:
    """Refuse an input the service does not take."""
    return Refusal("InvalidInputException", message)


def exists(arn: str) -> Refusal:
    """Refuse a second resource of one ARN (text: retail-demo-store#219)."""
    return Refusal("ResourceAlreadyExistsException", f"Another resource with Arn {arn} already exists.")


def missing(arn: str) -> Refusal:
    """Refuse an ARN nothing answers to."""
    return Refusal("ResourceNotFoundException", f"Could not find the specified resource. Arn: {arn}")


def in_use(message: str) -> Refusal:
    """Refuse because a resource is not in the state this needs."""
    return Refusal("ResourceInUseException", message)


def limit(message: str) -> Refusal:
    """Refuse because a quota is used up."""
    return Refusal("LimitExceededException", message)


def full(error: BaseException) -> bool:
    """Say whether the disk is full."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno == errno.ENOSPC


def unexpected(error: BaseException, code: str) -> Refusal:
    """Refuse because of what should not have happened; a full disk is said, the rest is in the log."""
    if full(error):
        return Refusal("NoSpaceLeft", FULL, 507)
    return Refusal(code, "See the log of the local Personalize.", 500)


def not_provided(operation: str) -> Refusal:
    """Refuse what the local Personalize leaves out; HTTP 400, so that no SDK tries again."""
    text = f"{operation} is not provided by the local Personalize. Use an AWS account for it."
    return Refusal("NotProvidedByLocalPersonalize", text, 400)
