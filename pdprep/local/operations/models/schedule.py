"""What happens by itself: solutions and recommenders that train again when it is time.

Sources: solution-config-auto-training (within an hour, and only if interactions came since),
maintaining-relevance (a recommender every seven days, and at once when its columns change).
"""

from __future__ import annotations

import logging
import math
import re
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

from pdprep.local.jobs import trainings
from pdprep.local.life.resources import WAITING, Resource
from pdprep.local.life.workers import JobFailed
from pdprep.local.memory import traits
from pdprep.local.state import ServerState

log = logging.getLogger("pdprep.local")
EVERY = 1.0  # s between two checks of a clock that goes by itself


def settle(state: ServerState) -> None:
    """Do everything whose time has come, in the order of its time."""
    if state.clock.mode == "instant":
        return
    with _ONE:
        # One training may make the next one due: a manual clock that moves by a year has dozens. The limit
        # ends the loop if one should stay due.
        for _ in range(1000):
            due = min(_due(state), key=lambda each: each[0], default=None)
            if due is None:
                return
            due[1]()


_ONE = threading.Lock()


def models(state: ServerState) -> Iterator[str]:
    """Yield the names of the models that resources bear."""
    for kind in ("solution-version", "recommender"):
        for each in state.resources.list(kind):
            if name := each.body.get("model"):
                yield name


class Scheduler:
    """Call ``settle`` every second, where the clock goes by itself."""

    def __init__(self, state: ServerState) -> None:
        self._state, self._ended = state, threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedule", daemon=True)
        if state.clock.mode == "auto":
            self._thread.start()

    def stop(self) -> None:
        """End the thread, once what it does now is done."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                settle(self._state)
            except Exception:
                if not self._ended.is_set():
                    log.exception("what was due could not be done")


def _due(state: ServerState) -> Iterator[tuple[float, Any]]:
    now = state.clock.now()
    for solution in state.resources.list("solution"):
        at = _next_version(state, solution)
        if at is not None and at <= now:
            yield at, partial(_train, state, solution, at)
    for recommender in state.resources.list("recommender"):
        at = _next_training(state, recommender)
        if at is not None and at <= now:
            yield at, partial(_retrain, state, recommender, at)


def _next_version(state: ServerState, solution: Resource) -> float | None:
    """Return when a solution trains by itself; None while it does not, or nothing came since."""
    body = state.resources.body(solution)
    if not body.get("performAutoTraining") or state.resources.status(solution) != "ACTIVE":
        return None
    versions = state.resources.list("solution-version", parent=solution.arn)
    if any(each.work == WAITING for each in versions):
        return None
    last = max(versions, key=lambda each: each.created, default=None)
    upto = int(last.body.get("upto", 0)) if last else 0
    events = _events(state, solution)
    if not any(state.layers.latest(each.arn) > upto for each in events):
        return None
    came = min((state.layers.first_after(each.arn, upto) for each in events), default=0.0)
    asked = ((body.get("solutionConfig") or {}).get("autoTrainingConfig") or {}).get(
        "schedulingExpression", ""
    )
    days = re.search(r"\d+", asked)
    every = state.clock.lasting(int(days[0]) * traits.DAY if days else traits.RETRAINED)
    # A version that somebody makes within the hour is the first training, and sets the days after it.
    begun = float(body.get("automaticSince", solution.created))
    trained = last.created + every if last and last.created >= begun else None
    at = trained or begun + state.clock.lasting(traits.FIRST_TRAINING)
    # A time that passed while nothing had come is over: the next one counts.
    return at + every * max(0, math.ceil((came - at) / every))


def _events(state: ServerState, solution: Resource) -> list[Resource]:
    actions = traits.of(solution.body["recipeArn"]).kind == traits.ACTIONS
    wanted = ("ACTION_INTERACTIONS",) if actions else ("INTERACTIONS",)
    datasets = state.datasets(solution.parent)
    return [datasets[kind] for kind in wanted if kind in datasets]


def _train(state: ServerState, solution: Resource, at: float) -> None:
    from pdprep.local.operations.call import OperationCall
    from pdprep.local.operations.models.training import train

    call = OperationCall(state, solution.region, {})
    with state.store.transaction():
        train(call, solution, "AUTOMATIC", "", at)
    for arn in call.jobs:
        state.workers.start(arn)
    # Not for a training that has only just begun: its end is a later time's.
    state.workers.settle(600.0)


def _next_training(state: ServerState, recommender: Resource) -> float | None:
    if state.resources.status(recommender) != "ACTIVE" or recommender.work == WAITING:
        return None
    body = recommender.body
    trained = float(body.get("trainedAt", recommender.created))
    changed = body.get("columnsChangedAt")
    if changed and changed > trained:
        return float(changed)
    return trained + state.clock.lasting(traits.RETRAINED)


def _retrain(state: ServerState, recommender: Resource, at: float) -> None:
    """Train a recommender again; until that is done, and if it fails, the older model serves."""
    again = {**recommender.body, "upto": state.layers.latest()}
    made: dict[str, Any] = {}
    try:
        with state.workers.alone():
            made = trainings.run(state, Resource(**{**vars(recommender), "body": again}))() or {}
    except JobFailed as failure:
        log.warning("%s could not be trained again: %s", recommender.arn, failure)
    state.resources.change(recommender.arn, **made, trainedAt=at)
    old = recommender.body.get("model")
    if made and old:
        # Its own alone: models of other trainings wait for their end, and nothing names them until then.
        state.models.remove(old)
