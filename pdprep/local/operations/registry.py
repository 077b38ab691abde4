"""The table of operations by name, which the modules of operations fill as they are imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pdprep.local.operations.call import OperationCall

Operation = Callable[[OperationCall], dict[str, Any]]
OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register the function that answers an operation."""

    def register(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return register
