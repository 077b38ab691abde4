"""What a report says of how values were written: lists as text, untidy categories, times without a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from pdprep import Field, Report, infer_contract, prepare, transforms, validate
from pdprep.errors import MappingError
from tests.preparation.frames import one

TAGS = {"TAGS": Field("TAGS", nullable=True, categorical=True)}
LISTS = ['["a", "b"]', "['a', 'b']", "{a,b}", "('a', 'b')"]
NOON = datetime(2026, 1, 5, 12)
SPOKEN = "times without a zone"


def films(*tags: str | None) -> pl.DataFrame:
    return pl.DataFrame({"ITEM_ID": [str(n) for n in range(len(tags))], "TAGS": tags})


def judged(frame: Any) -> Report:
    return validate(prepare(frame, "items", metadata=TAGS))


def concerns(report: Report) -> dict[str, float]:
    found = report.insights.filter("concern", pl.col("insight").str.starts_with("categories_"))
    return dict(found.select("insight", "value").rows())


@pytest.mark.parametrize("text", LISTS)
def test_field_5_a_list_written_as_text_is_an_insight_and_split_cures_it(text: str) -> None:
    report = judged(films(text, "c"))
    assert concerns(report) == {"categories_as_list": 1}
    assert "items.TAGS: 1 different values are lists written as text" in str(report)
    cured = transforms.split(films(text, "c").lazy(), "TAGS")
    assert concerns(judged(cured)) == {}
    assert prepare(cured, "items", metadata=TAGS).rows.collect()["TAGS"].to_list() == ["a|b", "c"]


@pytest.mark.parametrize("text", ['{"a": 1}', '[{"a": 1}]', "{'a': 1}"])
def test_field_5_an_object_written_as_text_is_no_list(text: str) -> None:
    assert concerns(judged(films(text, "c"))) == {"categories_as_objects": 1}


@pytest.mark.parametrize(
    "texts",
    [["12,50 €", "3,00 €"], ["$12.50", "$1,299.00"], ["1.299", "12,50"], ["1,299", "899"], ["EUR 12", "7,-"]],
)
def test_field_e_amounts_that_became_categories_are_an_insight_and_prices_cures_it(texts: list[str]) -> None:
    assert concerns(judged(films(*texts))) == {"categories_as_money": 2}
    cured = transforms.prices(films(*texts).lazy(), "TAGS", decimal=",")
    assert prepare(cured, "items", metadata={"TAGS": "TAGS"}).contract.field("TAGS").type == "float"


@pytest.mark.parametrize("texts", [["12", "7"], ["10,S", "12,M"], ["$", "$$"], ["A4", "12a"]])
def test_field_e_other_categories_are_no_amounts(texts: list[str]) -> None:
    assert "categories_as_money" not in concerns(judged(films(*texts)))


@pytest.mark.parametrize(
    ("texts", "doubt"),
    [
        (["1.299", "899", None], 1),
        ([" 1.299 ", "12.999"], 2),
        (["1.299", "2.49"], 0),
        (["1.299", "0.5"], 0),
        (["1.299", "1899"], 0),
        (["899", "12"], 0),
    ],
)
def test_field_e_numbers_that_may_be_thousands_are_said(texts: list[str | None], doubt: int) -> None:
    frame = films(*texts)
    own = {"TAGS": Field("TAGS", "float", nullable=True)}
    found = validate(prepare(frame, "items", metadata=own)).insights.filter(insight="numbers_as_thousands")
    assert found["value"].to_list() == [doubt] * bool(doubt)
    reason = infer_contract(frame, "items").reasons.filter(column="TAGS")["reason"].item()
    assert ("transforms.prices" in reason) == bool(doubt)


def test_field_e_the_hint_of_an_amount_of_two_meanings_names_the_sign_of_the_others() -> None:
    frame = films(*["1.299", "12,50"] * 100)  # so many that each of Polars' threads sees both
    with pytest.raises(MappingError) as caught:
        frame.lazy().pipe(transforms.prices, "TAGS").collect()
    cured = eval(caught.value.hint, {"frame": frame, "transforms": transforms})
    assert cured.collect()["TAGS"].to_list() == [1299, 12.5] * 100


@pytest.mark.parametrize("sign", [", ", ",", ";", "/"])
def test_field_5_categories_joined_by_another_sign_are_an_insight(sign: str) -> None:
    texts = [sign.join(each) for each in (["a", "b"], ["b", "c"], ["a", "c"], ["a"])]
    assert concerns(judged(films(*texts))) == {"categories_joined": 3}
    cured = transforms.split(films(*texts).lazy(), "TAGS", separator=sign.strip())
    assert concerns(judged(cured)) == {}


def test_field_5_a_comma_in_a_name_is_no_concern() -> None:
    assert concerns(judged(films("Crime, Mystery & Thriller", "Arts, Crafts", "Books"))) == {}


def test_field_5_prose_with_commas_is_no_concern() -> None:
    plots = [f"A heist, {word}, and no way out." for word in ("a wedding", "a party", "a trial")]
    assert concerns(judged(films(*plots, "A heist, a trial."))) == {}


@pytest.mark.parametrize(
    "text", ["Action|Action", "Action | Drama", "a||b", "|", "a|", "N/A", "none|b", "Drama|n/a", " a"]
)
def test_facts_missing_6_untidy_categories_are_an_insight_and_one_call_cleans_them(text: str) -> None:
    assert concerns(judged(films(text, "c", text))) == {"categories_untidy": 1}
    assert concerns(judged(transforms.split(films(text, "c").lazy(), "TAGS"))) == {}


@pytest.mark.parametrize("text", ["Action|Drama", "Sci-Fi", "NA", "Noneteen", "x (y)", None])
def test_facts_missing_6_tidy_categories_are_none(text: str | None) -> None:
    assert concerns(judged(films(text, "c"))) == {}


@pytest.mark.parametrize(
    "times", [["2026-01-05 12:00"], [NOON], [NOON.date()], ["2026-01-05T12:00:00Z", "5 Jan 2026"]]
)
def test_field_h_times_without_a_zone_are_said_in_report_and_explanation(times: list[Any]) -> None:
    prepared = prepare(one("TIMESTAMP", times), "interactions")
    report = validate(prepared)
    assert report.insights.filter(insight="time_zone").select("column", "value").rows() == [("TIMESTAMP", 1)]
    assert f"look at interactions.TIMESTAMP: {SPOKEN}" in str(report)
    assert "without a zone, taken as UTC" in str(prepared.explain())


@pytest.mark.parametrize(
    "times", [["2026-01-05T12:00:00Z"], [NOON.replace(tzinfo=UTC)], [1_767_614_400], ["1767614400"]]
)
def test_field_h_times_with_a_zone_and_numbers_are_not(times: list[Any]) -> None:
    prepared = prepare(one("TIMESTAMP", times), "interactions")
    assert validate(prepared).insights.filter(insight="time_zone").is_empty()
    assert "without a zone, taken as UTC" not in str(prepared.explain())
