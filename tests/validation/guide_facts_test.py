"""What the current developer guide says of rows and datasets, fact by fact."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from pdprep import Contract, Field, Prepared, prepare, validate
from pdprep.contract import limits
from pdprep.contract.choices import DatasetType, Domain
from pdprep.validation.actions import DAY, Actions
from pdprep.validation.breaches import breaches
from pdprep.validation.summary import Summary

TIME = 1_700_000_000
NEXT_MONTH = TIME + 30 * DAY
FILM_OF_1940 = -946_771_200
LEVEL = {"LEVEL": Field("LEVEL", categorical=True)}


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDPREP_CLOCK", "2023-11-14T22:13:20Z")


def broken(prepared: Prepared, route: Any = None) -> dict[str, str]:
    """Return the rules that a frame breaks, infos left out, with their levels."""
    counts = validate(prepared, route=route).counts.filter(pl.col("level") != "info")
    return dict(counts.select("rule", "level").iter_rows())


def actions(**columns: Any) -> Prepared:
    return prepare(pl.DataFrame({"ACTION_ID": ["a"], "LEVEL": "Basic"} | columns), "actions", metadata=LEVEL)


@pytest.mark.parametrize("form", ["number", "text", "moment"])
def test_facts_1_an_action_expires_in_the_future(form: str) -> None:
    moment = datetime.fromtimestamp(NEXT_MONTH, UTC)
    value = {"number": NEXT_MONTH, "text": moment.isoformat(), "moment": moment}[form]
    prepared = actions(ACTION_EXPIRATION_TIMESTAMP=[value])
    assert broken(prepared) == {}
    assert prepared.frame.collect()["ACTION_EXPIRATION_TIMESTAMP"].to_list() == [NEXT_MONTH]
    assert broken(actions(ACTION_EXPIRATION_TIMESTAMP=[4_102_444_800])) == {}


@pytest.mark.parametrize("dataset", ["interactions", "action_interactions"])
@pytest.mark.parametrize(
    ("time", "rule"), [(TIME + DAY + 1, "timestamp_future"), (315_532_799, "timestamp_past")]
)
def test_facts_1_only_the_times_of_events_have_a_range(dataset: DatasetType, time: int, rule: str) -> None:
    ids = {"USER_ID": ["u"], "ITEM_ID": ["i"], "ACTION_ID": ["a"], "EVENT_TYPE": ["Taken"]}
    own = {"SIGNUP_TIMESTAMP": Field("SIGNUP_TIMESTAMP", "long")}
    for name, found in (("TIMESTAMP", {rule: "error"}), ("SIGNUP_TIMESTAMP", {})):
        frame = pl.DataFrame(ids | {"TIMESTAMP": [TIME], "SIGNUP_TIMESTAMP": [TIME]} | {name: [time]})
        assert broken(prepare(frame, dataset, metadata=own), "put") == found


@pytest.mark.parametrize("time", [FILM_OF_1940, NEXT_MONTH, 157_766_400, -1, TIME])
def test_facts_2_films_are_of_any_year(time: int) -> None:
    frame = pl.DataFrame({"ITEM_ID": ["i"], "GENRES": ["Drama"], "CREATION_TIMESTAMP": [time]})
    owns: dict[Domain, dict[str, Field]] = {
        "VIDEO_ON_DEMAND": {},
        "CUSTOM": {"GENRES": Field("GENRES", categorical=True)},
    }
    for domain, own in owns.items():
        prepared = prepare(frame, "items", domain=domain, metadata=own)
        assert broken(prepared) == {}
        assert prepared.frame.collect()["CREATION_TIMESTAMP"].to_list() == [time]


@pytest.mark.parametrize("time", [0, 1995, 19_700, 20_240_131, -6_000_000_000, TIME + 4_000 * DAY])
def test_facts_2_what_looks_like_another_unit_is_a_warning(time: int) -> None:
    frame = pl.DataFrame({"ITEM_ID": ["i"], "GENRES": ["Drama"], "CREATION_TIMESTAMP": [time]})
    assert broken(prepare(frame, "items", domain="VIDEO_ON_DEMAND")) == {"time_implausible": "warning"}


def test_facts_3_value_is_a_whole_number_from_1_to_10_and_a_frequency_has_at_most_30_days() -> None:
    good = actions(VALUE=[10.0], REPEAT_FREQUENCY=["30"])
    assert (good.contract.field("VALUE").kind, broken(good)) == ("long or null", {})
    assert good.frame.collect().select("VALUE", "REPEAT_FREQUENCY").row(0) == (10, 30)
    assert broken(actions(VALUE=[0])) == broken(actions(VALUE=[11])) == {"action_value": "error"}
    assert broken(actions(REPEAT_FREQUENCY=[31])) == {"repeat_frequency": "error"}


def test_facts_4_the_type_of_an_action_is_plain_text() -> None:
    assert actions(TYPE=["reward"]).contract.field("TYPE").kind == "string or null"


def test_facts_5_action_interactions_have_impressions_and_recommendation_ids() -> None:
    frame = pl.DataFrame({"USER_ID": ["u"], "ACTION_ID": ["a"], "EVENT_TYPE": ["Taken"], "TIMESTAMP": [TIME]})
    more = frame.with_columns(IMPRESSION=pl.lit("a|b"), RECOMMENDATION_ID=pl.lit("r"), SESSION_ID=pl.lit("s"))
    prepared = prepare(more, "action_interactions")
    assert broken(prepared, "put") == {}
    assert {"IMPRESSION", "RECOMMENDATION_ID"} < {*prepared.contract.columns}
    assert prepared.contract.put_only == ("SESSION_ID",)
    assert "impression_count" in broken(
        prepare(more.with_columns(IMPRESSION=pl.lit("a|" * 25 + "b")), like=prepared), "put"
    )


def test_facts_10_how_many_items_which_recipes_consider() -> None:
    (found,) = (rule for rule, _ in breaches(Contract.of("items"), Summary(750_001, 750_001), None))
    assert "Semantic-Similarity (up to 10,000,000)" in found.text


def test_facts_13_which_columns_the_ten_count() -> None:
    contract = Contract.of("interactions").extend(
        Field("EVENT_TYPE"), Field("EVENT_VALUE", "float"), Field("DEVICE", categorical=True),
        Field("IMPRESSION"), Field("RECOMMENDATION_ID"), Field("EVENT_ATTRIBUTION_SOURCE"),
    )  # fmt: skip
    for types, found in ((7, []), (8, [11])):
        summary = Summary(50_000, 2_000, 1_000, {f"t{n}": 1 for n in range(types)}, 1, 2)
        each = breaches(contract, summary, None)
        assert [figure for rule, figure in each if rule.name == "event_types_and_metadata"] == found


@pytest.mark.parametrize("dataset", ["items", "users", "actions"])
def test_facts_15_long_text_stops_the_import_of_every_kind_of_record(dataset: DatasetType) -> None:
    key = Contract.of(dataset).key
    own = {"NOTE": Field("NOTE"), **LEVEL}
    for length, found in ((1_000, set()), (1_001, {"string_length"})):
        frame = pl.DataFrame({key: ["a"], "NOTE": "x" * length, "LEVEL": "y"})
        stopped = validate(prepare(frame, dataset, metadata=own), route="bulk").blocking("bulk")
        assert set(stopped["rule"]) == found


WORDS = ["null", "NULL", "undefined", "None", "NaN", "[object Object]"]


@pytest.mark.parametrize("word", WORDS)
def test_facts_17_a_word_for_nothing_stops_a_put_as_a_session(word: str) -> None:
    frame = pl.DataFrame({"USER_ID": ["u"], "ITEM_ID": ["i"], "TIMESTAMP": [TIME], "SESSION_ID": [word]})
    assert broken(prepare(frame, "interactions"), "put") == {"session_id_word": "error"}
    stands_in = frame.with_columns(USER_ID=pl.lit(word), SESSION_ID=pl.lit(None, pl.String))
    for each in (stands_in, stands_in.drop("SESSION_ID")):
        report = validate(prepare(each, "interactions"), route="put")
        assert report.blocking("put")["rule"].to_list() == ["session_of_user_word"]
        assert "id_word" in report.counts["rule"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("route", ["bulk", "put"])
def test_facts_17_as_an_id_it_is_a_counted_warning(word: str, route: Any) -> None:
    frame = pl.DataFrame({"USER_ID": ["u"], "ITEM_ID": [word], "TIMESTAMP": [TIME], "SESSION_ID": ["s"]})
    report = validate(prepare(frame, "interactions"), route=route)
    assert report.counts.filter(rule="id_word").select("column", "rows", "level").rows() == [
        ("ITEM_ID", 1, "warning")
    ]
    assert "id_word" not in report.blocking(route)["rule"]
    assert (
        "id_word"
        not in validate(prepare(frame.with_columns(ITEM_ID=pl.lit("nulls")), "interactions")).counts["rule"]
    )


def test_facts_18_a_time_that_is_deployed_as_a_float_is_sent_as_one() -> None:
    deployed = Contract.of("items", "ECOMMERCE").extend(Field("CREATION_TIMESTAMP", "float"))
    frame = pl.DataFrame({"ITEM_ID": ["i"], "PRICE": [1.5], "CATEGORY_L1": ["x"]})
    for value in (TIME, str(TIME), datetime.fromtimestamp(TIME, UTC)):
        dated = frame.with_columns(CREATION_TIMESTAMP=pl.lit(value))
        prepared = prepare(dated, deployed=deployed)
        assert prepared.frame.collect()["CREATION_TIMESTAMP"].equals(
            pl.Series("CREATION_TIMESTAMP", [float(TIME)])
        )
        assert deployed.to_pandera(now=datetime.now(UTC)).validate(prepared.frame.collect()).height == 1
        assert broken(prepared) == {}


def test_facts_19_a_gigabyte_is_the_smaller_one() -> None:
    assert (limits.FULL_BYTES, limits.INCREMENTAL_BYTES, limits.DELETION_BYTES) == (10**11, 10**9, 10**8)


def taken(count: int, missed: int, *, days: int = 0, action: str = "a") -> pl.DataFrame:
    kinds = pl.Series("EVENT_TYPE", ["TAKEN"] * count + ["NOT_TAKEN", "viewed"] * missed, pl.String)
    return pl.DataFrame(kinds.head(count + missed)).with_columns(
        USER_ID=pl.format("u{}", pl.int_range(pl.len())),
        ACTION_ID=pl.lit(action),
        TIMESTAMP=TIME - days * DAY,
    )


ENOUGH = "each needs 50 TAKEN and 50 NOT_TAKEN or VIEWED, within 6 weeks of the latest"


def next_best_action(*frames: pl.DataFrame) -> tuple[bool, str]:
    events = pl.DataFrame({"n": range(2_000)}).select(
        USER_ID=pl.col("n") % 50, ITEM_ID=pl.col("n"), TIMESTAMP=TIME - pl.col("n")
    )
    known = prepare(pl.DataFrame({"ACTION_ID": ["a", "b"], "LEVEL": "x"}), "actions", metadata=LEVEL)
    more = [prepare(frame, "action_interactions") for frame in frames]
    report = validate(prepare(events, "interactions"), known, *more)
    return report.ready.filter(use_case="Next-Best-Action").select("ready", "says").row(0)


def test_facts_missing_2_an_action_has_a_score_after_fifty_events_of_both_kinds() -> None:
    assert next_best_action() == (True, f"no action has a score: {ENOUGH}")
    assert next_best_action(taken(50, 50)) == (True, f"1 of 2 actions have a score: {ENOUGH}")
    assert next_best_action(taken(50, 49))[1].startswith("0 of 2")
    old, new = taken(50, 50, days=42), taken(1, 0, action="b")
    assert next_best_action(pl.concat([old, new]))[1].startswith("0 of 2")
    assert next_best_action(old, new)[1].startswith("0 of 2")
    assert next_best_action(taken(25, 25, days=41), taken(25, 25), new)[1].startswith("1 of 2")


def test_facts_missing_2_parts_add_up_to_the_whole() -> None:
    contract = Contract.of("action_interactions")
    rows = pl.concat([taken(60, 60, days=days, action=f"a{days % 3}") for days in (0, 10, 41, 43, 90)])
    parts = [Actions.of(contract, rows.gather_every(7, n)) for n in range(7)]
    whole, found = Actions.of(contract, rows), Actions()
    for part in parts:
        found = found + part
    keys = ["action", "taken", "day"]
    assert found.frame.sort(keys).equals(whole.frame.sort(keys))


def test_facts_missing_5_a_domain_may_train_custom_solutions_but_no_actions() -> None:
    frame = pl.DataFrame({"USER_ID": ["u"], "ITEM_ID": ["i"], "TIMESTAMP": [TIME], "EVENT_TYPE": ["View"]})
    found = validate(prepare(frame, "interactions", domain="ECOMMERCE")).ready
    assert found["domain"].unique(maintain_order=True).to_list() == ["ECOMMERCE", "CUSTOM"]
    assert "Similar-Items" in found["use_case"]
    assert "Next-Best-Action" not in found["use_case"]


def test_facts_missing_5_themes_need_a_text_and_a_name() -> None:
    text, title = Field("PLOT", textual=True), Field("TITLE")
    frame = pl.DataFrame({"ITEM_ID": ["i"], "PLOT": ["long"], "TITLE": ["short"]})
    lacks = {}
    for own in ((text,), (text, title)):
        prepared = prepare(frame, "items", metadata={each.name: each for each in own})
        ready = validate(prepared).ready.filter(use_case="Themed batch recommendations")
        lacks[own] = ready["lacks"].item()
    assert [lacks[text,], lacks[text, title]] == [
        "interactions, a string of items that is neither categorical nor textual, for the names",
        "interactions",
    ]


def test_facts_missing_5_one_user_in_a_hundred_needs_two_interactions() -> None:
    users = [*range(4_000), *range(30)]
    frame = pl.DataFrame({"USER_ID": users, "ITEM_ID": 1}).with_columns(
        TIMESTAMP=TIME - pl.int_range(pl.len())
    )
    ready = validate(prepare(frame, "interactions")).ready.filter(use_case="Similar-Items")
    assert ready.select("ready", "lacks").row(0) == (False, "10 users with two interactions")


def test_facts_12_top_picks_need_interactions_alone() -> None:
    frame = pl.DataFrame({"n": range(2_000)}).select(
        USER_ID=pl.col("n") % 50,
        ITEM_ID=pl.col("n"),
        TIMESTAMP=TIME - pl.col("n"),
        EVENT_TYPE=pl.lit("Watch"),
    )
    ready = validate(prepare(frame, "interactions", domain="VIDEO_ON_DEMAND")).ready.filter("ready")
    assert "Top picks for you" in ready["use_case"]
