"""Which transport carries the calls of a put."""

from __future__ import annotations

import threading

from pdprep.ledger.answers import Answers
from pdprep.ledger.journal import Journal
from pdprep.personalize.puts.transport.boto3_transport import Boto3Transport
from pdprep.personalize.puts.transport.operations import Destination
from pdprep.personalize.puts.transport.sender import Transport


def make_transport(
    destination: Destination, journal: Journal, stop: threading.Event, fast: bool
) -> Transport:
    """Return boto3, or aiohttp where somebody asked for the fast one."""
    if not fast:
        return Boto3Transport(destination, Answers(journal), stop)
    from pdprep.personalize.puts.transport.fast_transport import FastTransport  # aiohttp is an extra

    return FastTransport(destination, journal, stop)
