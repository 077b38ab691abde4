"""Validate prepared frames: read once, say everything that is wrong, send nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.rules.rule import Route
from pdprep.engine.reporting import build_report, merged
from pdprep.engine.run import Batch, Totals, run
from pdprep.errors import InputError, NotPreparedError
from pdprep.preparation import mapping
from pdprep.preparation.mapping import literal
from pdprep.preparation.prepare import Prepared
from pdprep.progress import Listener, silent
from pdprep.spelling import noun
from pdprep.validation.report import Report

Engine = Literal["local", "ray"]
ENGINES: Final = ("local", "ray")


def validate(
    *prepared: Prepared,
    route: Route | None = None,
    show_values: bool = False,
    listener: Listener = silent,
    engine: Engine = "local",
) -> Report:
    """Hold prepared frames to every rule of their datasets.

    Args:
        prepared: What ``prepare`` returned, one or more.
        route: bulk or put: the report is ready when nothing stops that route. Without one, when nothing
            one of the two, and its headline says which.
        show_values: Whether the report's text and HTML show the values of failing rows.
        listener: Hears the progress.
        engine: local, or ray: the same report from many machines.

    Raises:
        DiskError: The system's temporary folder is full.
        InputError: Ray is asked for and not installed, or does not reach the source.
        NotPreparedError: One of them has not been through ``prepare``.

    >>> import polars as pl
    >>> from pdprep.preparation.prepare import prepare
    >>> ids = {"USER_ID": ["a", None], "ITEM_ID": ["x", "y"]}
    >>> frame = pl.DataFrame(ids | {"TIMESTAMP": [1_700_000_000] * 2})
    >>> validate(prepare(frame, "interactions")).failures["rule"].to_list()
    ['id_missing']
    """
    if not prepared:
        raise InputError("no frame", "one or more prepared frames", "pdprep.validate(inter, items)")
    if route is not None:
        check_route(route)
    checked_engine(engine)
    reports = [report_of(check(each), route, listener=listener, engine=engine) for each in prepared]
    return merged(reports, route, show_values)


def report_of(
    prepared: Prepared,
    route: Route | None,
    consumer: Callable[[Batch], None] | None = None,
    listener: Listener = silent,
    engine: Engine = "local",
) -> Report:
    """Return the report of one frame; a consumer gets the rows that go on, a partition at a time."""
    if engine == "ray":
        from pdprep.engine.executors import ray_engine

        return ray_engine.report_of(prepared, route, consumer, listener)
    totals = Totals()
    # With a profile of the columns, unlike a pass that sends: insights are told from it.
    for batch in run(prepared, totals, route=route, listener=listener, profiled=True):
        if consumer:
            consumer(batch)
        del batch  # a partition is let go before the next one is there
    return build_report(prepared, totals, route)


def check(prepared: object) -> Prepared:
    """Return what was prepared.

    Raises:
        NotPreparedError: It was not.
    """
    if isinstance(prepared, Prepared):
        return prepared
    raise NotPreparedError(
        f"{noun(prepared)} that is not prepared" if prepared is not None else "got None",
        "a frame that has been through prepare(...)",
        _call(prepared),
    )


def _call(frame: object) -> str:
    """Return the call that prepares a frame, where the names of its columns tell which is what."""
    schema = frame.collect_schema() if isinstance(frame, pl.LazyFrame) else getattr(frame, "columns", None)
    if schema is None:
        return ""
    # Interactions are what most people begin with; where the names do not fit, the values must be looked at.
    events = Contract.of("interactions")
    columns = mapping.guesses(events, events.names, [str(name) for name in schema])
    if len(columns) < len(events.names):
        return 'pdprep.infer_contract(frame, "interactions")  # looks at the values'
    said = ", ".join(f"{literal(field)}: {literal(column)}" for field, column in columns.items())
    return f'pdprep.prepare(frame, "interactions", columns={{{said}}})'


def checked_engine(engine: object) -> Engine:
    """Return the engine that was asked for.

    Raises:
        InputError: It is neither local nor ray.
    """
    if engine == "ray" or engine == "local":
        return engine
    raise InputError(f"engine={engine!r}", f"one of {', '.join(ENGINES)}", 'engine="local"')


def check_route(route: object) -> None:
    """Refuse a route that there is not.

    Raises:
        InputError: It is neither bulk nor put.
    """
    if route not in ("bulk", "put"):
        raise InputError(f"route={route!r}", "bulk or put", 'route="bulk"')
