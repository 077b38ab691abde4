"""The official service models, as botocore ships them: shapes, limits, error codes and HTTP statuses."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

CONTROL, EVENTS, RUNTIME = "personalize", "personalize-events", "personalize-runtime"

# AWS patterns are Java regular expressions. Python has no \p{..}: \w less "_" is letters and numbers.
_JAVA = {
    r"\p{ASCII}": r"[\x00-\x7F]",
    r"\p{L}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}


@cache
def service(name: str) -> ServiceModel:
    """Return the model of ``personalize``, ``personalize-events`` or ``personalize-runtime``."""
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


@cache
def operation(service_name: str, name: str) -> OperationModel | None:
    """Return an operation of the model, or None."""
    known = service(service_name)
    return known.operation_model(name) if name in known.operation_names else None


@cache
def paths() -> dict[str, tuple[str, str]]:
    """Return service and operation of each REST path, as ``/events`` is of PutEvents."""
    return {
        service(name).operation_model(each).http["requestUri"]: (name, each)
        for name in (EVENTS, RUNTIME)
        for each in service(name).operation_names
    }


@cache
def error_status(service_name: str, code: str) -> int:
    """Return the HTTP status the model gives an error code; 400 where it gives none."""
    shapes: dict[str, Any] = {shape.name: shape for shape in service(service_name).error_shapes}
    if code not in shapes:
        return 400
    return int(shapes[code].metadata.get("error", {}).get("httpStatusCode", 400))


@cache
def pattern(text: str) -> re.Pattern[str]:
    """Translate a Java pattern.

    >>> bool(pattern(r"[\\p{L}-]+").fullmatch("é-a"))
    True
    """
    for java, python in _JAVA.items():
        text = text.replace(java, python)
    return re.compile(text)
