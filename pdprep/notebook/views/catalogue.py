"""Which value shows itself by which functions: one row a class; none is imported before its use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pdprep.notebook.views import findings, group, job, plan, report, sheet, snapshot

Bundle = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """The forms of one class: text and HTML always, a widget where it has one."""

    module: str
    name: str
    text: Callable[[Any], str]
    html: Callable[[Any], str]
    widget: Callable[[Any], Bundle] | None = None


def _of_sheet(module: str, name: str, to_sheet: Callable[[Any], sheet.Sheet], widget: Any = None) -> View:
    return View(
        module,
        name,
        lambda value: sheet.text(to_sheet(value)),
        lambda value: sheet.html(to_sheet(value)),
        widget,
    )


def _own(module: str, name: str) -> View:
    """Return the view of a value that has its own text and HTML."""
    return View(module, name, str, lambda value: str(value._repr_html_()))


def _plans(show: Callable[[sheet.Sheet], str]) -> Callable[[Any], str]:
    return lambda plans: "\n".join(show(plan.sheet(each)) for each in plans)


def _records(value: Any) -> sheet.Sheet:
    from pdprep.notebook.views import records

    return records.sheet(value)


def _table(value: Any) -> Bundle:
    from pdprep.notebook.views.table import RecordsTable

    return _live(RecordsTable(value))


def _live(widget: Any) -> Bundle:
    found = widget._repr_mimebundle_()
    bundle: Bundle = dict(found[0] if isinstance(found, tuple) else found or {})
    bundle.pop("text/plain", None)
    return bundle


def _mapping(value: Any) -> sheet.Sheet:
    from pdprep.notebook.views import mapping, mapping_table

    return mapping.sheet(mapping.Mapper.of(value, mapping_table.written(value)))


def _choices(value: Any) -> Bundle:
    from pdprep.notebook.views import mapping, mapping_table

    return _live(mapping_table.MappingTable(mapping.Mapper.of(value, mapping_table.written(value))))


VIEWS: Final = (
    View(
        "pdprep.personalize.jobs.job",
        "Job",
        repr,
        lambda value: job.static(snapshot.take(value)),
    ),
    _of_sheet("pdprep.ledger.records", "Records", _records, _table),
    _of_sheet("pdprep.group", "DatasetGroup", group.sheet),
    _of_sheet("pdprep.personalize.jobs.history", "Jobs", group.jobs),
    _of_sheet("pdprep.personalize.planning.plan", "Plan", plan.sheet),
    View("pdprep.notebook.plans", "Plans", _plans(sheet.text), _plans(sheet.html)),
    View("pdprep.validation.report", "Report", report.text, report.html),
    _of_sheet("pdprep.preparation.proposal", "Proposal", _mapping, _choices),
    _of_sheet("pdprep.personalize.planning.check", "Check", findings.check),
    _of_sheet("pdprep.personalize.exports.verify", "Verification", findings.verification),
    _of_sheet("pdprep.engine.stage", "Staged", findings.staged),
    _own("pdprep.preparation.explanation", "Explanation"),
)
