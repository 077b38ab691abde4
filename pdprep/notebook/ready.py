"""From what a magic is given, names of frames or a query, to frames that are prepared."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pdprep.contract import catalogue
from pdprep.errors import InputError, PdprepError
from pdprep.notebook import frames, pasting, queries
from pdprep.preparation.inference import infer_contract
from pdprep.preparation.prepare import Prepared, prepare
from pdprep.preparation.proposal import Proposal

if TYPE_CHECKING:
    from pdprep.contract.choices import Domain
    from pdprep.group import DatasetGroup

_OWN: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_RESULT: Final = "the query's result"


def frames_of(
    args: Namespace, cell: str | None, namespace: frames.Namespace, group: DatasetGroup | None
) -> list[Prepared]:
    """Return the prepared frames that a magic's line or cell asks for.

    Args:
        args: ``frames``, ``dataset`` and ``on_invalid`` of the line.
        cell: Polars SQL, or None.
        namespace: The notebook's variables.
        group: The group whose schemas rule, where there is one.

    Raises:
        UnknownFrameError: The notebook has no such frame.
        NotPreparedError: Its columns do not tell what it is.
    """
    _check(args, cell, namespace)
    if cell is not None:
        named = {_RESULT: queries.run(cell, namespace)}
    else:
        named = {name: frames.lookup(name, namespace) for name in args.frames}
    prepared, prepare_call = [], _prepare_call(group, namespace)
    for name, frame in named.items():
        with pasting.runnable_hints([name] if cell is None else [], namespace):
            prepared.append(_ready(name, frame, args, group, cell, prepare_call))
    return prepared


def proposals(args: Namespace, namespace: frames.Namespace, group: DatasetGroup | None) -> Iterator[Proposal]:
    """Yield what the frames of a line could become that are not prepared and do not tell what they are."""
    for frame in map(namespace.get, args.frames):
        if isinstance(frame, Prepared) or frames.dataset_of(frames.columns(frame)) is not None:
            continue
        yield infer_contract(frame, frames.kind(frames.columns(frame), args.dataset), _domain(group))


def _check(args: Namespace, cell: str | None, namespace: frames.Namespace) -> None:
    if cell is not None and args.frames:
        found = f"frames on the line ({', '.join(args.frames)}) and SQL below it"
        raise InputError(found, "one of the two: a line without frames, or no cell below it")
    if cell is None and not args.frames:
        known = " ".join(frames.names(namespace))
        raise InputError("no frame named", "the names of one or more frames", known or "--help")


def _prepare_call(group: DatasetGroup | None, namespace: frames.Namespace) -> frames.PrepareCall:
    if group is None:
        return frames.PLAIN
    # A call on the group takes its domain along; where no variable holds the group, the call says the domain.
    named = [name for name, value in namespace.items() if value is group and not name.startswith("_")]
    if named:
        return frames.PrepareCall(f"{named[-1]}.prepare")
    return frames.PrepareCall(domain="" if group.domain == "CUSTOM" else group.domain)


def _ready(
    name: str,
    frame: Any,
    args: Namespace,
    group: DatasetGroup | None,
    cell: str | None,
    prepare_call: frames.PrepareCall,
) -> Prepared:
    if isinstance(frame, Prepared):
        return _again(name, frame, args)
    columns = frames.columns(frame)
    told = frames.dataset_of(columns)
    if told is None:
        raise frames.guess(name, columns, args.dataset, sql=cell, prepare_call=prepare_call)
    dataset = args.dataset or told
    own = _own(columns, dataset, _domain(group))
    settings = {"on_invalid": args.on_invalid} if args.on_invalid else {}
    make: Callable[..., Prepared] = group.prepare if group else prepare
    try:
        return make(frame, dataset, metadata=own, **settings)
    except PdprepError as error:
        # The hint is one argument of prepare: it becomes the call, with the columns that the magic took
        # unasked.
        if cell is None and error.hint.startswith(("columns={", "metadata={")):
            error.hint = prepare_call.code(name, dataset, _with_own(error.hint, own))
        raise


def _with_own(arguments: str, own: Mapping[str, str]) -> str:
    """Return arguments of ``prepare`` with the columns of one's own that a magic takes unasked.

    >>> _with_own('metadata={"SIZE": pl.col("SIZE").cast(pl.String)}', {"SIZE": "SIZE", "BRAND": "BRAND"})
    'metadata={"BRAND": "BRAND", "SIZE": pl.col("SIZE").cast(pl.String)}'
    """
    code, _, _ = arguments.partition("  #")
    rest = ", ".join(f'"{name}": "{column}"' for name, column in own.items() if f'"{name}": ' not in code)
    if not rest:
        return code
    if "metadata={" in code:
        return code.replace("metadata={", f"metadata={{{rest}, ", 1)
    return f"{code}, metadata={{{rest}}}"


def _domain(group: DatasetGroup | None) -> Domain:
    return group.domain if group else "CUSTOM"


def _own(columns: list[str], dataset: str, domain: str) -> dict[str, str]:
    """Return the columns of one's own: written as fields are, and not the catalogue's."""
    known = {name for each in catalogue.DATASETS for name in _fields(each, domain)}
    extra = [name for name in columns if _OWN.fullmatch(name) and name not in known]
    return {name: name for name in extra}


def _fields(dataset: str, domain: str) -> list[str]:
    if dataset in catalogue.CUSTOM_ONLY and domain != "CUSTOM":
        return []
    return [row.field.name for row in catalogue.rows(dataset, domain)]


def _again(name: str, frame: Prepared, args: Namespace) -> Prepared:
    if args.dataset not in (None, frame.dataset):
        found = f"--dataset {args.dataset}"
        raise InputError(found, f"{name} is prepared for {frame.dataset}", f"--dataset {frame.dataset}")
    if args.on_invalid is None:
        return frame
    return replace(frame, options=replace(frame.options, on_invalid=args.on_invalid))
