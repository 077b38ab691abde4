"""Get interaction, item and user data into Amazon Personalize, and see which record counts when.

group = pdprep.connect("movies")                    # the local Personalize: no account needed
inter = group.prepare("ratings.csv", "interactions", columns={"USER_ID": "userId", "ITEM_ID": "movieId"})
group.bulk(inter).wait()                            # the history, by an import job
group.put(group.prepare("today.csv", like=inter))   # what came since, event by event
group.records("interactions")                       # which record went by which route
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pdprep import errors
from pdprep.errors import PdprepError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from pdprep import demo
    from pdprep.contract.contract import Contract
    from pdprep.contract.fields import Field
    from pdprep.engine.stage import Staged, stage
    from pdprep.engine.validate import validate
    from pdprep.group import DatasetGroup, connect
    from pdprep.ledger.records import Records
    from pdprep.personalize.jobs.job import Job
    from pdprep.preparation import transforms
    from pdprep.preparation.inference import infer_contract
    from pdprep.preparation.prepare import Prepared, prepare
    from pdprep.preparation.proposal import Proposal
    from pdprep.preparation.read import read
    from pdprep.validation.report import Report

__version__ = "0.1.0"

__all__ = [
    "Contract",
    "DatasetGroup",
    "Field",
    "Job",
    "PdprepError",
    "Prepared",
    "Proposal",
    "Records",
    "Report",
    "Staged",
    "__version__",
    "connect",
    "demo",
    "errors",
    "infer_contract",
    "load_ipython_extension",
    "prepare",
    "read",
    "stage",
    "transforms",
    "unload_ipython_extension",
    "validate",
]

# Where each public name lives; a module is its own home. Looked up on first use, so `import` stays light.
_MODULES = {
    "Contract": "pdprep.contract.contract",
    "DatasetGroup": "pdprep.group",
    "Field": "pdprep.contract.fields",
    "Job": "pdprep.personalize.jobs.job",
    "Prepared": "pdprep.preparation.prepare",
    "Proposal": "pdprep.preparation.proposal",
    "Records": "pdprep.ledger.records",
    "Report": "pdprep.validation.report",
    "Staged": "pdprep.engine.stage",
    "connect": "pdprep.group",
    "demo": "pdprep.demo",
    "infer_contract": "pdprep.preparation.inference",
    "prepare": "pdprep.preparation.prepare",
    "read": "pdprep.preparation.read",
    "stage": "pdprep.engine.stage",
    "transforms": "pdprep.preparation.transforms",
    "validate": "pdprep.engine.validate",
}


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics to a notebook: ``%load_ext pdprep``."""
    from pdprep.notebook import loading

    loading.load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Remove from the notebook exactly what ``%load_ext pdprep`` added."""
    from pdprep.notebook import loading

    loading.unload(shell)


if not TYPE_CHECKING:  # else a type checker would take any misspelt name for granted

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module 'pdprep' has no attribute {name!r}")
        home = import_module(_MODULES[name])
        value = globals()[name] = getattr(home, name, home)
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
