"""Ask, then run the journey and the probes on a real account, and delete what they made.

``python -m tests.aws --profile prod``: the profile stands in pyproject.toml, ``[tool.pdprep.profiles.prod]``.
``--clean NAME`` deletes what a run that was cut off has left.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pdprep
from pdprep import clock
from pdprep.errors import GroupError, PdprepError
from pdprep.group import DatasetGroup
from tests.aws import journey, lab, probes
from tests.aws.lab import Lab

Say = Callable[[str], None]
HELP: Final = """make aws needs PROFILE=name: [tool.pdprep.profiles.name] of pyproject.toml with account,
region, bucket and role_arn. Nothing was touched."""


def main(arguments: list[str], ask: Callable[[str], str] = input, say: Say = print) -> int:
    """Run it all and return 0 where every assumption that was asked about agrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.aws")
    parser.add_argument("--profile", default="")
    parser.add_argument("--clean", default="", metavar="NAME")
    given = parser.parse_args(arguments)
    if not given.profile:
        say(HELP)
        return 1
    name = given.clean or f"pdprep-aws-{clock.new_id()[-6:]}"
    groups = [pdprep.connect(f"{name}-{part}", profile=given.profile, new=True) for part in ("way", "lab")]
    if given.clean:
        return sum(not _removed(group, say) for group in groups)
    return run(groups[0], groups[1], ask, say)


def run(way: DatasetGroup, tried: DatasetGroup, ask: Callable[[str], str], say: Say) -> int:
    """Say what will be created, ask, and go."""
    say(statement(way, tried))
    if ask("Type the account number to go on: ").strip() != way.environment.account:
        say("Nothing was touched.")
        return 1
    with cleaned(way, say):
        for line in journey.travel(way):
            say(line)
    with cleaned(tried, say):
        found = probes.findings(Lab(tried))
    for finding in found:
        say(str(finding))
    differing = [finding.name for finding in found if finding.agrees is False]
    agreeing = sum(finding.agrees is True for finding in found)
    say(f"{agreeing} agree, {len(differing)} differ; what differs is mended in pdprep/assumptions.py")
    return int(bool(differing))


def statement(way: DatasetGroup, tried: DatasetGroup) -> str:
    """Return what a run creates and uses up at most, with money at the profile's prices alone."""
    environment, (data, _) = way.environment, way.environment.prices.of(lab.BYTES, lab.CALLS)
    return f"""In account {environment.account}, region {environment.region}, this creates
  two dataset groups ({way.name}, {tried.name}), five datasets, their schemas, two event trackers,
  at most {lab.IMPORTS + 1} import jobs, {lab.EXPORTS + 2} export jobs, {lab.CALLS + journey.MORE} put calls,
  at most {lab.BYTES / 1e6:.0f} MB of files below {environment.bucket}{data}.
Nothing is trained and nothing is deployed: no solution, campaign or recommender.
AWS bills what is taken in by the GB, and S3 by the request. It takes an hour or more, most of it waiting.
At the end everything with the tag pdprep of these two groups is deleted, also after an error; if this process
is killed: python -m tests.aws --profile ... --clean {way.name.removesuffix("-way")}"""


@contextmanager
def cleaned(group: DatasetGroup, say: Say) -> Iterator[None]:
    """Delete what was created for a group at the end, whatever happens."""
    try:
        yield
    finally:
        _removed(group, say)


def _removed(group: DatasetGroup, say: Say) -> bool:
    try:
        gone = group.delete(confirm=group.name)
    except GroupError:
        say(f"{group.name}: nothing was left")
    except PdprepError as error:
        say(f"{group.name} could not be deleted: {error}")
        return False
    else:
        say(f"{group.name}: deleted {len(gone)} resources")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
