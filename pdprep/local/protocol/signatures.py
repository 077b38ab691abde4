"""What is checked of a signature: that there is one, and, when asked for, how old it is."""

from __future__ import annotations

from datetime import UTC, datetime

from pdprep.local.protocol.messages import HttpRequest
from pdprep.local.refusals import Refusal

# Source: AWS General Reference, "Elements of an AWS API request signature": five to fifteen minutes.
MOST_SECONDS = 900.0


class SignatureAge:
    """The check of a signature's age, off until the admin path turns it on."""

    def __init__(self) -> None:
        self.most: float | None = None

    def check(self, request: HttpRequest, now: float) -> None:
        """Refuse a signature that is too old or too new, as AWS does to a client whose clock is wrong."""
        signed = _signed_at(request)
        if self.most is None or signed is None or abs(now - signed) <= self.most:
            return
        s3 = request.scope[1] == "s3"
        code = "RequestTimeTooSkewed" if s3 else "InvalidSignatureException"
        text = "The difference between the request time and the current time is too large."
        raise Refusal(code, text if s3 else f"Signature expired: {text}", 403 if s3 else 400)


def _signed_at(request: HttpRequest) -> float | None:
    text = request.headers.get("x-amz-date") or request.query.get("X-Amz-Date", "")
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
