"""Loading adds, unloading removes exactly what was added."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.notebook.loading import NAMES


def everything(shell: InteractiveShell) -> dict[str, Any]:
    shell.find_line_magic("load_ext")  # IPython adds the class of this one on its first use
    formatter: Any = shell.display_formatter
    extensions: Any = shell.extension_manager
    tables = [
        formatter.ipython_display_formatter,
        formatter.mimebundle_formatter,
        *formatter.formatters.values(),
    ]
    return {
        "magics": {kind: set(found) for kind, found in shell.magics_manager.magics.items()},
        "registry": set(shell.magics_manager.registry),
        "configurables": [id(each) for each in shell.configurables],
        "deferred": [dict(table.deferred_printers) for table in tables],
        "printers": [set(table.type_printers) for table in tables],
        "matchers": list(shell.Completer.custom_matchers),
        "extensions": set(extensions.loaded),
    }


def test_load_unload_load(bare: InteractiveShell) -> None:
    before = everything(bare)
    for _ in range(2):
        bare.run_line_magic("load_ext", "pdprep")
        assert set(NAMES) <= set(bare.magics_manager.magics["line"])
        bare.run_line_magic("unload_ext", "pdprep")
        assert everything(bare) == before


def test_unload_also_removes_what_was_used_meanwhile(bare: InteractiveShell) -> None:
    before = everything(bare)
    bare.run_line_magic("load_ext", "pdprep")
    bare.run_cell("import polars as pl, pdprep\nframe = pl.DataFrame({'USER_ID': ['1'], 'AGE': [2]})")
    bare.run_cell("pdprep.prepare(frame, 'users', metadata={'AGE': 'AGE'}).explain()")
    bare.run_line_magic("unload_ext", "pdprep")
    assert everything(bare) == before


@pytest.mark.parametrize(("name", "value"), [("wait", "0"), ("display", "html")])
def test_it_is_configured(shell: InteractiveShell, name: str, value: str) -> None:
    shell.run_line_magic("config", f"PersonalizeMagics.{name} = '{value}'")
    assert getattr(shell.magics_manager.registry["PersonalizeMagics"], name) == value
