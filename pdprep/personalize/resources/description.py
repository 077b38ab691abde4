"""What is connected, in words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources.target import Target


def describe(target: Target, home: Path, jobs: Iterable[Job]) -> dict[str, str]:
    """Return name, state and place of a dataset group, and what a shell needs to reach it."""
    environment, url = target.environment, target.environment.endpoint_url
    pending = [job.id for job in jobs if not job.finished]
    reach = {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": environment.region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    shell = "\n".join(f"export {name}={value}" for name, value in reach.items())
    said = {
        "group": target.name,
        "domain": target.domain,
        "state": "exists" if target.group() else "is created by the first import",
        "where": "the local Personalize" if environment.local else "Amazon Personalize in AWS",
        "account": environment.account,
        "region": environment.region,
        "home": str(home),
        "pending jobs": ", ".join(pending) or "none",
        "for the AWS CLI": shell if url else "",
    }
    return {name: value for name, value in said.items() if value}
