"""The local Personalize: one process on 127.0.0.1 that answers Amazon Personalize, its events and S3.

Real clients talk to it over HTTP: boto3, the AWS CLI, any SDK. It imports nothing of the rest of pdprep,
so it is a second opinion on the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdprep.local.server import Running, running

__all__ = ["Running", "running"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from pdprep.local import server

        return getattr(server, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
