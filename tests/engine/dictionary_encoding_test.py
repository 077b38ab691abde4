"""Encoded columns change no byte, no count and no word of a report."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Contract, Field, prepare, stage, validate
from pdprep.engine import first_pass
from pdprep.preparation.dictionary_encoding import MOST, SAMPLE
from pdprep.validation.row_checks import row_checks
from pdprep.validation.validator import Validator
from tests.contract.strategies import NOW, contracts
from tests.contract.strategies import frames as rows_of
from tests.engine.shop import MAPPING, TIME


def many(last: list[str]) -> pl.DataFrame:
    """Return events of one type at first, and of others in the end; each tenth user is missing."""
    n, first = pl.col("n"), SAMPLE + 100
    return pl.DataFrame({"n": range(first + len(last)), "event": ["watch"] * first + last}).select(
        user=pl.when(n % 10 != 1).then(pl.format("u{}", n % 311)),
        item=pl.format("i{}", n % 97),
        time=TIME + n,
        event="event",
    )


@pytest.mark.parametrize("texts", [MOST // 2, MOST + 10], ids=["encoded", "read again"])
def test_more_texts_than_it_seemed(tmp_path: Path, texts: int) -> None:
    frame = many([f'"{n}", end' for n in range(texts)])
    whole, parts = [
        stage(
            prepare(frame, "interactions", columns=MAPPING, on_invalid="quarantine"),
            tmp_path / str(count), quarantine=tmp_path / f"aside{count}", partitions=count,
        )
        for count in (1, 5)
    ]  # fmt: skip
    assert whole.parts[0].sha256 == parts.parts[0].sha256
    assert whole.report.rows.equals(parts.report.rows)
    assert whole.report.counts.equals(parts.report.counts)
    assert whole.report.failures.equals(parts.report.failures)
    aside = [pl.read_parquet(list(each.quarantine)).sort("__row") for each in (whole, parts)]
    assert aside[0].equals(aside[1])
    assert aside[0].height == whole.report.quarantined > 0


def test_an_error_of_the_source_is_not_taken_for_a_full_alphabet(tmp_path: Path) -> None:
    read: list[int] = []

    def broken(rows: pl.DataFrame) -> pl.DataFrame:
        read.append(rows.height)
        raise ValueError("of the user's own")

    frame = many([]).lazy().map_batches(broken, schema=many([]).schema)
    with pytest.raises(Exception, match="of the user's own"):
        stage(prepare(frame, "interactions", columns=MAPPING), tmp_path, partitions=3)
    assert len(read) == 1


@given(st.data())
def test_the_validator_finds_in_encoded_rows_what_it_finds_in_texts(data: st.DataObject) -> None:
    contract = data.draw(contracts(put_only=True))
    prepared = prepare(data.draw(rows_of(contract)), deployed=contract)
    rules = row_checks(prepared, NOW)
    encoded = first_pass.encoded_for(prepared, rules)
    plain = Validator(rules, None, contract)(prepared.rows.collect())
    of_numbers = Validator(rules, None, contract, encoded)(encoded.prepared.rows.collect())
    assert of_numbers.counts == plain.counts
    assert of_numbers.unusual >= plain.unusual  # a mark that the conversion takes away is seen all the same
    assert of_numbers.failures.equals(plain.failures)
    assert (of_numbers.stopped is None) == (plain.stopped is None)
    assert of_numbers.stopped is None or of_numbers.stopped.equals(plain.stopped)  # type: ignore[arg-type]


def test_a_column_with_a_check_of_ones_own_is_not_encoded() -> None:
    import pandera.polars as pa

    class Users(pa.DataFrameModel):
        USER_ID: str
        PLAN: str = pa.Field(nullable=True, metadata={"categorical": True})

        @pa.check("PLAN")
        def not_all_gold(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: N805
            return data.lazyframe.select(pl.col("PLAN").n_unique() > 0)

    frame = pl.DataFrame({"USER_ID": ["a"], "PLAN": ["gold"]})
    prepared = prepare(frame, Contract.from_pandera(Users, dataset="users"))
    assert not first_pass.encoded_for(prepared, row_checks(prepared, NOW)).dictionaries
    plain = prepare(frame, Contract.of("users").extend(Field("PLAN", nullable=True, categorical=True)))
    assert list(first_pass.encoded_for(plain, row_checks(plain, NOW)).dictionaries) == ["PLAN"]


def test_validate_reads_encoded_rows_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = tmp_path / "events.csv"
    many(["click"] * 50 + [" Watch", ""]).write_csv(source)
    prepared = prepare(source, "interactions", columns=MAPPING)
    whole = validate(prepared)
    monkeypatch.setattr("pdprep.engine.buckets.FEW_ROWS", 5_000)
    assert list(first_pass.encoded_for(prepared, row_checks(prepared, NOW)).dictionaries) == ["EVENT_TYPE"]
    of_numbers = validate(prepared)
    assert of_numbers.counts.equals(whole.counts)
    assert of_numbers.columns.equals(whole.columns)
    assert of_numbers.insights.equals(whole.insights)


@pytest.mark.parametrize("deployed", [False, True])
def test_lists_of_ids_stay_text_and_take_the_form_of_ids(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, deployed: bool
) -> None:
    shown = Contract.of("interactions").extend(Field("IMPRESSION", nullable=True))
    file = tmp_path / "events.csv"
    file.write_text(
        "USER_ID,ITEM_ID,TIMESTAMP,IMPRESSION\n" + "u,1.0,1700000000,1.0|2.0\nv,2.0,1700000001,\n" * 3
    )
    prepared = prepare(file, deployed=shown) if deployed else prepare(file, "interactions")
    assert not first_pass.encoded_for(prepared, row_checks(prepared, NOW)).dictionaries
    monkeypatch.setattr("pdprep.engine.buckets.FEW_ROWS", 1)
    staged = stage(prepared, tmp_path / "staged", route="put")
    assert sorted(staged.parts[0].path.read_text().splitlines()[1:]) == [
        "u,1,1700000000,1|2",
        "v,2,1700000001,",
    ]
