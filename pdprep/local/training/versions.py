"""Which versions of a solution are fully trained."""

from __future__ import annotations

from pdprep.local.life.resources import Resource, Resources


def full(resources: Resources, solution: str) -> list[Resource]:
    """Return the fully trained versions of a solution, newest first."""
    found = resources.list("solution-version", parent=solution)
    whole = (each for each in found if each.body.get("trainingMode") != "UPDATE")
    return [each for each in whole if resources.status(each) == "ACTIVE"]
