"""GetRecommendations, GetPersonalizedRanking and GetActionRecommendations."""

from __future__ import annotations

from typing import Any

from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.registry import operation
from pdprep.local.recommend import answers, serving
from pdprep.local.recommend.requests import RuntimeRequest


@operation("GetRecommendations")
def get_recommendations(call: OperationCall) -> dict[str, Any]:
    """Recommend items to a user, or beside an item."""
    return answers.recommend(_request(call))


@operation("GetPersonalizedRanking")
def get_ranking(call: OperationCall) -> dict[str, Any]:
    """Order items for a user."""
    return answers.rank(_request(call))


@operation("GetActionRecommendations")
def get_actions(call: OperationCall) -> dict[str, Any]:
    """Recommend actions to a user."""
    return answers.act(_request(call))


def _request(call: OperationCall) -> RuntimeRequest:
    return RuntimeRequest(call.state, serving.resolve(call.state, call.given), call.given)
