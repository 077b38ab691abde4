"""The form of the ids of each dataset: what comes later has the same, or is stopped before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pdprep.ledger.ledger import Ledger
from pdprep.preparation import ids
from pdprep.preparation.ids import Form
from pdprep.preparation.ids_told import IdForms
from pdprep.preparation.prepare import Prepared

FORMS: Final[dict[str, Form]] = {"undone": ids.UNDONE, "text": ids.TEXT}


def known(ledger: Ledger, dataset: str) -> dict[str, Form]:
    """Return the form of each id field of which ids with a point were sent."""
    return {name: FORMS[form] for name, form in ledger.journal.id_forms(dataset).items()}


def following(ledger: Ledger, prepared: Prepared) -> Prepared:
    """Return a frame whose ids will be read in the form that its dataset has."""
    forms = prepared.id_forms
    return replace(
        prepared, id_forms=IdForms(forms.asked, {**forms.given, **known(ledger, prepared.dataset)})
    )


def check(ledger: Ledger, prepared: Prepared) -> None:
    """Hold a frame that has been read to the form that the ids of its dataset have.

    Raises:
        IdFormError: Its ids are in another one, and nobody asked for that.
    """
    before, forms = known(ledger, prepared.dataset), prepared.id_forms
    for name in prepared.contract.ids:
        has, comes = before.get(name), forms.found.get(name)
        # Ids without a point are the same in both forms, so a column of these says nothing and fits either.
        if has and comes and has != comes and name not in forms.asked:
            raise ids.differs(name, has, comes, f"the dataset {prepared.dataset}")


def keep(ledger: Ledger, prepared: Prepared) -> None:
    """Write down the forms of the ids of a frame that is being sent."""
    found = {name: prepared.id_forms.found.get(name) for name in prepared.contract.ids}
    ledger.journal.keep_id_forms(prepared.dataset, {name: form for name, form in found.items() if form})
