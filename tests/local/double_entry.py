"""Records near every limit, and two verdicts on each: the client's rules and the server's, written apart."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl

from pdprep import Field, prepare
from pdprep.contract import catalogue, payloads
from pdprep.contract.contract import Contract
from pdprep.contract.dtypes import DTYPES
from pdprep.contract.rules.rule import Route
from pdprep.local.protocol import model, wire
from pdprep.local.refusals import Refusal
from pdprep.local.rows import csvtext, puts, typed
from pdprep.local.rows.avro import AvroSchema, parse
from pdprep.personalize.puts.batches import put_contract
from pdprep.preparation import escaping
from pdprep.validation.row_checks import row_checks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOON = int(NOW.timestamp())
Cells = dict[str, str | None]
KINDS = [
    (dataset, domain)
    for domain in catalogue.DOMAINS
    for dataset in catalogue.DATASETS
    if domain == "CUSTOM" or dataset not in catalogue.CUSTOM_ONLY
]
OWN = (
    Field("NOTE", nullable=True), Field("OWN_CATEGORY", categorical=True), Field("OWN_COUNT", "int"),
    Field("OWN_NUMBER", "double", nullable=True), Field("OWN_FLAG", "boolean", nullable=True),
)  # fmt: skip

# Sound values first; a record of the test breaks at most two columns.
FLOATS = ("1.5", "-3", "7", "1e308", "NaN", "inf", "1e400", "dear", "1,5", "")
WHOLE = ("7", "-1", "2147483647", "-2147483648", "2147483648", "7.5", "dear", "7.0", "")
LONGS = ("7", "9223372036854775807", "9223372036854775808", "7.5", "dear", "")
TIMES = (
    "1700000000", str(SOON), "315532800", "315532799", "0", "-1", str(SOON + 86_400), str(SOON + 86_401),
    "10000000000", "soon", "",
)  # fmt: skip
FLAGS = ("true", "False", "1", "0", "maybe", "")
IDS = (
    "u7",
    "x" * 256,
    "é" * 256,
    "a,b",
    'a"b',
    "a\\",
    "a b",
    "x" * 257,
    "a|b",
    "a\nb",
    "a\x01b",
    "undefined",
    "",
    " ",
)
TEXTS = (
    "t", 'say "hi"', "back\\slash", "end\\", "a,b", "two\nlines", "漢字", "c" * 1000, "c" * 1001, "e" * 1024,
    "z" * 20_000, "ü" * 20_001, "w" * 32_001, '"' * 600, "", " ",
)  # fmt: skip
NAMED = {
    "IMPRESSION": ("a", "a|b", "|".join("i" * 25), "|".join("i" * 26), "a||b", "a" * 257, "b" * 1001, ""),
    "RECOMMENDATION_ID": ("r", "r" * 40, "r" * 41, ""),
    "EVENT_ATTRIBUTION_SOURCE": ("mail", "m" * 1024, "m" * 1025, "é", " ", ""),
    "EVENT_TYPE": ("click", "Taken", "e" * 256, "e" * 257, "bought", ""),
    "SESSION_ID": ("s", "s" * 256, "s" * 257, "null", ""),
    "VALUE": ("7", "1", "10", "0", "11", "7.5", "dear", ""),
    "REPEAT_FREQUENCY": ("7", "30", "31", "7.5", "dear", ""),
    "EVENT_ID": ("", "e" * 256, "e" * 257),
}
POOLS = {"float": FLOATS, "double": FLOATS, "int": WHOLE, "long": LONGS, "boolean": FLAGS, "string": TEXTS}


def contract(dataset: str, domain: str) -> Contract:
    """Return a contract with every stored field of the catalogue and fields of one's own."""
    known = [field for field in catalogue.optional(dataset, domain) if not field.put_only]
    return Contract.of(dataset, domain).extend(*known, *OWN)


def records(wanted: Contract, count: int, seed: int) -> list[Cells]:
    """Return records as text, nine columns in ten sound."""
    chance = random.Random(f"{wanted.dataset} {wanted.domain} {seed}")
    return [_record(wanted, chance) for _ in range(count)]


def _record(wanted: Contract, chance: random.Random) -> Cells:
    row: Cells = {field.name: _pool(wanted, field)[0] for field in wanted.fields}
    for name in chance.sample(wanted.names, chance.choice((1, 1, 2))):
        row[name] = chance.choice((*_pool(wanted, wanted.field(name)), None))
    return row


def _pool(wanted: Contract, field: Field) -> tuple[str, ...]:
    if field.name in wanted.ids:
        return IDS
    if field.name.endswith("TIMESTAMP"):
        return TIMES
    if field.name == "EVENT_TYPE" and wanted.dataset == "action_interactions":
        return ("Taken", "Not Taken", "viewed", "e" * 257, "bought", "")
    return NAMED.get(field.name, POOLS[field.type])


