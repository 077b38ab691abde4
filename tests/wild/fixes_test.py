"""Every rule of a report is broken, and its fix pasted and run as it is printed: then nothing breaks it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl
import pytest

import pdprep
from pdprep import Field, Prepared, prepare, transforms, validate
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import CallRule, SchemaRule
from pdprep.group import DatasetGroup
from tests.conftest import DEEP
from tests.wild.following import LONGEST, SECRET

TIME: Final = 1_700_000_000
LONG: Final = "x" * 257
WORDS: Final = ["Watch", "Click"]
# What a fix cannot be code for, and why.
PROSE: Final = {
    "rows_none": "there is no row to mend",
    "training_interactions": "more data is needed",
    "training_users": "more data is needed",
    "training_share": "more data is needed",
    "better_interactions": "more data is needed",
    "better_users": "more data is needed",
    "timestamp_single": "which column holds the times, only its owner knows",
    "event_types_reserved": "which column holds the event types, only its owner knows",
    "attribution_event_type": "which column holds the event types, only its owner knows",
    "items_considered": "a recipe is chosen where it is trained",
    "actions_considered": "which actions may be left out, only their owner knows",
    "columns_chosen": "columns are chosen where a training is made",
}
# Errors of a schema: prepare refuses it, and tests/wild/hints_test.py follows the hint of the error.
REFUSED: Final = {
    rule.name for rule in registry.of_kind(SchemaRule) if rule.level == "error" and rule.stops == "all"
}
# Their fix is a call of a group, run below: the route that it names takes the rows.
OTHER_ROUTE: Final = {
    "user_missing_in_bulk": "put",
    "properties_length": "bulk",
    "event_bytes": "bulk",
    "bulk_minimum": "put",
    "property_forbidden": "bulk",
}
# A column of the user's for each field; the second row of a frame breaks the rule, the first does not.
GOOD: Final[dict[str, dict[str, Any]]] = {
    "interactions": {"USER_ID": "007", "ITEM_ID": "1.10", "TIMESTAMP": TIME, "EVENT_TYPE": "Watch"},
    "items": {"ITEM_ID": "007", "GENRES": "g"},
    "users": {"USER_ID": "007", "PLAN": "p"},
    "actions": {"ACTION_ID": "007", "LEVEL": "l"},
    "action_interactions": {
        "USER_ID": "007", "ACTION_ID": "1.10", "EVENT_TYPE": "Viewed", "TIMESTAMP": TIME,
    },
}  # fmt: skip
TEXT: Final = {"GENRES": Field("GENRES", nullable=True, categorical=True)}


class Broken(NamedTuple):
    """A frame that breaks a rule: a good value and a bad one of a field, and what else the frame has."""

    rule: str
    dataset: str
    field: str
    good: Any
    bad: Any
    own: Mapping[str, Field] = {}
    more: Mapping[str, Any] = {}


def own(name: str, kind: str = "string", **marks: bool) -> dict[str, Field]:
    return {name: Field(name, kind, nullable=True, **marks)}


CASES: Final = [
    Broken("id_missing", "interactions", "USER_ID", "u", None),
    Broken("id_missing", "items", "ITEM_ID", "u", " "),
    Broken("id_length", "interactions", "ITEM_ID", "i", LONG),
    Broken("id_unreadable", "users", "USER_ID", 1.0, 1.5),
    Broken("id_bar", "interactions", "ITEM_ID", "i", "a|b"),
    Broken("id_line_break", "users", "USER_ID", "u", "a\nb"),
    Broken("id_characters", "items", "ITEM_ID", "i", 'a"b'),
    Broken("id_characters", "items", "ITEM_ID", "i", "a\x1fb"),
    Broken("id_word", "interactions", "USER_ID", "u", " Undefined "),
    Broken("keyword_value", "interactions", "USER_ID", "u", "USER_ID "),
    Broken("keyword_value", "interactions", "EVENT_TYPE", "Watch", "TIMESTAMP"),
    Broken("timestamp_missing", "interactions", "TIMESTAMP", TIME, None),
    Broken("timestamp_unreadable", "interactions", "TIMESTAMP", "31.12.2023 10:00", "01.02.2024 11:30"),
    Broken("timestamp_unreadable", "interactions", "TIMESTAMP", str(TIME), SECRET),
    Broken("timestamp_past", "interactions", "TIMESTAMP", 20240131, 20240201),
    Broken("timestamp_unit", "interactions", "TIMESTAMP", TIME, 10_000_000_000),
    Broken("timestamp_past", "interactions", "TIMESTAMP", TIME, 300_000_000),
    Broken("timestamp_future", "interactions", "TIMESTAMP", TIME, 4_000_000_000),
    Broken("time_implausible", "items", "CREATION_TIMESTAMP", 2004, 1995),
    Broken("event_type_missing", "interactions", "EVENT_TYPE", "Watch", " "),
    Broken("event_type_length", "interactions", "EVENT_TYPE", "Watch", LONG),
    Broken("value_missing", "items", "STOCK", 1, None, {"STOCK": Field("STOCK", "int")}),
    Broken("number_unreadable", "items", "COST", "999,29", "1.899,29", own("COST", "float")),
    Broken("number_unreadable", "items", "COST", "7", SECRET, own("COST", "float")),
    Broken("number_unreadable", "users", "AGE", "7", "7.5", own("AGE", "int")),
    Broken("number_not_finite", "items", "COST", 1.5, float("nan"), own("COST", "float")),
    Broken("number_not_finite", "items", "COST", "1.5", "inf", own("COST", "float")),
    Broken("boolean_unreadable", "items", "HD", "true", "perhaps", own("HD", "boolean")),
    Broken("category_bar", "items", "TAGS", ["a", "b"], ["a|b"], own("TAGS", categorical=True)),
    Broken(
        "category_length", "items", "TAGS", "a|b", "|".join(["c" * 99] * 11), own("TAGS", categorical=True)
    ),
    Broken("category_length", "items", "TAGS", ["a"], ["c" * 99] * 11, own("TAGS", categorical=True)),
    Broken("string_length", "items", "NOTE", "n", "n" * 1_001, own("NOTE")),
    Broken("text_length", "items", "NOTE", "n", "n" * 20_001, own("NOTE", textual=True)),
    Broken("text_length_asian", "items", "NOTE", "n", "東" * 7_001, own("NOTE", textual=True)),
    Broken("impression_count", "interactions", "IMPRESSION", "i|j", "|".join("i" * 26)),
    Broken("impression_count", "interactions", "IMPRESSION", ["i", "j"], ["i"] * 26),
    Broken("impression_id", "interactions", "IMPRESSION", "i|j", "i||j"),
    Broken("impression_id", "interactions", "IMPRESSION", ["i", "j"], ["i", LONG]),
    Broken("impression_list", "interactions", "IMPRESSION", "i|j", "i, j"),
    Broken("impression_list", "interactions", "IMPRESSION", "i|j", '["i", "j"]'),
    Broken("recommendation_id_length", "interactions", "RECOMMENDATION_ID", "r", "r" * 41),
    Broken("attribution_source", "interactions", "EVENT_ATTRIBUTION_SOURCE", "mail", "é"),
    Broken("attribution_source", "interactions", "EVENT_ATTRIBUTION_SOURCE", "mail", "m" * 1_025),
    Broken("put_id_length", "interactions", "SESSION_ID", "s", LONG),
    Broken("session_id_word", "interactions", "SESSION_ID", "s", "None"),
    Broken("session_of_user_word", "interactions", "USER_ID", "u", "null"),
    Broken("action_event_type", "action_interactions", "EVENT_TYPE", "Taken", "accepted"),
    Broken("action_event_type", "action_interactions", "EVENT_TYPE", "Taken", SECRET),
    Broken("action_value", "actions", "VALUE", "10", "11"),
    Broken("repeat_frequency", "actions", "REPEAT_FREQUENCY", 30, 31),
    Broken("event_type_near", "interactions", "EVENT_TYPE", "Click", "wach"),
    Broken("event_type_negative", "interactions", "EVENT_TYPE", "Watch", "Remove_from_cart"),
    Broken("id_twice", "items", "ITEM_ID", "007", "007", more={"genres": ["g", "h"]}),
    Broken("id_twice", "items", "ITEM_ID", "007", "007 ", more={"genres": ["g", "h"]}),
    Broken("string_plain", "items", "NOTE", "n", "m", own("NOTE")),
    Broken("boolean_unused", "items", "HD", True, False, own("HD", "boolean")),
    Broken("objective_nullable", "items", "COST", 1.5, 2.5, own("COST", "float")),
]


def column(field: str) -> str:
    return field.lower() + ' "é"'  # a name that has to be written with care


def frame_of(case: Broken) -> pl.DataFrame:
    values = {name: [value, value] for name, value in GOOD[case.dataset].items()}
    values |= {case.field: [case.good, case.bad]}
    named = {column(name): value for name, value in values.items()}
    return pl.DataFrame(named | {column("GENRES"): each for each in case.more.values()}, strict=False)


def call(case: Broken, frame: Any) -> dict[str, Any]:
    """Return the arguments of prepare: each field of the frame by the name of its column."""
    base, fields = pdprep.Contract.of(case.dataset).names, [*GOOD[case.dataset], case.field]
    reserved = {
        *base, "EVENT_TYPE", "IMPRESSION", "RECOMMENDATION_ID", "EVENT_ATTRIBUTION_SOURCE", "SESSION_ID",
        "VALUE", "REPEAT_FREQUENCY", "CREATION_TIMESTAMP",
    }  # fmt: skip
    columns = {name: column(name) for name in dict.fromkeys(fields) if name in reserved}
    free = {name: column(name) for name in dict.fromkeys(fields) if name not in reserved}
    metadata = {name: (each, case.own[name]) if name in case.own else each for name, each in free.items()}
    domain = "VIDEO_ON_DEMAND" if case.rule == "event_type_near" else "CUSTOM"
    return {
        "source": frame, "dataset": case.dataset, "domain": domain, "columns": columns, "metadata": metadata,
    }  # fmt: skip


def pasted(code: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of prepare after a fix: an argument of its own, or another frame."""
    code = code.partition("the zone, ")[2] or code
    names = {"frame": given["source"], "pl": pl, "pdprep": pdprep, "transforms": transforms}
    if not code.startswith(("on_invalid=", "metadata=")):
        return {**given, "source": eval(code, names)}
    arguments = ast.parse(f"f({code}\n)", mode="eval").body
    assert isinstance(arguments, ast.Call)
    changed = {str(each.arg): eval(ast.unparse(each.value), names) for each in arguments.keywords}
    if "metadata" in changed:
        changed["metadata"] = given["metadata"] | changed["metadata"]
    return given | changed


