"""Whether every node of a cluster has what a task reads and writes; a frame of this process goes to disk."""

from __future__ import annotations

import os
import platform
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pdprep import disks
from pdprep.engine.executors.cluster import Cluster
from pdprep.engine.spill import spill
from pdprep.errors import InputError
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import ROW, Source

_HERE = 'engine="local"  # reads it on this machine'


class Node(NamedTuple):
    """What a node has: versions, and the paths that it lacks."""

    versions: tuple[str, ...]
    lacks: tuple[str, ...]


def describe_node(paths: Sequence[tuple[str, int]]) -> Node:
    """Say which files of these sizes, or folders (-1), are not on this node."""
    lacks = tuple(path for path, size in paths if _size(path) != size)
    return Node((import_module("pdprep").__version__, pl.__version__, platform.python_version()), lacks)


@contextmanager
def placed(cluster: Cluster, prepared: Prepared, scratch: Path | None = None) -> Iterator[Prepared]:
    """Give the frame over files that every node reads.

    Raises:
        InputError: What it reads is on this machine alone, or in this process, and there are other nodes.
    """
    source = prepared.source
    files = [
        (file, os.path.getsize(file)) for file in source.files if "://" not in file and os.path.exists(file)
    ]
    check(cluster, files)
    if source.kind not in ("", "Excel"):
        yield prepared
        return
    if len(cluster.nodes) > 1:
        raise InputError(
            f"{source.label}, which is in this process alone, and Ray has {len(cluster.nodes)} nodes",
            "files that every node reads: Parquet in S3, as a rule", _HERE,
        )  # fmt: skip
    # Written once: a task would else carry all rows along, or compute the user's query again.
    with spill(scratch) as folder, disks.told(folder):
        file = folder / "frame.ipc"
        with reading(source):
            source.frame.drop(ROW).sink_ipc(file, compression="uncompressed")
        frame = pl.scan_ipc(file, glob=False, row_index_name=ROW)
        yield replace(prepared, source=Source(source.label, frame, (str(file),), kind="Arrow IPC"))


def check_folder(cluster: Cluster, folder: Path) -> None:
    """Refuse a folder to write to that is not the same on every node.

    Raises:
        InputError: Another node does not have it.
    """
    # A folder of that name on another node may be another folder: only a new file in it tells.
    mark = folder / f".pdprep-{uuid.uuid4().hex}"
    mark.touch()
    try:
        check(cluster, [(str(mark), 0)], folder)
    finally:
        with suppress(OSError):
            mark.unlink()


def check(cluster: Cluster, paths: Sequence[tuple[str, int]], folder: Path | None = None) -> None:
    """Refuse paths that are not on every node, and nodes with other versions than here.

    Raises:
        InputError: A node lacks a path, or has another version of pdprep, Polars or Python.
    """
    # Expressions and rows go from one process to another in forms that belong to one version of each library,
    # and the bytes of a part must not depend on the node that wrote it.
    here, nodes = describe_node([]), cluster.on_nodes(describe_node, list(paths))
    for found in nodes:
        if found.versions != here.versions:
            raise InputError(
                f"a node of Ray has pdprep, Polars and Python {', '.join(found.versions)}",
                f"those of this process on every node: {', '.join(here.versions)}",
                f'pip install "pdprep[ray]=={here.versions[0]}" "polars=={here.versions[1]}"  # on each node',
            )
    lacking = [found.lacks for found in nodes if found.lacks]
    if lacking:
        raise InputError(
            f"{folder or lacking[0][0]} is not on {len(lacking)} of the {len(nodes)} nodes of Ray",
            "a path that every node has (s3://, or a disk that they share)", _HERE,
        )  # fmt: skip


def _size(path: str) -> int | None:
    with suppress(OSError):
        return os.path.getsize(path)
    return None
