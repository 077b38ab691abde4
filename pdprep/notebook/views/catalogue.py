"""Which value shows itself by which functions: one row a class; none is imported before its use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pdprep.notebook.views import findings, group, job_html, names, plan, report, sheet, snapshot


@dataclass(frozen=True, slots=True)
class View:
    """The forms of one class: text and HTML always, and a live one where there is something to do.

    Attributes:
        live: Returns the widget of a value, and the text and HTML behind it, which stay in a saved notebook.
    """

    module: str
    name: str
    text: Callable[[Any], str]
    html: Callable[[Any], str]
    live: Callable[[Any], tuple[Any, dict[str, str]]] | None = None


def _of_sheet(module: str, name: str, to_sheet: Callable[[Any], sheet.Sheet], live: Any = None) -> View:
    return View(
        module,
        name,
        lambda value: sheet.to_text(to_sheet(value)),
        lambda value: sheet.to_html(to_sheet(value)),
        live,
    )


def _own(module: str, name: str) -> View:
    """Return the view of a value that has its own text and HTML."""
    return View(module, name, str, lambda value: str(value._repr_html_()))


def _plans(show: Callable[[sheet.Sheet], str]) -> Callable[[Any], str]:
    return lambda plans: "\n".join(show(plan.sheet(each)) for each in plans)


def _records(value: Any) -> sheet.Sheet:
    from pdprep.notebook.views import records

    return records.sheet(value)


def _table(value: Any) -> tuple[Any, dict[str, str]]:
    from pdprep.notebook.views.table import RecordsTable

    found = _records(value)
    table = RecordsTable(value)
    return table, _forms(found, table.behind, answered=True)


def _mapper(value: Any) -> Any:
    from pdprep.notebook.views import mapping

    return mapping.Mapper.of(value, names.of_source(value))


def _mapping(value: Any) -> sheet.Sheet:
    from pdprep.notebook.views import mapping

    return mapping.sheet(_mapper(value))


def _choices(value: Any) -> tuple[Any, dict[str, str]]:
    from pdprep.notebook.views import mapping, mapping_table

    mapper = _mapper(value)
    table = mapping_table.MappingTable(mapper)
    return table, _forms(mapping.sheet(mapper), table.behind)


def _forms(found: sheet.Sheet, behind: str, *, answered: bool = False) -> dict[str, str]:
    return {"text/plain": sheet.to_text(found), "text/html": sheet.to_html(found, behind, answered=answered)}


VIEWS: Final = (
    View(
        "pdprep.personalize.jobs.job",
        "Job",
        repr,
        lambda value: job_html.static(snapshot.take(value)),
    ),
    _of_sheet("pdprep.ledger.records", "Records", _records, _table),
    _of_sheet("pdprep.group", "DatasetGroup", group.sheet),
    _of_sheet("pdprep.personalize.jobs.history", "Jobs", group.jobs),
    _of_sheet("pdprep.personalize.planning.plan", "Plan", plan.sheet),
    View("pdprep.personalize.planning.plan", "Plans", _plans(sheet.to_text), _plans(sheet.to_html)),
    View("pdprep.validation.report", "Report", report.to_text, report.to_html),
    _of_sheet("pdprep.preparation.proposal", "Proposal", _mapping, _choices),
    _of_sheet("pdprep.personalize.planning.check", "Check", findings.check),
    _of_sheet("pdprep.personalize.exports.verify", "Verification", findings.verification),
    _of_sheet("pdprep.engine.stage", "Staged", findings.staged),
    _own("pdprep.preparation.explanation", "Explanation"),
)
