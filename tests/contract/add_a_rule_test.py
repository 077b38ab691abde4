"""A rule is one object: who adds one sees it in report, Pandera schema, page and prefilter."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
import pytest

from pdprep import Contract, Field, prepare, validate
from pdprep.clock import now
from pdprep.contract.rules import criteria, registry
from pdprep.contract.rules.rule import Criterion, RecordRule, ValueRule
from pdprep.contract.rules_page import page
from pdprep.validation.prefilter import Prefilter
from pdprep.validation.row_checks import row_checks

SHORT_CITY = ValueRule(
    name="city_length",
    level="error",
    stops="put",
    text="a city has more than 9 characters",
    mend='frame.lazy().with_columns(pl.col("$column").str.slice(0, 9))',
    source="a page of the guide",
    limit=9,
    applies=lambda at: at.name == "CITY",
    criterion=criteria.longer(9),
)
SAME = RecordRule(
    name="same_city",
    level="warning",
    stops="none",
    text="a user bears the name of a city",
    mend="look at them",
    source="a page of the guide",
    shown="USER_ID",
    applies=lambda at: "CITY" in at.schema.names,
    criterion=Criterion(lambda at: pl.col("USER_ID") == pl.col("CITY")),
)
CONTRACT = Contract.of("users").extend(Field("CITY", categorical=True))
FRAME = pl.DataFrame({"who": ["a", "Bonn", "c"], "town": ["Bern", "Bonn", "Königsberg"]})
COLUMNS = {"USER_ID": "who", "CITY": "town"}
PREPARED = prepare(FRAME, CONTRACT, columns=COLUMNS)


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RULES", (*registry.RULES, SHORT_CITY, SAME))


def test_the_report_names_its_rows_its_route_and_its_fix() -> None:
    report = validate(PREPARED)
    assert report.failures.select("row", "column", "rule", "value").rows() == [
        (1, "USER_ID", "same_city", None),
        (2, "CITY", "city_length", "Königsberg"),
    ]
    assert (report.stops("put"), report.stops("bulk")) == (True, False)
    mend = report.counts.filter(rule="city_length")["mend"].item()
    assert mend == 'frame.lazy().with_columns(pl.col("town").str.slice(0, 9))'
    mended = prepare(eval(mend, {"frame": FRAME, "pl": pl}), CONTRACT, columns=COLUMNS)
    assert validate(mended).counts.filter(rule="city_length").is_empty()


def test_pandera_finds_the_same_rows() -> None:
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        PREPARED.contract.to_pandera().validate(PREPARED.frame.collect(), lazy=True)
    cases = caught.value.failure_cases.select("check", "index").unique().sort("index")
    assert cases.rows() == [("same_city", 1), ("city_length", 2)]
    bulk = PREPARED.contract.to_pandera(route="bulk", level="error")
    assert bulk.validate(PREPARED.frame.collect(), lazy=True).height == 3


def test_it_stands_on_the_page() -> None:
    assert (
        "| `city_length` | error | put | 9 | a city has more than 9 characters | a page of the guide |"
        in page()
    )


def test_the_prefilter_clears_a_batch_that_cannot_break_it() -> None:
    rows = PREPARED.rows.collect()
    prefilter = Prefilter(row_checks(PREPARED, now()), None, None)
    asked = [[each.rule.name for each in prefilter(batch)[0]] for batch in (rows.head(1), rows)]
    assert "city_length" not in asked[0]
    assert "city_length" in asked[1]
    assert "same_city" in asked[0]  # no statistic clears it, so each row is asked
