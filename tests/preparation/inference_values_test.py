"""Values decide where names do not, and what makes no field is left out with its reason."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

import pdprep
from pdprep import Prepared, Proposal, infer_contract, prepare, transforms, validate
from pdprep.errors import ContractError, SourceError

N: Final = 60
TIME: Final = 1_700_000_000
EVENTS: Final = {
    "user": [f"u{n % 7}" for n in range(N)],
    "item": [f"i{n % 9}" for n in range(N)],
    "ts": [TIME + n for n in range(N)],
}
SKUS: Final = [f"{n:04}" for n in range(N)]
PROSE: Final = "A long story of a thief and a detective, and of what they have in common at last, number"
UUIDS: Final = [str(uuid.UUID(int=n * 0x1234567890ABCDEF1234567)) for n in range(1, N + 1)]


def reason(proposal: Proposal, column: str) -> str:
    return str(proposal.reasons.filter(column=column)["reason"].item())


def made(proposal: Proposal, frame: Any = None) -> Prepared:
    """Paste the code of a proposal into a notebook that has the frame."""
    prepared: Prepared = eval(proposal.code, {"pdprep": pdprep, "pl": pl, "frame": frame})
    assert prepared.contract == proposal.contract
    return prepared


def events(**more: object) -> Proposal:
    return infer_contract(pl.DataFrame({**EVENTS, **more}), "interactions")


def items(**more: object) -> Proposal:
    return infer_contract(pl.DataFrame({"sku": SKUS, "size": ["S", "M"] * (N // 2), **more}), "items")


@pytest.mark.parametrize(
    "values",
    [
        [f"2026-01-{n % 28 + 1:02}T10:00:00Z" for n in range(N)],
        [f"05/Jan/2026:10:00:{n:02} +0000" for n in range(N)],
        [TIME * 1000 + n for n in range(N)],
        pl.Series(range(N)).cast(pl.Datetime("us", "UTC")).dt.offset_by("50y").to_list(),
        [f"{n % 31 + 1:02}.01.2026 10:00" for n in range(N)],
    ],
)
def test_field_f_moments_under_an_unknown_name_are_the_time(values: list[object]) -> None:
    frame = pl.DataFrame({"user": EVENTS["user"], "item": EVENTS["item"], "xyz": values})
    proposal = infer_contract(frame, "interactions")
    assert proposal.columns["TIMESTAMP"] == "xyz"
    assert reason(proposal, "xyz").startswith("its values are moments")
    assert validate(made(proposal, frame)).ok


def test_field_f_of_several_times_it_says_which_was_taken_and_why() -> None:
    later = [TIME + 99 + n for n in range(N)]
    proposal = events(updated_at=later, xyz=later, birth_date=later)
    assert proposal.columns["TIMESTAMP"] == "ts"
    assert reason(proposal, "ts") == "a usual name for it; so could be updated_at, xyz, which come after it"
    assert reason(proposal, "birth_date") == "left out: personal data: by its name"


def test_field_f_times_that_can_be_read_two_ways_are_said_and_not_taken() -> None:
    frame = pl.DataFrame(EVENTS).drop("ts").with_columns(when=pl.lit("01/02/2026"))
    proposal = infer_contract(frame, "interactions")
    assert proposal.missing == ("TIMESTAMP",)
    assert "when may be TIMESTAMP, read as %d/%m/%Y or %m/%d/%Y: frame.lazy().pipe(" in proposal.cannot[0]


def test_field_f_nested_fields_are_paths() -> None:
    frame = pl.DataFrame(EVENTS).select(
        pl.struct(id="user", age=pl.lit(31)).alias("user"),
        pl.struct(payload=pl.struct("item")).alias("data"),
        "ts",
    )
    proposal = infer_contract(frame, "interactions")
    assert proposal.columns["USER_ID"] == "user.id"
    assert proposal.columns["TIMESTAMP"] == "ts"
    assert proposal.columns["ITEM_ID"] == "data.payload.item"
    assert validate(made(proposal, frame)).ok


def test_field_f_a_list_of_objects_is_a_row_each_where_that_brings_what_is_missing() -> None:
    frame = pl.DataFrame(
        {"session": [1, 2], "events": [[{"aid": 5, "ts": TIME}, {"aid": 6, "ts": TIME}], []]}
    )
    proposal = infer_contract(frame, "interactions")
    assert proposal.columns == {"USER_ID": "session", "ITEM_ID": "aid", "TIMESTAMP": "ts"}
    assert '.explode("events").unnest("events")' in proposal.code
    catalogue = items(variants=[[{"colour": "red"}]] * N)
    assert reason(catalogue, "variants").startswith("left out: a list of objects")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (UUIDS, "left out: UUIDs or hashes: ids, not categories"),
        ([f"https://example.org/p/{n}" for n in range(N)], "left out: addresses of pages or pictures"),
        ([f"a{n}@example.org" for n in range(N)], "left out: personal data: e-mail addresses"),
        ([f"+4917012345{n:02}" for n in range(N)], "left out: personal data: phone numbers"),
        ([f"+49 170 12345{n:02}" for n in range(N)], "left out: personal data: phone numbers"),
        (
            [f"lot {n} of {n * 7}" for n in range(N)],
            "left out: 60 different values in 60 rows: they do not recur",
        ),
        ([[0.5, 0.25]] * N, "left out: List(Float64)"),
    ],
)
def test_field_f_what_makes_no_category_is_left_out_with_the_reason(values: list[object], why: str) -> None:
    assert reason(items(extra=values), "extra") == why


def test_field_f_reviews_are_text_of_items_alone() -> None:
    reviews = [f"{PROSE} {n}" for n in range(N)]
    assert reason(events(review=reviews), "review") == "left out: long text, which only items take"
    assert items(review=reviews).contract.field("REVIEW").textual


def test_field_f_an_address_is_no_description() -> None:
    urls = [
        f"https://example.org/a/very/long/address/that/never/ends/and/holds/no/words/{n}" for n in range(N)
    ]
    shop = pl.DataFrame(
        {"sku": SKUS, "price": [1.0] * N, "category": ["a", "b"] * (N // 2), "description": urls}
    )
    proposal = infer_contract(shop, "items", "ECOMMERCE")
    assert "PRODUCT_DESCRIPTION" not in proposal.columns


def test_field_f_an_address_that_is_the_user_is_named_personal() -> None:
    frame = pl.DataFrame(EVENTS).drop("user").with_columns(email=pl.lit("a@example.org"))
    assert "personal data" in reason(infer_contract(frame, "interactions"), "email")


def test_field_f_ranges_are_those_of_numbers() -> None:
    frame = pl.DataFrame({"sku": SKUS, "year": ["9", "10"] * (N // 2)})
    assert reason(infer_contract(frame, "items"), "year") == "every value is a number; 9 to 10"


def test_field_f_the_bare_id_of_events_is_none_of_theirs() -> None:
    proposal = events(id=list(range(N)))
    assert proposal.columns["ITEM_ID"] == "item"
    assert reason(proposal, "id").startswith("left out: ids")
    alone = pl.DataFrame({**EVENTS, "id": list(range(N))}).drop("item")
    assert infer_contract(alone, "interactions").missing == ("ITEM_ID",)


def test_field_f_a_catalogues_id_is_what_every_row_has_its_own_of() -> None:
    frame = pl.DataFrame({"artist": ["a", "b"] * (N // 2), "id": list(range(N)), "colour": ["red"] * N})
    assert infer_contract(frame, "items").columns == {"ITEM_ID": "id"}
    named = frame.rename({"id": "Nummer", "artist": "Gruppe"})
    proposal = infer_contract(named, "items")
    assert proposal.columns == {"ITEM_ID": "Nummer"}
    assert reason(proposal, "Nummer") == "every row has a value of its own"


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
@pytest.mark.parametrize("first", [0, 1])
def test_field_f_the_number_of_a_row_is_an_id_for_want_of_another(name: str, first: int) -> None:
    numbers = list(range(first, N + first))
    frame = pl.DataFrame({name: numbers, "name": [f"Film {n}" for n in numbers], "colour": ["red"] * N})
    proposal = infer_contract(frame, "items")
    assert proposal.columns == {"ITEM_ID": name}
    assert reason(proposal, name).startswith("the number of its row")
    assert f"  {name or repr('')} to ITEM_ID: the number" in str(proposal)
    coded = frame.with_columns(Kode=pl.format("k{}", pl.col(name) * 7))
    assert infer_contract(coded, "items").columns == {"ITEM_ID": "Kode"}
    shuffled = frame.with_columns(pl.col(name).reverse())
    assert reason(infer_contract(shuffled, "items"), name) == "every row has a value of its own"


def test_field_f_decimal_commas_are_proposed_with_the_transform_that_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    rows = [f"{sku};{n},50;1.899,{n:02} EUR" for n, sku in enumerate(SKUS)]
    path.write_text("\n".join(["sku;weight;preis", *rows]))
    proposal = infer_contract(path, "items")
    assert '.pipe(pdprep.transforms.prices, "weight")' in proposal.code
    assert made(proposal).frame.collect().row(7) == ("0007", 7.5, 1899.07)
    assert (
        prepare(proposal.frame, "items", columns=proposal.columns, metadata=proposal.metadata)
        .frame.collect()
        .height
        == N
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("['red', 'warm']", '"tags")'),
        ('["red", "warm"]', '"tags")'),
        ("{red,warm}", '"tags")'),
        ("red, warm", '"tags", separator=",")'),
        ("red | warm", '"tags")'),
        ("red||warm", '"tags")'),
    ],
)
def test_field_5_lists_written_as_text_are_proposed_with_the_transform_that_splits_them(
    written: str, said: str
) -> None:
    colours, kinds = ["red", "blue", "green"], ["warm", "cold"]
    tags = [written.replace("red", colours[n % 3]).replace("warm", kinds[n % 2]) for n in range(N)]
    frame = pl.DataFrame({"sku": SKUS, "tags": tags})
    proposal = infer_contract(frame, "items")
    assert f".pipe(pdprep.transforms.split, {said}" in proposal.code
    assert made(proposal, frame).frame.collect().row(0) == ("0000", "red|warm")


def test_field_5_a_shown_list_is_split_for_the_impression() -> None:
    frame = pl.DataFrame({**EVENTS, "impressions": ["['i1', 'i2']"] * N})
    proposal = infer_contract(frame, "interactions")
    assert made(proposal, frame).frame.collect()["IMPRESSION"][0] == "i1|i2"


def test_field_g_the_first_row_of_a_frame_without_a_header_is_named() -> None:
    read = pl.DataFrame(
        {"196": [186, 22], "242": [302, 377], "3": [3, 1], "881250949": [891_717_742, 878_887_116]}
    )
    with pytest.raises(SourceError, match=r"has no header: its names are .* lost.*has_header=False"):
        infer_contract(read, "interactions")
    counted = read.rename(dict(zip(read.columns, "0123", strict=True)))
    assert infer_contract(counted, "interactions").columns == {"TIMESTAMP": "3"}


def test_field_g_a_file_without_a_header_is_named(tmp_path: Path) -> None:
    (tmp_path / "u.data").write_text("196\t242\t3\t881250949\n186\t302\t3\t891717742\n")
    with pytest.raises(SourceError, match="has no header"):
        infer_contract(tmp_path / "u.data", "interactions")


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt32, pl.String])
def test_clients_12_a_bare_id_of_users_is_the_user(dtype: Any) -> None:
    frame = pl.DataFrame({"id": [1, 2, 3], "age": [31, 42, 53]}, schema_overrides={"id": dtype}, strict=False)
    proposal = infer_contract(frame, "users")
    assert (proposal.columns, list(proposal.metadata)) == ({"USER_ID": "id"}, ["AGE"])
    assert validate(made(proposal, frame)).ok


def test_clients_12_the_hint_for_a_frame_without_metadata_names_a_column_that_it_has() -> None:
    frame = pl.DataFrame({"id": [1, 2], "email": ["a@example.org", "b@example.org"], "age": [31, 42]})
    with pytest.raises(ContractError) as error:
        prepare(frame, "users", columns={"USER_ID": "id"})
    assert error.value.hint == 'metadata={"AGE": "age"}'
    again = prepare(frame, "users", columns={"USER_ID": "id"}, **eval(f"dict({error.value.hint})"))
    assert validate(again).ok
    with pytest.raises(ContractError) as alone:
        prepare(frame.select("id"), "users", columns={"USER_ID": "id"})
    assert not alone.value.hint


def test_field_f_a_field_that_prepare_would_tell_otherwise_is_written_out() -> None:
    frame = pl.DataFrame({"sku": range(3_000), "much": [1] * 2_000 + [0.5] * 1_000}, strict=False)
    frame = frame.with_columns(pl.col("much").cast(pl.String).str.replace(r"\.0$", ""))
    proposal = infer_contract(frame, "items")
    assert 'pdprep.Field("MUCH", "float", nullable=True)' in proposal.code
    assert validate(made(proposal, frame)).ok


def test_field_f_a_proposal_says_what_it_cannot() -> None:
    gaps = pl.DataFrame({**EVENTS, "anonymousId": "a"}).with_columns(
        user=pl.when(pl.col("ts") > TIME).then("user")
    )
    proposal = infer_contract(gaps, "interactions")
    assert proposal.cannot == (
        '1 of 60 rows have no user, which USER_ID needs: pl.coalesce("user", "anonymousId") fills them',
    )
    alone = infer_contract(gaps.select("user").unique(), "users")
    assert "need a field of your own" in alone.cannot[-1]
    assert all(line in str(alone) and "\n" not in line for line in alone.cannot)
    assert "rows have no user" in proposal._repr_html_()


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (['{"a": 1}', '{"b": 2, "a": "x"}'], ["1", "x"]),
        (['{"n": {"x": 1}, "my id": 7}', "{}"], ["7", None]),
        (['[{"type": "click"}]', '[{"type": "view"}, {"type": "buy"}]'], [["click"], ["view", "buy"]]),
    ],
)
def test_field_5_objects_of_json_are_no_lists_and_the_reason_reads_a_field(
    values: list[str], read: list[object]
) -> None:
    why, _, code = reason(items(extra=values * (N // 2)), "extra").partition("; a field of them is read by ")
    assert why == "left out: objects written as text"
    assert pl.DataFrame({"extra": values}).select(eval(code)).to_series().to_list() == read


@pytest.mark.parametrize("text", ["{'a': 1}", "[{'a': 1}]", "{type=click, page=1}"])
def test_field_5_objects_of_programs_are_left_out(text: str) -> None:
    assert reason(items(extra=[text] * N), "extra") == "left out: objects written as text"


@pytest.mark.parametrize("text", ['{"item_id": "i%d"}', '[{"qty": 1, "item_id": "i%d"}]'])
def test_field_5_objects_under_an_ids_name_are_not_taken_and_the_line_reads_the_id(text: str) -> None:
    frame = pl.DataFrame({**EVENTS, "item": [text % (n % 9) for n in range(N)]})
    proposal = infer_contract(frame, "interactions")
    assert proposal.missing == ("ITEM_ID",)
    code, _, more = proposal.cannot[0].split("lists of them: ")[1].partition("  # and ")
    names = {"pl": pl, "transforms": transforms, "frame": frame}
    rows = frame if code.startswith("columns=") else eval(code, names)
    columns = {"USER_ID": "user", "TIMESTAMP": "ts"} | eval(f"dict({more or code})", names)["columns"]
    assert prepare(rows, "interactions", columns=columns).rows.collect()["ITEM_ID"].n_unique() == 9


@pytest.mark.parametrize(
    ("days", "epochs"),
    [
        ([20260105, 20260131], [1767571200, 1769817600]),
        (["20260105", "20260131"], [1767571200, 1769817600]),
        ([20260105.0, 20260131.0], [1767571200, 1769817600]),
        ([202601051000, 202601311000], [1767607200, 1769853600]),
        ([20260105100000, 20260131100000], [1767607200, 1769853600]),
    ],
)
def test_field_f_days_written_as_numbers_are_no_seconds_of_1970(days: list[Any], epochs: list[int]) -> None:
    frame = pl.DataFrame(EVENTS).drop("ts").with_columns(event_date=pl.Series(days * (N // 2)))
    times = made(infer_contract(frame, "interactions"), frame).rows.collect()["TIMESTAMP"]
    assert times.unique().sort().to_list() == epochs
    own = items(release_date=days * (N // 2))
    assert own.frame.collect()["release_date"].unique().sort().to_list() == epochs


def test_field_f_microseconds_come_before_the_day_beside_them() -> None:
    frame = (
        pl.DataFrame(EVENTS)
        .drop("ts")
        .with_columns(
            event_date=pl.lit(20260105),
            event_timestamp=1_767_607_200_123_456 + pl.int_range(pl.len()) * 1_000_000,
        )
    )
    proposal = infer_contract(frame, "interactions")
    assert reason(proposal, "event_date") == "left out: another time; TIMESTAMP is event_timestamp"
    assert made(proposal, frame).rows.collect()["TIMESTAMP"][0] == 1_767_607_200


def test_field_f_numbers_that_could_be_days_are_none_under_another_name() -> None:
    proposal = items(weight=[20260105, 20260131] * (N // 2))
    assert reason(proposal, "weight").startswith("every value is a number")


def test_words_among_amounts_leave_a_price_one_and_are_named() -> None:
    paid = ["free" if n % 10 == 0 else f"{n}.99" for n in range(N)]
    cost = ["n/a" if n % 10 == 0 else "-" if n % 10 == 1 else f"${n}.50" for n in range(N)]
    proposal = items(paid=paid, cost=cost)
    assert proposal.code.count("strict=False") == 2
    assert "n/a, -: null" in reason(proposal, "cost")
    said = reason(proposal, "paid")
    assert "free: null, or 0 by frame" in said
    frame = pl.DataFrame({"sku": SKUS, "size": ["S", "M"] * (N // 2), "paid": paid, "cost": cost})
    assert made(proposal, frame).frame.collect()["PAID"].head(2).to_list() == [None, 1.99]
    free = eval(said.partition(" by ")[2], {"frame": frame, "pl": pl})
    assert made(proposal, free).frame.collect()["PAID"].head(2).to_list() == [0.0, 1.99]
    versions = items(version=["beta" if n % 10 == 0 else f"1.{n % 5}" for n in range(N)])
    assert "categories" in reason(versions, "version")


@pytest.mark.parametrize("text", ["[0.1, -2e-3]", "[-1, 4]", "[['a', 'b'], ['c']]", "[[1], [2]]"])
def test_vectors_and_tables_written_as_text_are_no_categories(text: str) -> None:
    proposal = items(held=[text] * N)
    assert "no categories" in reason(proposal, "held")
    assert "split" not in proposal.code