def kept(prepared: Prepared, but: str) -> list[tuple[Any, ...]]:
    """Return the rows' other values."""
    names = [name for name in prepared.contract.names if name != but]
    return prepared.rows.collect().select(names).rows()


def name(case: Broken) -> str:
    return f"{case.rule} {str(case.bad)[:12]!a}"


SOURCES: Final = ("polars", "lazy", "pandas", "arrow", "csv")


def source(frame: pl.DataFrame, kind: str, folder: Path) -> Any:
    if kind == "csv":
        path = folder / "shop.csv"
        frame.write_csv(path)
        return str(path)
    return {
        "polars": lambda: frame, "lazy": frame.lazy, "pandas": frame.to_pandas, "arrow": frame.to_arrow,
    }[kind]()  # fmt: skip


def can_be(frame: pl.DataFrame, kind: str) -> bool:
    return kind != "csv" or not any(isinstance(dtype, pl.List) for dtype in frame.dtypes)


def tried() -> Iterator[Any]:
    """Yield each case with two sources in turn, in a deep run with all."""
    for number, case in enumerate(CASES):
        first = 2 * number % len(SOURCES)
        for kind in (SOURCES * 2)[first : first + (len(SOURCES) if DEEP else 2)]:
            if can_be(frame_of(case), kind):
                yield pytest.param(case, kind, id=f"{name(case)}-{kind}")


