"""Send the records of plans that no call has settled, those of cut off puts first."""

from __future__ import annotations

from pdprep.errors import ServiceError
from pdprep.ledger import contracts, record_files
from pdprep.ledger.rows import PlanRow
from pdprep.personalize.aws.quotas import POLITE
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts.calls import runs
from pdprep.personalize.puts.request import Speed
from pdprep.personalize.puts.transport.operations import PUTS, Destination
from pdprep.personalize.puts.transport.rate_limiter import RateLimiter
from pdprep.personalize.puts.transport.sender import WRONG, Answered, Sender
from pdprep.personalize.puts.transport.transports import make_transport
from pdprep.personalize.resources.ensuring import ensure_tracking
from pdprep.personalize.resources.target import Target


def send(target: Target, plan: PlanRow, job: Job, speed: Speed) -> Answered:
    """Send what is left of a plan, and return what the answers to all of it add up to.

    Raises:
        ServiceError: The service takes nothing, or cannot be reached; what was answered is written down.
        Stopped: Somebody asked the job to stop.
    """
    contract, journal = contracts.loads(plan.contract), target.ledger.journal
    group, dataset = target.ready(contract)
    tracking = ensure_tracking(target.environment, group, dataset) if contract.event_like else ""
    # On AWS an application sends events by the same quota: without a rate of the user's a put takes a share.
    polite = POLITE[PUTS[contract.dataset].rate] if target.environment.neighbours else None
    destination = Destination(target.environment, dataset, tracking)
    transport = make_transport(destination, journal, job.stopping, speed.fast)
    sender = Sender(transport, plan, RateLimiter(speed.rate or polite), job.stopping, job.listen)
    # What earlier attempts were answered counts too: a job says what became of its whole plan.
    for row in journal.calls(plan):
        sender.answered.add(row)
    try:
        sender.send(runs(contract, record_files.unanswered(target.ledger, plan)))
    except ServiceError as error:
        if error.code in WRONG:
            # Given up, so that no later put has to finish it first; nothing of it counts as sent.
            journal.finish_plan(plan)
        raise
    journal.finish_plan(plan)
    return sender.answered
