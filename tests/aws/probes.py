"""One probe an assumption and documented fact: what the service does, told in the terms of their tables.

Probes of one experiment share its imports and exports, since each takes AWS many minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import polars as pl

from pdprep import assumptions
from pdprep.contract import facts
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.personalize.resources.ensuring import ensure_tracking
from tests.aws.lab import Lab

Seen = Iterator[tuple[str, object]]

ITEMS: Final = Contract.of("items").extend(
    Field("GENRES", categorical=True, nullable=True),
    Field("CATEGORY_L1", categorical=True, nullable=True),
    Field("NOTE", nullable=True),
    Field("PLOT", textual=True, nullable=True),
)
EVENTS: Final = Contract.of("interactions").extend(Field("EVENT_TYPE"))
LEAST: Final = assumptions.number("incremental_needs_new_rows")
START: Final = 1_700_000_000
EVENT_TYPES: Final = 11  # one more than training takes
LONG: Final = 24_300  # more characters of properties than the guide of 2023 let an item have

NO_PROBE: Final = "no probe"
# Assumptions that a run of an hour cannot ask about, and why.
NOT_ASKED: Final = {
    "csv_doubled_quotes": "pdprep writes no such file",
    "filter_minutes": "needs a recommender or a campaign, which costs by the hour",
    "segments_read_puts": "needs a training",
    "same_event_id_is_not_trained_on_twice": "needs two trainings",
    "categories_most": "data insights are in the console only",
    "action_expiration_timestamp": "any name is taken as a field of one's own; only training tells",
    "deleted_users_leave_both_layers": "a deletion job takes up to a day",
    "throttled_calls_have_no_effect": "would have to use up the quota of an account",
    "actions_are_not_exported": "needs a dataset of actions to be refused",
    "reserved_is_no_metadata": "needs a dataset of its own",
    "times_before_1970": "only training tells what an item's age does",
    "words_for_nothing": "that an event was lost is seen in an export, a quarter of an hour later",
    "repeat_frequency_of_nothing": "needs a campaign of Next-Best-Action",
    "column_names": "needs a schema that cannot be deleted while a dataset has it",
    "earliest_year": "a guess of ours about units, not a limit of the service",
}


class Told(str):
    """Something seen that neither agrees nor differs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen about an assumption. ``agrees``: None where it was not asked."""

    name: str
    taken: object
    seen: object
    agrees: bool | None

    def __str__(self) -> str:
        word = {True: "agrees", False: "DIFFERS", None: "not asked"}[self.agrees]
        seen = self.seen if self.agrees is None else f"seen {self.seen!r}"
        return f"{word:<9} {self.name}: we take {self.taken!r}; {seen}"


def findings(lab: Lab) -> list[Finding]:
    """Run every experiment and compare what was seen with every assumption."""
    seen = {name: value for experiment in EXPERIMENTS for name, value in experiment(lab)}
    return [_finding(row, seen) for row in (*assumptions.ROWS, *facts.ROWS)]


def _finding(row: assumptions.Assumption | facts.ServiceFact, seen: dict[str, object]) -> Finding:
    if isinstance(told := seen.get(row.name), Told):
        return Finding(row.name, row.value, told, None)
    if row.name in seen:
        return Finding(row.name, row.value, seen[row.name], seen[row.name] == row.value)
    return Finding(row.name, row.value, NOT_ASKED.get(row.name, NO_PROBE), None)


def items(lab: Lab) -> Seen:
    """A FULL import, puts, a FULL import that corrects: what is in which layer then."""
    dataset, name = lab.dataset(ITEMS), f"{lab.group.name}-once"
    lab.load(dataset, _csv(ITEMS, ("a", "A"), ("b", "A"), ("c", "A")), name=name)
    yield "job_name_can_be_used_once", _taken_again(lab, name)
    arn = {"datasetArn": dataset.arn}
    put = [
        {"itemId": "b", "properties": '{"genres":"Put"}'},
        {"itemId": "d", "properties": '{"genres":"First","categoryL1":"Deep"}'},
    ]
    lab.put("put_items", **arn, items=put)
    lab.put("put_items", **arn, items=[{"itemId": "d", "properties": '{"note":"second"}'}])
    long = [{"itemId": "long", "properties": '{"plot":"' + "x" * LONG + '"}'}]
    yield "put_lengths", lab.put("put_items", **arn, items=long) == ""
    good, bad = ({"itemId": each, "properties": '{"genres":"x"}'} for each in ("good", "x" * 300))
    refused = lab.put("put_items", **arn, items=[good, bad]) != ""
    lab.load(dataset, _csv(ITEMS, ("a", "A", "", '""'), ("b", "Corrected")))
    bulk, there, newest = (lab.rows("items", mode) for mode in ("BULK", "PUT", "ALL"))
    yield "one_bad_record_rejects_the_call", refused and "good" not in _ids(there)
    yield "full_keeps_put", "d" in _ids(there)
    yield "older_put_outlives_full_import", "b" in _ids(there)
    yield "full_removes_absent_ids", "c" not in _ids(bulk)
    yield "newest_wins", _value(newest, "b", "GENRES") == ["Corrected"]
    yield "put_replaces_whole_record", _value(newest, "d", "GENRES") == [None]
    yield "exports_keep_versions", _ids(there).count("d") == 2 and _ids(newest).count("d") == 1
    yield "property_digits", "Deep" in _value(there, "d", "CATEGORY_L1")
    read = "null" if _value(bulk, "a", "NOTE") == [None] else "an empty text"
    yield "empty_text_is_null", Told(f"a quoted empty text is read as {read}; we send none")
    text = _csv(ITEMS, ("a", "A", "", "x" * 1001), ("b", "A"))
    stops = lab.load(dataset, text) != "ACTIVE"
    yield "string_length_stops", stops
    yield "no_byte_order_mark", lab.load(dataset, "\ufeff" + _csv(ITEMS, ("a", "A"))) != "ACTIVE"


def interactions(lab: Lab) -> Seen:
    """A FULL import with repetitions, an INCREMENTAL one too small, one that is not; events of all times."""
    dataset = lab.dataset(EVENTS)
    first = [_event(number) for number in range(LEAST)]
    doubled = [*first, first[0], first[1].replace("type1", "other")]
    yield "event_types_stop_training_only", lab.load(dataset, _csv(EVENTS, *doubled)) == "ACTIVE"
    few = [*(_event(number) for number in range(5000, 5000 + LEAST - 1)), first[2]]
    small = lab.load(dataset, _csv(EVENTS, *few), "INCREMENTAL") != "ACTIVE"
    yield "incremental_needs_new_rows", LEAST if small else "fewer"
    more = [_event(number) for number in range(9000, 9000 + LEAST)]
    lab.load(dataset, _csv(EVENTS, *more), "INCREMENTAL")
    rows = lab.rows("interactions", "BULK")
    early = rows.filter(pl.col("TIMESTAMP") < START + 5000)
    late = rows.filter(pl.col("TIMESTAMP") >= START + 9000)
    yield "incremental_adds_interactions", (late.height, early.height >= LEAST) == (LEAST, True)
    same = early.filter(pl.col("TIMESTAMP") == START)
    yield "exports_collapse_equal_rows", same.height == 1
    yield "equal_rows_are_one", same.height == 1
    yield "duplicates_differ_in_any_field", early.filter(pl.col("TIMESTAMP") == START + 1).height == 2
    tracking = ensure_tracking(lab.group.environment, lab.made, dataset)
    yield "sent_at_range", all(_takes_event(lab, tracking, moment) for moment in _moments())


def schemas(lab: Lab) -> Seen:
    """Which schemas the service takes."""
    clash = Contract.of("items").extend(Field("MY_GENRE", categorical=True))
    text = clash.extend(Field("OTHER", categorical=True)).to_avro().replace('"OTHER"', '"MYGENRE"')
    yield "names_without_case", lab.takes_schema(clash) and not lab.takes_schema(clash, text)
    yield (
        "metadata_may_be_textual",
        lab.takes_schema(Contract.of("items").extend(Field("PLOT", textual=True))),
    )
    shop = Contract.of("items", "ECOMMERCE")
    kinds = [kind for kind in ("long", "float") if lab.takes_schema(shop, _creation(shop, kind))]
    yield "ecommerce_creation_timestamp", ", ".join(kinds)


def actions(lab: Lab) -> Seen:
    """Which event types an action interaction may have."""
    lab.dataset(Contract.of("actions").extend(Field("COLOUR", categorical=True, nullable=True)))
    dataset = lab.dataset(Contract.of("action_interactions"))
    kinds = assumptions.text("action_event_types").split(", ")
    yield (
        "action_event_types",
        ", ".join(kind for kind in kinds if _takes_action(lab, dataset.tracking_id, kind)),
    )


def jobs(lab: Lab) -> Seen:
    """Whether a job tells where its data came from, by which a lost reply is made up for."""
    client = lab.group.client()
    arn = client.list_dataset_import_jobs()["datasetImportJobs"][0]["datasetImportJobArn"]
    job = client.describe_dataset_import_job(datasetImportJobArn=arn)["datasetImportJob"]
    yield "equal_names_mean_equal_jobs", bool(job["jobName"] and job["dataSource"]["dataLocation"])


EXPERIMENTS: Final[tuple[Callable[[Lab], Seen], ...]] = (schemas, items, interactions, actions, jobs)


def _csv(contract: Contract, *rows: tuple[str, ...] | str) -> str:
    width = len(contract.columns)
    lines = [row if isinstance(row, str) else ",".join([*row, *[""] * (width - len(row))]) for row in rows]
    return "\n".join([",".join(contract.columns), *lines]) + "\n"


def _event(number: int) -> str:
    return f"u{number % 40},i{number % 30},{START + number},type{number % EVENT_TYPES}"


def _taken_again(lab: Lab, name: str) -> bool:
    dataset = lab.dataset(ITEMS)
    return lab.load(dataset, _csv(ITEMS, ("z", "A")), name=name) == "ResourceAlreadyExistsException"


def _moments() -> tuple[datetime, datetime]:
    return datetime(assumptions.number("earliest_year"), 1, 2, tzinfo=UTC), datetime.now(UTC) + timedelta(
        hours=23
    )


def _takes_event(lab: Lab, tracking: str, moment: datetime) -> bool:
    event = {"eventType": "type0", "itemId": "i0", "sentAt": moment, "eventId": f"at-{moment:%Y}"}
    return lab.put("put_events", trackingId=tracking, userId="u0", sessionId="s", eventList=[event]) == ""


def _takes_action(lab: Lab, tracking: str, kind: str) -> bool:
    one = {"actionId": "a", "userId": "u0", "sessionId": "s", "timestamp": START, "eventType": kind}
    return lab.put("put_action_interactions", trackingId=tracking, actionInteractions=[one]) == ""


def _creation(shop: Contract, kind: str) -> str:
    timed = shop.extend(Field("CREATION_TIMESTAMP", "long")).to_avro()
    before, mark, after = timed.partition('"CREATION_TIMESTAMP"')
    return before + mark + after.replace('"long"', f'"{kind}"', 1)


def _ids(rows: pl.DataFrame) -> list[str]:
    return rows["ITEM_ID"].to_list()


def _value(rows: pl.DataFrame, item: str, column: str) -> list[object]:
    return rows.filter(pl.col("ITEM_ID") == item)[column].to_list()
