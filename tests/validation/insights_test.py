"""What the data says about itself before anything is uploaded, and which use cases it is ready for."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Contract, Field, Prepared, Report, prepare, validate
from pdprep.contract import use_cases
from pdprep.contract.choices import DatasetType, Domain
from pdprep.local.operations.models.recipes import RECIPES
from pdprep.validation.outliers import outliers
from pdprep.validation.profile import Profile, edge, profile

TIME = 1_700_000_000
DAY = 86_400


def events(count: int = 2_000, *, domain: Domain = "VIDEO_ON_DEMAND", kind: str = "Watch") -> Prepared:
    frame = pl.DataFrame({"n": range(count)}).select(
        USER_ID=pl.col("n") % 50,
        ITEM_ID=pl.col("n") % 40,
        TIMESTAMP=TIME + pl.col("n") * DAY // 10,
        EVENT_TYPE=pl.lit(kind),
    )
    return prepare(frame, "interactions", domain=domain)


def items(
    count: int = 50, *, dataset: DatasetType = "items", id: str = "ITEM_ID", **columns: Any
) -> Prepared:
    frame = pl.DataFrame({id: range(count)}).with_columns(**columns)
    return prepare(
        frame, dataset, metadata={name: Field(name, nullable=True, **KINDS[name]) for name in columns}
    )


KINDS: dict[str, dict[str, Any]] = {
    "GENRE": {"categorical": True},
    "PLOT": {"textual": True},
    "TITLE": {"item_name": True},
    "WEIGHT": {"type": "float"},
}
N = pl.int_range(pl.len())
SOME = pl.when(N % 5 > 1).then(pl.lit("x"))  # 60 %
MOST = pl.when(N % 5 > 0).then(pl.lit("x"))  # 80 %


def found(report: Report, insight: str) -> list[tuple[Any, ...]]:
    rows = report.insights.filter(insight=insight)
    return rows.select("dataset", "column", "value", "concern").rows()


def test_items_users_and_actions_that_nobody_touched_and_those_that_nobody_knows() -> None:
    users = prepare(pl.DataFrame({"USER_ID": range(25), "AGE": 7}), "users", metadata={"AGE": "AGE"})
    report = validate(events(domain="CUSTOM"), items(50, GENRE=SOME), users)
    assert found(report, "items_untouched") == [("items", "ITEM_ID", 20.0, True)]
    assert found(report, "items_unknown") == [("interactions", "ITEM_ID", 0.0, False)]
    assert found(report, "users_untouched") == [("users", "USER_ID", 0.0, False)]
    assert found(report, "users_unknown") == [("interactions", "USER_ID", 50.0, True)]


def test_actions_have_insights_too() -> None:
    taken = pl.DataFrame({"USER_ID": ["u"], "ACTION_ID": ["3"], "EVENT_TYPE": ["Taken"], "TIMESTAMP": [TIME]})
    actions = prepare(
        pl.DataFrame({"ACTION_ID": range(4), "VALUE": 1.0, "LEVEL": "Basic"}),
        "actions",
        metadata={"LEVEL": "LEVEL"},
    )
    report = validate(prepare(taken, "action_interactions"), actions)
    assert found(report, "actions_untouched") == [("actions", "ACTION_ID", 75.0, True)]
    assert found(report, "actions_unknown") == [("action_interactions", "ACTION_ID", 0.0, False)]


@pytest.mark.parametrize(("values", "share", "concern"), [(SOME, 60.0, True), (MOST, 80.0, False)])
def test_how_complete_a_column_and_the_rows_are(values: pl.Expr, share: float, concern: bool) -> None:
    report = validate(items(GENRE=values))
    assert ("items", "GENRE", share, concern) in found(report, "column_incomplete")
    assert found(report, "rows_incomplete") == [("items", "", 100 - share, concern)]
    assert report.columns.filter(column="GENRE")["complete"].to_list() == [share]


def test_text_must_be_more_complete_than_the_rest() -> None:
    assert found(validate(items(PLOT=MOST)), "text_incomplete") == [("items", "PLOT", 80.0, True)]


def test_numbers_far_from_the_others() -> None:
    weights = pl.when(N == 7).then(9e9).otherwise(10.0 + N % 10)
    assert found(validate(items(200, WEIGHT=weights)), "outliers") == [("items", "WEIGHT", 1.0, True)]


@pytest.mark.parametrize(("count", "concern"), [(1_000, False), (1_001, True)])
def test_many_categories(count: int, concern: bool) -> None:
    many = items(count, GENRE=pl.concat_str(N, pl.lit("|more|than|that")))
    assert found(validate(many), "categories") == [("items", "GENRE", 1_001.0, True)]
    few = items(count, GENRE=N.cast(pl.String))
    assert found(validate(few), "categories") == [("items", "GENRE", count, concern)]


def test_few_interactions_and_users_and_one_time_for_all() -> None:
    report = validate(
        prepare(pl.DataFrame({"USER_ID": [1, 2], "ITEM_ID": 1, "TIMESTAMP": TIME}), "interactions")
    )
    concerns = report.insights.filter("concern")["insight"].to_list()
    small = ["interactions", "interactions_better", "users_with_two", "users_with_two_better"]
    assert concerns == [*small, "timestamps"]


def test_too_many_event_types_and_one_that_is_nearly_right() -> None:
    kinds = pl.concat_str(pl.lit("k"), N % 11)
    assert found(validate(_typed(kinds)), "event_types")[0][2:] == (11.0, True)
    near = validate(events(kind="watch"))
    assert "event_type_near" in near.counts["rule"]
    assert "event_type_near" not in validate(events()).counts["rule"]


def _typed(kinds: pl.Expr) -> Prepared:
    frame = events().frame.collect().with_columns(EVENT_TYPE=kinds)
    return prepare(frame, "interactions", domain="VIDEO_ON_DEMAND")


def films() -> Prepared:
    frame = pl.DataFrame({"ITEM_ID": range(40), "GENRES": "Drama", "CREATION_TIMESTAMP": TIME})
    return prepare(frame, "items", domain="VIDEO_ON_DEMAND")


def lacks(*prepared: Prepared, domain: Domain | None = None) -> dict[str, str]:
    """Return what each use case or recipe of the data's domain, or of another, lacks that is not ready."""
    found = validate(*prepared).ready.filter(~pl.col("ready"), domain=domain or prepared[0].contract.domain)
    return dict(found.select("use_case", "lacks").iter_rows())


