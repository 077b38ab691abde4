"""The offline metrics of a preview model, by the definitions of the guide (working-with-training-metrics).

For each of some users the oldest nine tenths of the items that the model keeps are asked with, the newest are
what should come. The service holds those users back from the training; the preview does not, so its numbers
are too good. They are there for programs that read them, and say nothing about the real model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

from pdprep.local.memory import traits
from pdprep.local.memory.models import MEASURED
from pdprep.local.recommend import ranking
from pdprep.local.recommend.serving import Served
from pdprep.local.state import ServerState

INPUT = 0.9
SHOWN, SIZES = 25, (5, 10, 25)


def metrics(state: ServerState, served: Served) -> dict[str, float]:
    """Return the metrics of what recommends items; of actions and user segments there are none."""
    if served.traits.kind in (traits.ACTIONS, traits.SEGMENTS) or not served.model.items.height:
        return {}
    found: dict[str, float] = state.memory.once(
        f"metrics of {served.arn}", served.model.name, lambda: _measure(state, served)
    )
    return found


def _measure(state: ServerState, served: Served) -> dict[str, float]:
    users = served.model.users
    # Evenly from users sorted by id: the same model has the same metrics.
    histories = users.gather_every(max(1, users.height // MEASURED)).head(MEASURED)["HISTORY"].to_list()
    asked = [history for history in histories if len(history) > 1]
    every, answers, wanted = set[int](), list[list[bool]](), list[int]()
    for history in asked:
        known = min(len(history) - 1, math.ceil(len(history) * INPUT))
        shown = list(islice(_shown(state, served, history[:known]), SHOWN))
        every.update(shown)
        met = set(history[known:])  # an item twice is one right answer
        wanted.append(len(met))
        answers.append([place in met for place in shown])
    count = len(answers) or 1
    found = {
        "coverage": len(every) / served.model.items.height,
        "mean_reciprocal_rank_at_25": sum(_reciprocal(each) for each in answers) / count,
    }
    for size in SIZES:
        gains = (_gain(each, size, most) for each, most in zip(answers, wanted, strict=True))
        found[f"normalized_discounted_cumulative_gain_at_{size}"] = sum(gains) / count
    for size in SIZES:
        found[f"precision_at_{size}"] = sum(sum(each[:size]) / size for each in answers) / count
    return {name: round(value, 4) for name, value in found.items()}


def _shown(state: ServerState, served: Served, history: list[int]) -> Iterator[int]:
    kind, model = served.traits.kind, served.model
    if kind == traits.RELATED:
        order = ranking.Ranked(model, dict(model.beside(history[-1])))
    elif kind == traits.TRENDING:
        order = ranking.Ranked(model, order=ranking.trending(state, served))
    elif kind == traits.POPULAR:
        order = ranking.Ranked(model)
    else:
        order = ranking.Ranked(model, ranking.together(model, history))
    return (place for place, _ in order.places(None))


def _reciprocal(relevant: list[bool]) -> float:
    return 1 / (relevant.index(True) + 1) if True in relevant else 0.0


def _gain(relevant: list[bool], size: int, most: int) -> float:
    """Return what the relevant items of a list are worth by their rank, as a share of the best order."""
    gained = sum(1 / math.log2(rank + 1) for rank, fits in enumerate(relevant[:size], 1) if fits)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(size, most) + 1))
    return gained / best