@pytest.mark.parametrize(("case", "kind"), list(tried()))
def test_the_fix_that_a_report_prints_mends_and_changes_nothing_else(
    case: Broken, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDPREP_CLOCK", "2026-01-01T00:00:00Z")
    frame = frame_of(case)
    given = call(case, source(frame, kind, tmp_path))
    prepared = prepare(**given)
    report = validate(prepared, route="put")
    found = report.counts.filter(rule=case.rule)
    if found.is_empty():
        # As text a float id breaks no rule, and pandas' NaN is no value.
        assert (kind, case.rule) in {("csv", "id_unreadable"), ("pandas", "number_not_finite")}
        return
    fix = found["mend"].item(0)
    assert len(str(report)) <= LONGEST
    assert SECRET not in str(report)
    mended = prepare(**pasted(fix, given))
    after = validate(mended, route="put")
    if fix.startswith("on_invalid="):
        assert after.quarantined == report.failures.filter(rule=case.rule)["row"].n_unique()
        assert after.blocking("put").filter(rule=case.rule).is_empty()
    else:
        assert after.counts.filter(rule=case.rule).is_empty()
        left = kept(mended, case.field)
        assert left == kept(prepared, case.field)[: len(left)] or len(left) == 1
    broken_before = set(report.counts.filter(level="error")["rule"])
    assert set(after.counts.filter(level="error")["rule"]) <= broken_before


@pytest.mark.parametrize(
    ("rule", "ids", "mended"),
    [
        ("id_bar", ["a|b", "a_b", "ab", "a%7Cb", "a%257Cb", "%", "%41"],
         ["a%7Cb", "a_b", "ab", "a%257Cb", "a%25257Cb", "%", "%41"]),
        ("id_line_break", ["a\nb", "a\rb", "ab", "a%0Ab"], ["a%0Ab", "a%0Db", "ab", "a%250Ab"]),
        ("id_characters", ['a"b', "ab", "a\x85b", "a%22b", "a\u200bb", " ab2\t"],
         ["a%22b", "ab", "a%85b", "a%2522b", "a\u200bb", "ab2"]),
    ],
)  # fmt: skip
def test_the_fix_of_characters_in_ids_keeps_different_ids_different(
    rule: str, ids: list[str], mended: list[str]
) -> None:
    users = pl.DataFrame({"USER_ID": ids, "PLAN": "p"})
    given: dict[str, Any] = {"source": users, "dataset": "users", "metadata": {"PLAN": "PLAN"}}
    fix = validate(prepare(**given)).counts.filter(rule=rule)["mend"].item()
    assert fix.endswith("# items, users and later puts need the same change")
    after = prepare(**pasted(fix, given))
    assert validate(after).counts.filter(rule=rule).is_empty()
    assert after.rows.collect()["USER_ID"].to_list() == mended


_OWL: Final = "\N{OWL}"  # four bytes
EVENT: Final = {"USER_ID": ["u"], "ITEM_ID": ["007"], "TIMESTAMP": [TIME]}
BY_GROUP: Final[dict[str, dict[str, Any]]] = {
    "user_missing_in_bulk": EVENT | {"USER_ID": [None], "SESSION_ID": ["s"]},
    "properties_length": EVENT | {"NOTE": ["n" * 1_024]},
    "event_bytes": EVENT
    | {"IMPRESSION": ["|".join([_OWL * 39] * 25)], "ITEM_ID": [_OWL * 256], "NOTE": [_OWL * 940]}
    | {"EVENT_TYPE": [_OWL * 256], "RECOMMENDATION_ID": [_OWL * 40]},
    "property_forbidden": EVENT | {"EVENTTYPE": ["x"]},
    "bulk_minimum": EVENT,
}


@pytest.mark.parametrize("rule", BY_GROUP)
def test_the_fix_that_names_a_route_takes_the_rows(rule: str, group: DatasetGroup) -> None:
    rows = BY_GROUP[rule]
    many = 1 if OTHER_ROUTE[rule] == "put" else 1_000
    frame = pl.DataFrame(rows).select(pl.all().repeat_by(many).explode())
    frame = frame.with_columns(TIMESTAMP=TIME + pl.int_range(pl.len()))
    own_fields = {"NOTE": Field("NOTE"), "EVENTTYPE": Field("EVENTTYPE")}
    metadata = {name: field for name, field in own_fields.items() if name in rows}
    prepared = prepare(frame, "interactions", metadata=metadata)
    found = validate(prepared).counts.filter(rule=rule)
    job = eval(found["mend"].item(), {"group": group, "frame": prepared})
    job.wait()
    assert group.records("interactions").page(0, many + 1).height == many


def test_every_rule_is_broken_here_or_listed_with_its_reason() -> None:
    assert OTHER_ROUTE.keys() == BY_GROUP.keys()
    told = {case.rule for case in CASES} | PROSE.keys() | REFUSED | OTHER_ROUTE.keys() | COMMON.keys()
    told |= {rule.name for rule in registry.of_kind(CallRule)} | {"creation_timestamp_missing"}
    assert told == {rule.name for rule in registry.RULES}


COMMON: Final = {
    "event_types": ("EVENT_TYPE", 12),
    "event_types_and_metadata": ("EVENT_TYPE", 9),
    "attribution_sources": ("EVENT_ATTRIBUTION_SOURCE", 120),
}


@pytest.mark.parametrize("kind", ["polars", "pandas", "csv"])
@pytest.mark.parametrize("rule", COMMON)
def test_the_fix_of_too_many_kinds_keeps_the_commonest(rule: str, kind: str, tmp_path: Path) -> None:
    field, count = COMMON[rule]
    kinds = [f"kind {n}" for n in range(count) for _ in range(count + 1 - n)]
    events = GOOD["interactions"] | ({"LEVEL": "a", "SIZE": "b"} if rule.endswith("metadata") else {})
    frame = pl.DataFrame({column(name): [value] * len(kinds) for name, value in events.items()})
    frame = frame.with_columns(
        pl.Series(column(field), kinds), pl.Series(column("TIMESTAMP"), range(TIME, TIME + len(kinds)))
    )
    columns = {each: column(each) for each in {*GOOD["interactions"], field}}
    metadata = {each: column(each) for each in events if each not in columns}
    given = {
        "source": source(frame, kind, tmp_path), "dataset": "interactions", "columns": columns,
        "metadata": metadata,
    }  # fmt: skip
    fix = validate(prepare(**given)).counts.filter(rule=rule)["mend"].item()
    mended = prepare(**pasted(fix, given))
    assert validate(mended).counts.filter(rule=rule).is_empty()
    rows = mended.rows.collect()
    changed = rows.filter(pl.col(field) != pl.Series(kinds))
    assert changed[field].unique().to_list() == ["other"]
    assert changed.height < rows.height / 2
    assert rows["TIMESTAMP"].to_list() == frame[column("TIMESTAMP")].to_list()


def test_the_fix_of_missing_creation_times_takes_them_from_the_interactions() -> None:
    items = pl.DataFrame({"ITEM_ID": ["007"], "GENRES": ["g"]})
    interactions = pl.DataFrame({"USER_ID": ["u"], "ITEM_ID": ["007"], "TIMESTAMP": [TIME]})
    found = validate(prepare(items, "items", metadata=TEXT)).counts
    fix = found.filter(rule="creation_timestamp_missing")["mend"].item()
    mended = eval(fix, {"items": items, "interactions": interactions, "transforms": transforms})
    prepared = prepare(mended, "items", metadata=TEXT)
    assert validate(prepared).counts.filter(rule="creation_timestamp_missing").is_empty()
    assert prepared.rows.collect()["CREATION_TIMESTAMP"].to_list() == [TIME]


@pytest.mark.parametrize("rule", sorted(PROSE))
def test_what_is_prose_does_not_look_like_code(rule: str) -> None:
    with pytest.raises(SyntaxError):
        ast.parse(registry.rule(rule).fix())