def test_a_use_case_is_ready_when_its_events_are_there() -> None:
    assert lacks(events(kind="Watch"), films()) == {}
    assert lacks(events(kind="Watch"), films(), domain="CUSTOM") == {
        "Semantic-Similarity": f"a textual field of items, {NAMED}",
        "Item-Attribute-Affinity": WITHOUT,
        "Themed batch recommendations": f"a textual field of items, {TITLED}",
    }
    assert lacks(events(kind="Click"), films()) == {
        "Because you watched X": "1,000 Watch events",
        "Most popular": "1,000 Watch events",
    }
    assert lacks(events(domain="ECOMMERCE", kind="View")) == {
        "Best sellers": "1,000 Purchase events",
        "Frequently bought together": "1,000 Purchase events",
    }


NAMED = "a field of items with item_name=True"
WITHOUT = "a field of items that is neither reserved nor textual"
TITLED = "a string of items that is neither categorical nor textual, for the names"


def test_a_use_case_or_recipe_names_the_dataset_that_it_lacks() -> None:
    assert lacks(events(kind="Watch")) == {"More like X": "items"}
    assert lacks(events(domain="CUSTOM")) == {
        "Semantic-Similarity": "items",
        "Themed batch recommendations": "items",
        "Item-Attribute-Affinity": "items",
        "Next-Best-Action": "actions",
    }
    assert validate(items(GENRE=SOME)).ready["ready"].any() is False


def test_a_recipe_names_the_field_of_items_that_it_lacks() -> None:
    plot, genre = items(50, PLOT=SOME), items(50, GENRE=SOME)
    assert lacks(events(domain="CUSTOM"), plot)["Item-Attribute-Affinity"] == WITHOUT
    assert lacks(events(domain="CUSTOM"), plot)["Semantic-Similarity"] == NAMED
    found = lacks(events(domain="CUSTOM"), genre)
    assert found["Semantic-Similarity"] == f"a textual field of items, {NAMED}"
    assert "Item-Attribute-Affinity" not in found


