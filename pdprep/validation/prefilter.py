"""The prefilter: which checks a batch may fail, told by its statistics before any row is asked."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pdprep.contract.batch_statistics import of_csv
from pdprep.contract.contract import Contract
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.validation.row_checks import RowCheck
from pdprep.validation.statistics import BatchStatistics


class Prefilter:
    """Clears a batch of the checks that no row of it can fail.

    Args:
        checks: What ``row_checks`` returns.
        encoded: What is encoded in the batches.
        contract: The contract of the rows, where columns are to be told that the CSV may have to quote.
    """

    def __init__(
        self, checks: Sequence[RowCheck], encoded: EncodedFrame | None, contract: Contract | None
    ) -> None:
        dictionaries = encoded.dictionaries if encoded else {}
        self._checks, self._csv = checks, of_csv(contract) if contract else {}
        # A dictionary holds every text of its column, so that is held to the rule itself.
        self._of_texts = frozenset(
            check
            for check in checks
            if not check.of_nulls and check.columns and check.columns <= {check.column} & dictionaries.keys()
        )
        wanted = [each for check in checks if check not in self._of_texts for each in check.measured]
        self._statistics = BatchStatistics(
            [*wanted, *self._csv.items()], self._of_texts, dictionaries, encoded.marked if encoded else ()
        )

    def __call__(self, rows: pl.DataFrame) -> tuple[list[RowCheck], frozenset[str]]:
        """Return the checks that each row has to be held to, and the columns that may have to be quoted."""
        statistics, failing = self._statistics(rows)
        # A check is left out only where no row of the batch can fail it: a "perhaps" too many costs time and
        # changes nothing. A check that no statistics can clear, as one of the user's own, is always asked.
        asked = [
            check
            for check in self._checks
            if (
                check in failing
                if check in self._of_texts
                else check.may_fail is None or check.may_fail(statistics)
            )
        ]
        quoted = [name for name, each in self._csv.items() if getattr(statistics[name], each)]
        return asked, frozenset(quoted)