class Client:
    """What the client says of records on a route, and what it would send of each."""

    def __init__(self, base: Contract, route: Route, given: list[Cells]) -> None:
        self.contract = put_contract(base) if route == "put" else base
        source = pl.DataFrame(given, schema=dict.fromkeys(given[0], pl.String))
        self._prepared = prepare(source, self.contract)
        self._rows = self._prepared.rows.collect()
        self.refusals = list(self._refusals(route))
        self._unread = self._lost()

    def _refusals(self, route: Route) -> Iterator[set[str]]:
        """Yield the names of the rules that stop each record."""
        stopping = [v for v in row_checks(self._prepared, NOW) if v.rule.blocks(route)]
        marks = self._rows.select(v.fails.fill_null(False).alias(str(n)) for n, v in enumerate(stopping))
        for marked in marks.rows():
            yield {v.rule.name for v, broken in zip(stopping, marked, strict=True) if broken}

    def _lost(self) -> list[dict[str, str]]:
        """Return for each record the cells that could not be read, as they stood in the source."""
        readable = [each for each in self._prepared.conversions if each.way.rule]
        return [
            {
                each.field.name: row[each.raw]
                for each in readable
                if row[each.field.name] is None and (row[each.raw] or "").strip()
            }
            for row in self._rows.iter_rows(named=True)
        ]

    def lines(self) -> list[str]:
        """Return each record as the client writes it; what it could not read stands as it was."""
        frame = self._rows.select(self.contract.columns)
        written = io.BytesIO()
        escaping.write(frame, written)
        texts = escaping.text(frame).cast(pl.String).iter_rows(named=True)
        each = zip(
            written.getvalue().decode().removesuffix("\n").split("\n"), texts, self._unread, strict=True
        )
        return [_joined(text | lost) if lost else line for line, text, lost in each]

    def payloads(self) -> list[dict[str, Any]]:
        """Return the request of a put call with each record alone, as it goes over the wire."""
        rows = zip(self._rows.iter_rows(named=True), self._unread, strict=True)
        return [_request(self.contract, row | lost) for row, lost in rows]


def _joined(cells: Cells) -> str:
    return ",".join(cell or "" for cell in cells.values())


MEMBER = {"items": "items", "users": "users", "actions": "actions"}
OPERATION = {
    "interactions": "PutEvents", "items": "PutItems", "users": "PutUsers", "actions": "PutActions",
    "action_interactions": "PutActionInteractions",
}  # fmt: skip


def _request(wanted: Contract, row: dict[str, Any]) -> dict[str, Any]:
    when = row.get("TIMESTAMP")
    readable = row | {"TIMESTAMP": when if isinstance(when, int) else 0}
    frame = pl.DataFrame({name: pl.Series([readable[name]], dtype=_dtype(readable[name], wanted, name))
                          for name in wanted.names})  # fmt: skip
    record = {k: v for k, v in payloads.records(wanted, frame)[0].items() if v is not None}
    if not wanted.event_like:
        return {"datasetArn": "arn:aws:personalize:::dataset/g/D", MEMBER[wanted.dataset]: [record]}
    record.pop("sentAt")
    moment = {} if when is None else {"sentAt" if wanted.dataset == "interactions" else "timestamp": when}
    owner = {"userId": row.get("USER_ID"), "sessionId": row.get("SESSION_ID") or "s"}
    owner = {name: value for name, value in owner.items() if value is not None}
    if wanted.dataset == "interactions":
        return {"trackingId": "t", **owner, "eventList": [record | moment]}
    return {"trackingId": "t", "actionInteractions": [record | owner | moment]}


def _dtype(value: Any, wanted: Contract, name: str) -> Any:
    read = not isinstance(value, str)
    return DTYPES[wanted.field(name).type] if read else pl.String


class Server:
    """What the server's own rules say, without a server."""

    def __init__(self, base: Contract) -> None:
        self.base = base
        self.schema: AvroSchema = parse(base.to_avro())
        self.events = wire_shape(OPERATION[base.dataset])

    def refuses_line(self, line: str) -> str:
        """Return why an import job fails on a line, or nothing."""
        try:
            text = csvtext.parse(line.encode() + b"\n", self.schema.names)
        except csvtext.Malformed as error:
            return str(error)
        return typed.problem(text, typed.convert(text, self.schema), self.schema, 2)

    def refuses_lines(self, lines: list[str]) -> list[str]:
        """Return why each line is refused; sound ones are judged together."""
        if len(lines) > 1 and self.refuses_line("\n".join(lines)):
            middle = len(lines) // 2
            return self.refuses_lines(lines[:middle]) + self.refuses_lines(lines[middle:])
        return [self.refuses_line(lines[0])] if len(lines) == 1 else [""] * len(lines)

    def refuses_payload(self, payload: dict[str, Any]) -> str:
        """Return why a put call is refused, or nothing."""
        try:
            given = wire.read(self.events, wire.load(_json(payload)))
            self._row(given)
        except Refusal as refusal:
            return refusal.message
        return ""

    def _row(self, given: dict[str, Any]) -> None:
        if self.base.dataset == "interactions":
            owner = {"userId": given.get("userId"), "sessionId": given["sessionId"]}
            puts.event(self.schema, {**owner, **given["eventList"][0]})
        elif self.base.dataset == "action_interactions":
            puts.action_interaction(self.schema, given["actionInteractions"][0])
        else:
            puts.record(self.schema, given[MEMBER[self.base.dataset]][0])


def wire_shape(name: str) -> Any:
    operation = model.operation(model.EVENTS, name)
    assert operation
    return operation.input_shape


def _json(payload: dict[str, Any]) -> bytes:
    """Write as boto3 does: what is no finite number goes as the word for it."""
    text = json.dumps(payload)
    return text.replace(": NaN", ': "NaN"').replace(": Infinity", ': "Infinity"').encode()
