"""engine="ray" gives the bytes, the report and the quarantine of engine="local", from every kind of file."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep import Prepared, Staged, prepare, stage, validate
from pdprep.engine import buckets, parts
from pdprep.engine.executors import cutting, ray_pass
from pdprep.engine.executors.packets import Packet
from pdprep.engine.executors.pieces import Bytes, Marks, by_records
from pdprep.errors import InputError, ValidationError
from pdprep.progress import Progress
from tests.engine.shop import dirty, events
from tests.support.files import as_files

MANY = 6_000
pytestmark = pytest.mark.usefixtures("two_nodes")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have many parts and many pieces of few rows."""
    monkeypatch.setattr(parts, "ROWS_A_PART", 900)
    monkeypatch.setattr(cutting, "ROWS", (400, 1_000))
    monkeypatch.setattr(cutting, "LEAST_BYTES", 20_000)


def equal(one: Staged, other: Staged) -> None:
    """See that two have the same parts, report and quarantine."""
    assert [part.sha256 for part in other.parts] == [part.sha256 for part in one.parts]
    assert [part.path.read_bytes() for part in other.parts] == [part.path.read_bytes() for part in one.parts]
    assert [(part.path.name, part.rows, part.bytes) for part in other.parts] == [
        (part.path.name, part.rows, part.bytes) for part in one.parts
    ]
    assert str(other.report) == str(one.report)
    assert other.report.failures.equals(one.report.failures)
    assert [pl.read_parquet(each).rows() for each in other.quarantine] == [
        pl.read_parquet(each).rows() for each in one.quarantine
    ]


def both(prepared: Prepared, folder: Path) -> Staged:
    one, other = stage(prepared, folder / "one"), stage(prepared, folder / "other", engine="ray")
    equal(one, other)
    return other


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "ipc"])
def test_files_give_the_same_parts_report_and_quarantine(tmp_path: Path, form: str) -> None:
    staged = both(events(as_files(dirty(MANY), tmp_path, form), on_invalid="quarantine"), tmp_path)
    assert len(staged.parts) > 3
    assert staged.quarantine


def test_a_store_that_is_too_small_is_handed_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_pass, "STORE_SHARE", 0)
    both(events(as_files(dirty(MANY), tmp_path), on_invalid="quarantine"), tmp_path)


@pytest.mark.parametrize("compressed", [False, True])
def test_rows_of_every_type_come_as_they_went(compressed: bool) -> None:
    rows = pl.DataFrame(
        {
            "long": pl.Series([2**70, None], dtype=pl.Int128),
            "category": pl.Series(["a", None], dtype=pl.Categorical),
            "choice": pl.Series(["b", None], dtype=pl.Enum(["a", "b"])),
            "amount": pl.Series(["1.50", None]).str.to_decimal(scale=2),
            "nested": [{"tags": ["x" * 20, ""]}, None],
            "time": pl.Series([0, None]).cast(pl.Datetime("ns", "Europe/Berlin")),
        }
    )
    for some in (rows, rows.drop("long"), rows.clear()):
        packet = pickle.loads(pickle.dumps(Packet.of(some, compressed), protocol=5))
        assert packet.rows.equals(some)
        assert packet.rows.schema == some.schema
    assert bytes(Packet.of_text(memoryview(b"a" * 99), compressed).text) == b"a" * 99


def test_a_report_is_the_same_to_the_letter(tmp_path: Path) -> None:
    prepared = events(as_files(dirty(MANY), tmp_path))
    assert validate(prepared, engine="ray")._repr_html_() == validate(prepared)._repr_html_()


def test_one_csv_is_cut_where_records_end(tmp_path: Path) -> None:
    broken = pl.when(pl.int_range(pl.len()) % 7 == 0).then(pl.lit("a\nb,\n"))
    frame = dirty(MANY).with_columns(event=broken.otherwise("event"))
    frame.write_csv(tmp_path / "one.csv")
    both(events(tmp_path / "one.csv", on_invalid="quarantine"), tmp_path)


def test_blank_lines_keep_their_number(tmp_path: Path) -> None:
    text = "user,item,time,event\n" + "\n".join(
        "" if n % 50 == 3 else f"{'' if n % 90 == 7 else n % 77},{n},1700000000,watch" for n in range(4_000)
    )
    (tmp_path / "blank.csv").write_text(text)
    both(events(tmp_path / "blank.csv", on_invalid="quarantine"), tmp_path)