def test_a_recipe_of_texts_alone_needs_no_interactions() -> None:
    assert lacks(events(10, domain="CUSTOM"), items(50, PLOT=SOME))["Semantic-Similarity"] == NAMED
    assert "Semantic-Similarity" not in lacks(events(10, domain="CUSTOM"), items(50, PLOT=SOME, TITLE=MOST))


@pytest.mark.parametrize("row", use_cases.ROWS, ids=lambda row: row.name)
def test_every_use_case_names_its_page(row: use_cases.UseCase) -> None:
    assert row.source


def test_every_recipe_of_a_custom_dataset_group_and_every_use_case_has_its_row() -> None:
    """Hold the rows against the ARNs that the local Personalize lists, written apart.

    The guide advises against the legacy recipes, so a report says nothing of them; the service lists them.
    """
    listed = [recipe for recipe in RECIPES if not recipe.name.startswith("aws-hrnn")]
    assert len(RECIPES) - len(listed) == 3
    ours = Counter(row.domain for row in use_cases.ROWS if row.recipe)
    assert ours == Counter(recipe.domain or "CUSTOM" for recipe in listed)
    names = {f"aws-{row.name.lower()}" for row in use_cases.of_domain("CUSTOM") if row.recipe}
    assert names == {recipe.name for recipe in listed if not recipe.domain}


CONTRACT = Contract.of("users").extend(
    Field("AGE", "int", nullable=True), Field("TAGS", nullable=True, categorical=True)
)
PEOPLE = st.lists(
    st.tuples(st.integers(-99, 99) | st.none(), st.sampled_from([None, "a", "b|c", "c"])), max_size=20
)


@given(PEOPLE, st.integers(0, 20))
def test_profiles_of_parts_add_up_to_that_of_the_whole(people: list[tuple[Any, ...]], cut: int) -> None:
    rows = [(f"u{n}", *each) for n, each in enumerate(people)]
    schema = {"USER_ID": pl.String, "AGE": pl.Int32, "TAGS": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    parts = profile(CONTRACT, frame.head(cut)) + profile(CONTRACT, frame.slice(cut))
    whole = Profile() + profile(CONTRACT, frame)
    assert (parts.rows, parts.incomplete, parts.columns) == (whole.rows, whole.incomplete, whole.columns)
    assert set(parts.ids["USER_ID"]) == set(whole.ids["USER_ID"])


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=50))
def test_a_bin_is_nine_percent_wide(numbers: list[float]) -> None:
    frame = pl.DataFrame({"USER_ID": "u", "AGE": numbers})
    contract = Contract.of("users").extend(Field("AGE", "float"))
    bins = sorted(profile(contract, frame).columns["AGE"].bins)
    assert abs(edge(bins[-1]) - max(numbers)) <= 0.1 * (abs(max(numbers)) + 1)
    assert outliers(dict.fromkeys(bins, 5)) >= 0


def test_html_shows_bars_and_escapes_names() -> None:
    page = validate(events(kind="<b>"))._repr_html_()
    assert "<b>" not in page
    assert page.count('class="pdprep-meter"') > 15
    for title in ("Columns", "Times", "Event types", "Ready for"):
        assert f"<summary>{title}</summary>" in page


def test_text_is_short_when_all_is_well() -> None:
    assert len(str(validate(events(), route="bulk")).splitlines()) == 2


def test_two_frames_of_one_dataset_type_are_known_together() -> None:
    """What both say is what one frame of both says, for any share of users that is in both."""
    rows = events(2_000, domain="CUSTOM").frame.collect()
    first, second = rows.gather_every(2), rows.gather_every(2, 1)
    once = rows.unique("USER_ID", keep="first", maintain_order=True)
    for parts in ((first, second), (once, rows.join(once, on=rows.columns, how="anti"))):
        apart = validate(*(prepare(part, "interactions") for part in parts))
        together = validate(prepare(rows, "interactions"))
        assert apart.insights.equals(together.insights)
        assert apart.columns.equals(together.columns)
        assert apart.ready.equals(together.ready)


def test_frames_of_one_type_may_have_other_columns() -> None:
    report = validate(items(40, GENRE=SOME), items(10, PLOT=MOST))
    found = report.columns.select("column", "filled", "complete").rows()
    assert found == [("ITEM_ID", 50, 100.0), ("GENRE", 24, 48.0), ("PLOT", 8, 16.0)]
