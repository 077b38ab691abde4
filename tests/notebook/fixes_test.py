"""The code that a report suggests is code, about rules that there are, and it mends."""

from __future__ import annotations

import ast
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep import Field, prepare, transforms, validate
from pdprep.contract.choices import DatasetType
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import Rule
from pdprep.notebook.views import fixes
from pdprep.notebook.views.fixes import codes

NOW = 1_700_000_000
GOOD = {"USER_ID": ["a", "b"], "ITEM_ID": ["x", "y"], "TIMESTAMP": [NOW, NOW + 1]}
PLAIN = {"NOTE": Field("NOTE", nullable=True, categorical=True)}
WEIGHT = {"WEIGHT": Field("WEIGHT", "float", nullable=True)}
ITEMS = {"ITEM_ID": ["x", "y"], "WEIGHT": [1.0, 2.0]}
BAD: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("id_missing", "interactions", {"USER_ID": ["a", None]}, {}),
    ("id_bar", "interactions", {"ITEM_ID": ["x|y", "z"]}, {}),
    ("id_line_break", "interactions", {"ITEM_ID": ["x\ny", "z"]}, {}),
    ("id_length", "interactions", {"ITEM_ID": ["x" * 300, "z"]}, {}),
    ("id_characters", "interactions", {"ITEM_ID": ['x"y', "z"]}, {}),
    ("timestamp_missing", "interactions", {"TIMESTAMP": [NOW, None]}, {}),
    ("timestamp_unit", "interactions", {"TIMESTAMP": [NOW * 60, NOW * 60 + 120]}, {}),
    ("timestamp_unreadable", "interactions", {"TIMESTAMP": ["24.12.2023 18:00", "25.12.2023 10:30"]}, {}),
    ("event_type_missing", "interactions", {"EVENT_TYPE": ["View", None]}, {}),
    ("number_not_finite", "items", {"WEIGHT": [1.0, float("nan")]}, WEIGHT),
    ("number_unreadable", "items", {"WEIGHT": ["1.5 kg", "2"]}, WEIGHT),
    (
        "string_length",
        "items",
        {"NOTE": ["n" * 1_200, "m"]},
        {"NOTE": Field("NOTE", nullable=True), **WEIGHT},
    ),
    ("category_length", "items", {"NOTE": ["n" * 1_200, "m"]}, PLAIN),
    ("id_word", "interactions", {"ITEM_ID": ["Undefined", "z"]}, {}),
    ("session_of_user_word", "interactions", {"USER_ID": ["None", "b"]}, {}),
    ("session_id_word", "interactions", {"SESSION_ID": ["[object Object]", "s"]}, {}),
    ("time_implausible", "items", {"CREATION_TIMESTAMP": [1995, 2004]}, WEIGHT),
    ("id_twice", "items", {"ITEM_ID": ["x", "x"]}, WEIGHT),
]


def broken(frame: Any, dataset: DatasetType, metadata: dict[str, Any]) -> pl.DataFrame:
    return validate(prepare(frame, dataset, metadata=metadata)).counts


@pytest.mark.parametrize("rule", registry.RULES, ids=lambda rule: rule.name)
def test_it_is_code(rule: Rule) -> None:
    for dataset in ("interactions", "items"):
        for code in codes({"rule": rule.name, "dataset": dataset, "column": "USER_ID"}):
            ast.parse(code.text)
            assert "$column" not in code.text


@pytest.mark.parametrize(("rule", "dataset", "change", "metadata"), BAD, ids=[case[0] for case in BAD])
def test_it_mends(rule: str, dataset: DatasetType, change: dict[str, Any], metadata: dict[str, Any]) -> None:
    frame = pl.DataFrame((GOOD if dataset == "interactions" else ITEMS) | change)
    found = broken(frame, dataset, metadata).filter(rule=rule)
    scope: dict[str, Any] = {"frame": frame, "pl": pl, "transforms": transforms, "pdprep": pdprep}
    code = codes(found.row(0, named=True))[0].text
    ready = prepare(frame, dataset, metadata=metadata)
    exec(code, scope | {dataset: ready}, scope)
    if "like=" in code:
        report = validate(scope[dataset], route="put")
        assert report.quarantined == report.failures.filter(rule=rule)["row"].n_unique()
    else:
        assert rule not in broken(scope["frame"], dataset, metadata)["rule"].to_list()


def test_a_rule_of_rows_also_gives_the_code_that_sets_them_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixes, "namespace", dict)  # another test's shell may be there
    found = codes({"rule": "id_missing", "dataset": "users", "column": "USER_ID"})
    assert found[-1].text == 'users = pdprep.prepare(frame, like=users, on_invalid="quarantine")'


def test_a_rule_of_ones_own_is_no_error() -> None:
    (aside,) = codes({"rule": "my_check", "dataset": "users", "column": "AGE"})
    assert "quarantine" in aside.text
