"""A table of events that is given as items or users is told in one line, by report and inference."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

import pdprep
from pdprep import infer_contract, prepare, validate
from pdprep.contract.choices import DatasetType

N: Final = 60
ORDERS: Final = {
    "customer_id": [f"u{n % 7}" for n in range(N)],
    "sku": [f"s{n % 9}" for n in range(N)],
    "qty": [n % 3 + 1 for n in range(N)],
    "created_at": [1_767_607_200_000 + n for n in range(N)],
}
CATALOGUES: Final[list[tuple[DatasetType, dict[str, str]]]] = [
    ("items", {"ITEM_ID": "sku"}),
    ("users", {"USER_ID": "customer_id"}),
]


def said(frame: Any, dataset: DatasetType, columns: dict[str, str]) -> list[str]:
    report = validate(prepare(frame, dataset, columns=columns, metadata={"QTY": "qty"}))
    return report.insights.filter(insight="like_events")["says"].to_list()


@pytest.mark.parametrize(("dataset", "columns"), CATALOGUES)
def test_orders_that_are_given_as_a_catalogue_look_like_interactions(
    tmp_path: Path, dataset: DatasetType, columns: dict[str, str]
) -> None:
    frame = pl.DataFrame(ORDERS)
    frame.write_csv(tmp_path / "orders.csv")
    [line] = said(frame, dataset, columns)
    assert line.startswith(f"looks like interactions: rows of one {next(iter(columns.values()))} differ in ")
    assert said(tmp_path / "orders.csv", dataset, columns) == [line]
    assert infer_contract(frame, dataset).cannot[-1] == line
    call = line.partition(": prepare")[2].replace("...", "frame")
    made = eval(f"pdprep.prepare{call}", {"pdprep": pdprep, "frame": frame})
    assert made.rows.collect()["TIMESTAMP"].unique().to_list() == [1_767_607_200]


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(ORDERS).drop("customer_id"),  # as prices of several days are
        pl.DataFrame(ORDERS).with_columns(customer_id=pl.col("sku")),
        pl.DataFrame(ORDERS).unique("sku"),
        pl.DataFrame(ORDERS).drop("created_at").rename({"customer_id": "author"}),  # books of several
    ],
)
def test_items_are_no_interactions(frame: pl.DataFrame) -> None:
    assert not said(frame, "items", {"ITEM_ID": "sku"})
    assert not any("looks like" in line for line in infer_contract(frame, "items").cannot)
