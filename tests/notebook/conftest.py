"""A real shell with the extension loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.ledger.effects import Training
from pdprep.ledger.record_files import BULK, ORDER, TIME
from pdprep.ledger.records import Records

QUIET = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})


@pytest.fixture(scope="session")
def one_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """Give the one shell that IPython allows a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        shell = InteractiveShell.instance(config=QUIET)
        yield shell
        InteractiveShell.clear_instance()


@pytest.fixture
def bare(one_shell: InteractiveShell, home: Path) -> Iterator[InteractiveShell]:
    """Give a shell without the extension, and a home of its own."""
    before = dict(one_shell.user_ns)
    yield one_shell
    one_shell.config.pop("PersonalizeMagics", None)
    # Not `reset`: it collects garbage, a third of a second each time.
    one_shell.user_ns.clear()
    one_shell.user_ns.update(before)


@pytest.fixture
def shell(bare: InteractiveShell) -> Iterator[InteractiveShell]:
    """Give a shell with the extension loaded."""
    bare.run_line_magic("load_ext", "pdprep")
    yield bare
    bare.run_line_magic("unload_ext", "pdprep")


@pytest.fixture(scope="session")
def records() -> Records:
    """Give 61 interactions by bulk and 5 by put, one of them sent by both routes."""
    contract = Contract.of("interactions").extend(Field("EVENT_TYPE"))
    bulk = _layer([(f"u{n}", f"i{n % 7}", n, "click") for n in range(61)], bulk=True)
    put = _layer([("u1", "i1", 1, "click"), *((f"v{n}", "i1", 100 + n, "tag") for n in range(4))], bulk=False)
    return Records("interactions", contract, {"import-1": bulk, "put-2": put}, Training("none"))


def _layer(rows: list[tuple[str, str, int, str]], *, bulk: bool) -> pl.LazyFrame:
    frame = pl.LazyFrame(rows, schema=["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"], orient="row")
    order = ((1 if bulk else 2) * 2**40 + pl.int_range(pl.len(), dtype=pl.Int64)).alias(ORDER)
    sent = pl.lit(1_767_225_600_000_000).cast(TIME).alias("SENT_AT")
    road = pl.lit("import-1" if bulk else "put-2").alias("IMPORT")
    return frame.with_columns(order, pl.lit(bulk).alias(BULK), road, sent, pl.lit("ACTIVE").alias("STATUS"))
