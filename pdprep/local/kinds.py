"""The kinds of resources, one row each: names in ARNs, operations and members, words of their life."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The statuses a resource goes through. Source: botocore service model."""

    pending: str = "CREATE PENDING"
    progress: str = "CREATE IN_PROGRESS"
    active: str = "ACTIVE"
    failed: str = "CREATE FAILED"


CREATE = Words()
STOP = Words("STOP PENDING", "STOP IN_PROGRESS", "INACTIVE")
START = Words("START PENDING", "START IN_PROGRESS", "ACTIVE")
HALT = Words("CREATE STOPPING", "CREATE STOPPING", "CREATE STOPPED")
TURNS = {"stop": STOP, "start": START, "halt": HALT}
DELETION = Words("PENDING", "IN_PROGRESS", "COMPLETED", "FAILED")


@dataclass(frozen=True)
class Kind:
    """One kind. ``noun`` and ``plural`` name operations; ``parent`` is the member a list is narrowed by."""

    name: str
    noun: str
    plural: str
    parent: str = ""
    words: Words | None = CREATE
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
        Kind("schema", "Schema", "Schemas", words=None),
        Kind("dataset-group", "DatasetGroup", "DatasetGroups"),
        Kind("dataset", "Dataset", "Datasets", _GROUP),
        Kind(
            "dataset-import-job",
            "DatasetImportJob",
            "DatasetImportJobs",
            "datasetArn",
            work=True,
            deletable=False,
        ),
        Kind(
            "dataset-export-job",
            "DatasetExportJob",
            "DatasetExportJobs",
            "datasetArn",
            work=True,
            deletable=False,
        ),
        Kind("event-tracker", "EventTracker", "EventTrackers", _GROUP),
        Kind("filter", "Filter", "Filters", _GROUP, listed="Filters"),
        Kind(
            "data-deletion-job",
            "DataDeletionJob",
            "DataDeletionJobs",
            _GROUP,
            DELETION,
            True,
            deletable=False,
        ),
        Kind("metric-attribution", "MetricAttribution", "MetricAttributions", _GROUP),
        Kind("solution", "Solution", "Solutions", _GROUP),
        Kind(
            "solution-version",
            "SolutionVersion",
            "SolutionVersions",
            "solutionArn",
            work=True,
            deletable=False,
            times=2.0,
        ),
        Kind(
            "batch-inference-job",
            "BatchInferenceJob",
            "BatchInferenceJobs",
            "solutionVersionArn",
            work=True,
            deletable=False,
        ),
        Kind(
            "batch-segment-job",
            "BatchSegmentJob",
            "BatchSegmentJobs",
            "solutionVersionArn",
            work=True,
            deletable=False,
        ),
        Kind("campaign", "Campaign", "Campaigns", "solutionArn"),
        Kind("recommender", "Recommender", "Recommenders", _GROUP, work=True, times=2.0),
    )
}
