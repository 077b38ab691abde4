"""What is read in the environment of a dataset group: sources in S3, with its endpoint and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pdprep.personalize.aws.client import Environment
from pdprep.preparation.dialects import TextOptions, options
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import open_source
from pdprep.preparation.storage import SCHEME, Storage


def opened(
    environment: Environment, source: object, text: Mapping[str, Any], like: Prepared | None
) -> object:
    """Open a source in S3 as the group reaches it; leave every other to ``prepare``.

    Args:
        environment: The account, region and way in.
        source: What the user gave.
        text: What the user says of a text file.
        like: The frame whose options are used again.

    Raises:
        SourceError: It does not exist, or these credentials may not read it.
    """
    if not (isinstance(source, str) and source.startswith(SCHEME)):
        return source
    way, before = (
        Storage(environment.session, environment.client("s3")),
        like.source.asked if like else TextOptions(),
    )
    return open_source(source, way, options(text), before)