def test_a_csv_in_another_encoding_is_read_file_by_file(tmp_path: Path) -> None:
    for number in range(3):
        text = dirty(900).with_columns(user=pl.lit(f"\xe9{number}")).write_csv()
        (tmp_path / f"latin-{number}.csv").write_bytes(text.encode("latin-1"))
    prepared = events(str(tmp_path / "latin-*.csv"), on_invalid="quarantine", encoding="latin-1")
    both(prepared, tmp_path)


def test_ids_that_turn_out_to_be_text_in_one_piece_are_text_in_all(tmp_path: Path) -> None:
    frame = dirty(MANY).with_columns(user=pl.format("{}.0", pl.int_range(pl.len()) % 50))
    late = pl.int_range(pl.len()) == frame.height - 3
    frame = frame.with_columns(user=pl.when(late).then(pl.lit("1.10")).otherwise("user"))
    prepared = events(as_files(frame, tmp_path))
    staged = both(prepared, tmp_path)
    assert b"\n1.10," in b"".join(part.path.read_bytes() for part in staged.parts)


def test_an_expression_with_python_in_it_goes_along(tmp_path: Path) -> None:
    where = as_files(dirty(MANY), tmp_path, "csv")
    word = pl.col("event").map_batches(lambda words: words.str.to_uppercase(), return_dtype=pl.String)
    columns: dict[str, Any] = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": pl.col("time") * 1}
    prepared = prepare(where, "interactions", columns={**columns, "EVENT_TYPE": word}, on_invalid="drop")
    both(prepared, tmp_path)


def test_an_oversized_id_goes_through_the_disk_of_its_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "MOST_BYTES", 10_000)
    monkeypatch.setattr(ray_pass, "MOST_BYTES", 10_000)
    frame = dirty(MANY).with_columns(user=pl.lit("anonymous"))
    both(events(as_files(frame, tmp_path)), tmp_path)


def test_what_a_task_raises_is_raised_here(tmp_path: Path) -> None:
    frame = dirty(MANY)
    early = pl.when(pl.int_range(pl.len()) < 12_000).then("time")
    where = as_files(frame.with_columns(time=early), tmp_path, "csv")
    (tmp_path / "events-11.csv").write_text("user,item,time,event\na,b,c\nd,e,f,g,h\n")
    with pytest.raises(InputError) as here:
        stage(events(where), tmp_path / "one")
    with pytest.raises(InputError) as there:
        stage(events(where), tmp_path / "other", engine="ray")
    assert there.value.expected == here.value.expected


def test_nothing_is_written_where_a_rule_stops_the_route(tmp_path: Path) -> None:
    where = as_files(dirty(MANY), tmp_path)
    with pytest.raises(ValidationError) as here:
        stage(events(where, on_invalid="raise"), tmp_path / "one")
    with pytest.raises(ValidationError) as there:
        stage(events(where, on_invalid="raise"), tmp_path / "other", engine="ray")
    assert str(there.value) == str(here.value)
    assert list((tmp_path / "other").iterdir()) == []


def test_a_frame_of_this_process_is_refused_on_two_nodes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in this process alone, and Ray has 2 nodes"):
        stage(events(), tmp_path / "parts", engine="ray")


def test_progress_tells_rows_and_tasks(tmp_path: Path) -> None:
    heard: list[Progress] = []
    stage(events(as_files(dirty(MANY), tmp_path)), tmp_path / "a", engine="ray", listener=heard.append)
    assert {each.phase for each in heard} == {"prepare", "validate", "stage"}
    assert any("tasks done" in each.note for each in heard)
    assert {each.total for each in heard if each.phase == "prepare"} == {6_600}


def test_whoever_listens_stops_the_tasks(tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    prepared = events(as_files(dirty(MANY), tmp_path))
    with pytest.raises(KeyboardInterrupt):
        stage(prepared, tmp_path / "parts", engine="ray", listener=stop)
    assert not list((tmp_path / "parts").glob("*.csv"))


def test_an_engine_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="engine='spark'"):
        validate(events(), engine="spark")  # type: ignore[arg-type]  # a slip


def test_without_ray_the_line_to_type_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError) as error:
        validate(events(), engine="ray")
    assert error.value._render_traceback_()[1] == '  Try: pip install "pdprep[ray]"'


def test_records_end_where_no_quotation_mark_is_open() -> None:
    found = [Marks(1, (4, None)), Marks(0, (2, None)), Marks(1, (9, 3)), Marks(0, (None, None))]
    cut = [Bytes("a", 0, 24), Bytes("a", 24, None)]
    assert [piece.bytes for piece in by_records("a", [0, 10, 20, 30], found)] == cut
