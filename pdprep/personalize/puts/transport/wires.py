"""Which wire carries the calls of a put."""

from __future__ import annotations

import threading

from pdprep.ledger.answers import Answers
from pdprep.ledger.journal import Journal
from pdprep.personalize.puts.transport.boto3_wire import Boto3Wire
from pdprep.personalize.puts.transport.operations import Destination
from pdprep.personalize.puts.transport.sender import Wire


def wire(destination: Destination, journal: Journal, stop: threading.Event, fast: bool) -> Wire:
    """Return boto3, or aiohttp where somebody asked for the fast one."""
    if not fast:
        return Boto3Wire(destination, Answers(journal), stop)
    from pdprep.personalize.puts.transport.fast_wire import FastWire  # aiohttp is an extra

    return FastWire(destination, journal, stop)
