"""The kinds of resources, one row each: names in ARNs, operations and members, and their statuses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statuses:
    """The statuses a resource goes through. Source: botocore service model."""

    pending: str = "CREATE PENDING"
    progress: str = "CREATE IN_PROGRESS"
    active: str = "ACTIVE"
    failed: str = "CREATE FAILED"


CREATE = Statuses()
STOP = Statuses("STOP PENDING", "STOP IN_PROGRESS", "INACTIVE")
START = Statuses("START PENDING", "START IN_PROGRESS", "ACTIVE")
HALT = Statuses("CREATE STOPPING", "CREATE STOPPING", "CREATE STOPPED")
TURNS = {"stop": STOP, "start": START, "halt": HALT}
DELETION = Statuses("PENDING", "IN_PROGRESS", "COMPLETED", "FAILED")


@dataclass(frozen=True)
class ResourceKind:
    """One kind of resource.

    ``noun`` and ``plural`` name operations; ``parent`` is the member a list is narrowed by. With ``work`` the
    end of a job makes it ACTIVE, not the clock alone; ``times`` is how many usual durations it takes.
    ``listed`` is the member of a List answer where it is not the plural.
    """

    name: str
    noun: str
    plural: str
    parent: str = ""
    statuses: Statuses | None = CREATE
    work: bool = False
    deletable: bool = True
    times: float = 1.0
    listed: str = ""

    @property
    def member(self) -> str:
        """The member that holds one in a Describe answer."""
        return self.noun[0].lower() + self.noun[1:]

    @property
    def arn(self) -> str:
        """The member that holds its ARN."""
        return self.member + "Arn"

    @property
    def named(self) -> str:
        """The member that holds its name."""
        return "jobName" if self.noun.endswith("Job") else "name"

    @property
    def members(self) -> str:
        """The member that holds the items of a List answer."""
        return self.listed or self.plural[0].lower() + self.plural[1:]


_GROUP = "datasetGroupArn"
KINDS = {
    kind.name: kind
    for kind in (
        ResourceKind("schema", "Schema", "Schemas", statuses=None),
        ResourceKind("dataset-group", "DatasetGroup", "DatasetGroups"),
        ResourceKind("dataset", "Dataset", "Datasets", _GROUP),
        ResourceKind(
            "dataset-import-job",
            "DatasetImportJob",
            "DatasetImportJobs",
            "datasetArn",
            work=True,
            deletable=False,
        ),
        ResourceKind(
            "dataset-export-job",
            "DatasetExportJob",
            "DatasetExportJobs",
            "datasetArn",
            work=True,
            deletable=False,
        ),
        ResourceKind("event-tracker", "EventTracker", "EventTrackers", _GROUP),
        ResourceKind("filter", "Filter", "Filters", _GROUP, listed="Filters"),
        ResourceKind(
            "data-deletion-job",
            "DataDeletionJob",
            "DataDeletionJobs",
            _GROUP,
            DELETION,
            True,
            deletable=False,
        ),
        ResourceKind("metric-attribution", "MetricAttribution", "MetricAttributions", _GROUP),
        ResourceKind("solution", "Solution", "Solutions", _GROUP),
        ResourceKind(
            "solution-version",
            "SolutionVersion",
            "SolutionVersions",
            "solutionArn",
            work=True,
            deletable=False,
            times=2.0,
        ),
        ResourceKind(
            "batch-inference-job",
            "BatchInferenceJob",
            "BatchInferenceJobs",
            "solutionVersionArn",
            work=True,
            deletable=False,
        ),
        ResourceKind(
            "batch-segment-job",
            "BatchSegmentJob",
            "BatchSegmentJobs",
            "solutionVersionArn",
            work=True,
            deletable=False,
        ),
        ResourceKind("campaign", "Campaign", "Campaigns", "solutionArn"),
        ResourceKind("recommender", "Recommender", "Recommenders", _GROUP, work=True, times=2.0),
    )
}
