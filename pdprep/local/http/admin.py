"""The admin path ``/_local/``: status, the manual clock, faults. No bucket can have this name.

No web page reaches it, not even one of this machine: a request that a page made carries headers by which
every browser says so, and pages cannot leave them out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pdprep.local.jobs import attributions, refresh
from pdprep.local.life.kinds import KINDS
from pdprep.local.operations.models import schedule
from pdprep.local.protocol.messages import HttpAnswer, HttpRequest
from pdprep.local.protocol.signatures import MOST_SECONDS
from pdprep.local.recommend import serving
from pdprep.local.settings import ACCOUNT
from pdprep.local.state import ServerState

PREFIX = "/_local/"
MOST_AHEAD = 10**9  # s, thirty years


def asked(request: HttpRequest) -> bool:
    """Say whether somebody asked for a request, and not a page that a browser shows."""
    site = request.headers.get("sec-fetch-site", "none")  # "none": typed by a person, or no browser
    return site == "none" and not {"origin", "referer"} & request.headers.keys()


def answer(state: ServerState, request: HttpRequest) -> HttpAnswer:
    """Answer an admin call; bodies and answers are JSON."""
    if not asked(request):
        return _json({"message": "No web page may use the admin path."}, 403)
    handler = _HANDLERS.get((request.method, request.path.removeprefix(PREFIX).rstrip("/")))
    if handler is None:
        known = ", ".join(f"{method} {PREFIX}{path}" for method, path in _HANDLERS)
        return _json({"message": f"The admin path knows {known}."}, 404)
    try:
        given = json.loads(request.document() or b"{}")
        if not isinstance(given, dict):
            raise TypeError("the body must be a JSON object")
        return _json(handler(state, given))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        return _json({"message": f"{type(error).__name__}: {error}"}, 400)


def _status(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    counts = {name: len(state.resources.list(name)) for name in KINDS}
    return {
        "account": ACCOUNT, "pid": os.getpid(), "folder": str(state.settings.folder),
        "clock": state.clock.mode, "now": state.clock.now(), "jobs": state.workers.busy(),
        "resources": {k: n for k, n in counts.items() if n},
    }  # fmt: skip


def _advance(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    now = state.clock.advance(_number(given["seconds"]))
    schedule.settle(state)
    state.workers.settle()
    return {"now": now}


def _ask(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    return asdict(state.faults.ask(**given))


def _faults(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    return {"faults": [asdict(fault) for fault in state.faults.list()]}


def _clear(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    state.faults.clear()
    return {"faults": []}


def _filters(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    return {"now": state.clock.now(), "filters": refresh.moments(state)}


def _signatures(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    most = given.get("max_age", MOST_SECONDS)
    state.age.most = None if most is None else _number(most, -MOST_AHEAD)
    return {"max_age": state.age.most}


def _number(value: Any, least: float = 0) -> float:
    """Return a number of seconds that is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= MOST_AHEAD:
        raise ValueError(f"{value!r} must be a number of seconds from {least} to {MOST_AHEAD}")
    return float(value)


def _rows(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    datasets = state.resources.list("dataset")
    layers = state.layers
    return {d.arn: {"bulk": layers.count(d.arn, "BULK"), "put": layers.count(d.arn, "PUT")} for d in datasets}


def _serving(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    """Say what each campaign and recommender serves: trained when, new items until when."""
    found = {}
    for kind in ("campaign", "recommender"):
        for each in state.resources.list(kind):
            if state.resources.status(each) == "ACTIVE" and "model" in serving.version(state, each).body:
                served = serving.find(state, each.arn)
                found[each.arn] = {
                    "version": served.version.arn, "recipe": served.traits.name,
                    "trained": served.version.body.get("trainedAt", served.version.created),
                    "items": served.model.items.height, "newItems": serving.fresh(state, served).height,
                    "newItemsUntil": serving.horizon(state, served), "eventsAtOnce": served.traits.realtime,
                }  # fmt: skip
    return {"now": state.clock.now(), "serving": found}


def _metrics(state: ServerState, given: dict[str, Any]) -> dict[str, Any]:
    return {"metrics": attributions.measured(state)}


_HANDLERS: dict[tuple[str, str], Callable[[ServerState, dict[str, Any]], dict[str, Any]]] = {
    ("GET", "status"): _status,
    ("GET", "rows"): _rows,
    ("GET", "filters"): _filters,
    ("GET", "serving"): _serving,
    ("GET", "metrics"): _metrics,
    ("POST", "clock/advance"): _advance,
    ("POST", "signatures"): _signatures,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _ask,
    ("DELETE", "faults"): _clear,
}


def _json(value: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
