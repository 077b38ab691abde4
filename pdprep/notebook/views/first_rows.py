"""How the first rows of a frame fare under a mapping: they are prepared and validated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.rules import registry
from pdprep.engine.validate import validate
from pdprep.errors import PdprepError
from pdprep.preparation.calls import Own
from pdprep.preparation.prepare import Prepared, prepare
from pdprep.validation.report import Report

ROWS: Final = 1_000  # rows that are checked


@dataclass(frozen=True, eq=False)
class FirstRows:
    """The first rows, checked.

    Attributes:
        prepared: What ``prepare`` makes of them; None where it cannot.
        report: What validation says of that.
        trouble: Why it cannot.
    """

    prepared: Prepared | None = None
    report: Report | None = None
    trouble: str = ""

    @staticmethod
    def of(
        head: pl.DataFrame, dataset: DatasetType, domain: Domain, columns: Mapping[str, str], metadata: Own
    ) -> FirstRows:
        """Check rows under a mapping."""
        try:
            prepared = prepare(head, dataset, domain=domain, columns=columns, metadata=metadata)
            return FirstRows(prepared, validate(prepared))
        except PdprepError as error:
            return FirstRows(trouble=str(error))

    @property
    def bad(self) -> int:
        """How many rows break a rule."""
        return self.report.read - self.report.kept - self.report.duplicates if self.report else 0

    @cached_property
    def steps(self) -> dict[str, str]:
        """What is done to fill each field."""
        if self.prepared is None:
            return {}
        return dict(self.prepared.explain().steps.select("field", "what is done").iter_rows())

    def type_of(self, name: str) -> str:
        """Return the type of a field; nothing where a column is left out."""
        return self.prepared.contract.field(name).kind if self.prepared and name else ""

    def rows_of(self, name: str) -> str:
        """Return which rules the rows break in a field."""
        if not name:
            return ""
        broken = (
            f"{rows:,}: {says}" for rule, rows, _, says, _ in self._broken("row", pl.col("column") == name)
        )
        return "; ".join(broken) or ("fine" if self.report else "")

    def advice(self, dataset: DatasetType) -> list[str]:
        """Return what the rules say of the schema as a whole."""
        return [
            f"{column or dataset}: {says}. To fix it: {mend}"
            for _, _, column, says, mend in self._broken("schema", pl.lit(value=True))
        ]

    def _broken(self, scope: str, where: pl.Expr) -> Iterator[tuple[str, int, str, str, str]]:
        """Yield the broken rules of a scope: rule, rows, column, what it says, how to fix it."""
        if self.report is None:
            return
        found = self.report.counts.filter(pl.col("level") != "info", where)
        for row in found.select("rule", "rows", "column", "says", "mend").iter_rows():
            if registry.rule(row[0]).scope == scope:
                yield row
