"""Prepare a source for a dataset of a group: its schema rules, and ids keep their form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

from pdprep.contract import catalogue
from pdprep.contract.choices import DatasetType
from pdprep.contract.contract import Contract
from pdprep.group.connected import Connected
from pdprep.ledger import forms
from pdprep.personalize.imports import alignment
from pdprep.personalize.resources import reading
from pdprep.preparation.dialects import TextArguments
from pdprep.preparation.ids import Form
from pdprep.preparation.mapping import Columns, Metadata
from pdprep.preparation.prepare import OnInvalid, Prepared, prepare


class Preparing(Connected):
    """Prepares frames as the datasets of a group take them."""

    def prepare(
        self,
        source: object,
        dataset: DatasetType | Contract | None = None,
        *,
        columns: Columns | None = None,
        metadata: Metadata | None = None,
        like: Prepared | None = None,
        on_invalid: OnInvalid = "raise",
        max_invalid: float | None = None,
        dedupe_on: Sequence[str] = (),
        id_forms: Mapping[str, Form] | None = None,
        **text: Unpack[TextArguments],
    ) -> Prepared:
        """Prepare a source for a dataset of this group; see ``pdprep.prepare``.

        Once the dataset exists its schema rules: a missing nullable column becomes null, an extra one is left
        out and named by ``.explain()``; a warning names one that was asked for. Ids keep their form.
        """
        kind = dataset.dataset if isinstance(dataset, Contract) else dataset
        deployed = self._target.deployed(catalogue.dataset_name(kind)) if kind and not like else None
        source = reading.opened(self.environment, source, text, like)
        # A schema that exists decides: what was given of a contract only says which dataset is meant.
        found = prepare(
            source, None if deployed else dataset, domain=self.domain, columns=columns, metadata=metadata,
            like=like, on_invalid=on_invalid, max_invalid=max_invalid, dedupe_on=dedupe_on, deployed=deployed,
            id_forms=id_forms, **text,
        )  # fmt: skip
        return alignment.warned(forms.following(self._target.ledger, found), deployed, dataset)
