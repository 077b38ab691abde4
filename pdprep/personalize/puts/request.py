"""What somebody asked for: a frame into a dataset, record by record, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from pdprep.errors import InputError
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.aws.quotas import POLITE, quota
from pdprep.personalize.puts import filling
from pdprep.personalize.puts.transport.operations import PUTS
from pdprep.personalize.resources.target import Target
from pdprep.preparation.prepare import Prepared


@dataclass(frozen=True)
class Speed:
    """How calls are sent. ``rate``: calls a second, or the polite one; ``fast``: by aiohttp, not by boto3."""

    rate: float | None = None
    fast: bool = False


@dataclass(frozen=True)
class PutRequest:
    """A put of a frame.

    Attributes:
        new_only: Whether records whose key the dataset holds already are left out.
        resend: Whether what the service has taken with the same content is sent again.
        fill: Whether fields that the frame leaves out are filled in from what is known.
    """

    target: Target
    prepared: Prepared
    new_only: bool = False
    resend: bool = False
    speed: Speed = Speed()
    fill: bool = False

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger

    def check(self) -> None:
        """Refuse what cannot be done, before anything is read.

        Raises:
            InputError: The rate is above the quota, or no rate at all; the fast sender is not installed; or
                events are to be filled in.
        """
        rate = PUTS[self.prepared.dataset].rate
        most = quota(rate)
        if self.speed.rate is not None and not 0 < self.speed.rate <= most:
            raise InputError(
                f"rate={self.speed.rate}",
                f"more than 0 and at most {most} calls a second",
                f"rate={POLITE[rate]:.0f}",
            )
        if self.fill:
            filling.check(self.prepared)
        if self.speed.fast and find_spec("aiohttp") is None:
            raise InputError(
                "fast=True, and aiohttp is not installed",
                "the extra that brings it",
                'pip install "pdprep[fast]"',
            )
