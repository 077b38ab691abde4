"""What is read from the world of a dataset group: sources in S3, with its endpoint and its credentials."""

from __future__ import annotations

from pdprep.personalize.clients import World
from pdprep.preparation.sources import open_source
from pdprep.preparation.storage import SCHEME, Storage


def opened(world: World, source: object) -> object:
    """Open a source in S3 as the group reaches it; leave every other to ``prepare``.

    Raises:
        SourceError: It does not exist, or these credentials may not read it.
    """
    if not (isinstance(source, str) and source.startswith(SCHEME)):
        return source
    return open_source(source, Storage(world.session, world.client("s3")))
