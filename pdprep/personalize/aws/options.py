"""What may be said beside account, region, bucket and role: keys, metrics, where lists of users go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, TypedDict

from pdprep.errors import InputError

# An event type and what is counted or summed of it. Source: developer guide, API_CreateMetricAttribution.
Metrics = Mapping[str, tuple[str, str]]
MOST_METRICS: Final = 10


class ConnectSettings(TypedDict, total=False):
    """The options of an environment as arguments of ``connect``; None leaves what the profile says."""

    kms_key_arn: str | None
    export_kms_key_arn: str | None
    deletion_bucket: str | None
    publish_attribution_metrics: bool | None
    metrics: Metrics | None
    engine: str | None


@dataclass(frozen=True, slots=True)
class EnvironmentOptions:
    """Settings of a profile, or arguments of ``connect``; all of them may be left out.

    Attributes:
        kms_key_arn: The key of KMS that a new dataset group is encrypted with.
        export_kms_key_arn: The key that exports and reports of metrics are encrypted with.
        deletion_bucket: Where lists of users to delete are put: ``s3://bucket/prefix``, not under a key
            of one's own.
        publish_attribution_metrics: Whether imports of interactions write their metrics to S3.
        metrics: Metrics by name, ``{"clicks": ("click", "SAMPLECOUNT()")}``; created before the first import.
        engine: What stages imports and reads frames for a plan: local, or ray.
    """

    kms_key_arn: str = ""
    export_kms_key_arn: str = ""
    deletion_bucket: str = ""
    publish_attribution_metrics: bool = False
    metrics: Metrics = field(default_factory=dict)
    engine: str = "local"

    def over(self, **given: Any) -> EnvironmentOptions:
        """Return the settings with what was given by hand in their place; None leaves a setting as it is.

        Raises:
            InputError: A value of another type, or metrics that the service does not take.
        """
        unknown = [name for name in given if name not in NAMES]
        if unknown:  # as Python says it of a function that names its arguments
            raise TypeError(f"connect() got an unexpected keyword argument {unknown[0]!r}")
        return checked(replace(self, **{name: value for name, value in given.items() if value is not None}))


NAMES: Final = tuple(each.name for each in fields(EnvironmentOptions))
_KINDS: Final = {"publish_attribution_metrics": bool, "metrics": Mapping}


def checked(options: EnvironmentOptions) -> EnvironmentOptions:
    """Return options whose values are of their types, metrics as pairs.

    Raises:
        InputError: A value of another type, or metrics that the service does not take.
    """
    for name in NAMES:
        kind, value = _KINDS.get(name, str), getattr(options, name)
        if not isinstance(value, kind):
            raise InputError(f"{name} = {value!r}", f"a {kind.__name__.lower()}")
    if len(options.metrics) > MOST_METRICS:
        raise InputError(f"{len(options.metrics)} metrics", f"at most {MOST_METRICS} of a dataset group")
    for name, said in options.metrics.items():
        if isinstance(said, str) or len(said) != 2:
            raise InputError(
                f"metrics has {name} = {said!r}", "an event type and SUM() or SAMPLECOUNT() of it",
                f'metrics={{"{name}": ("click", "SAMPLECOUNT()")}}',
            )  # fmt: skip
    return replace(options, metrics={name: (said[0], said[1]) for name, said in options.metrics.items()})


PLAIN: Final = EnvironmentOptions()
