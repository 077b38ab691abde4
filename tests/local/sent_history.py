"""Random records, sent to the local Personalize and, at its time, written into a ledger as a client does."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import record_files, trained_ids
from pdprep.ledger.contracts import dumps
from pdprep.ledger.effects import Training
from pdprep.ledger.ledger import open_ledger
from pdprep.ledger.records import records
from pdprep.ledger.rows import SENT, CallRow
from pdprep.ledger.status import Status
from pdprep.personalize.aws.client import Environment, keyless
from pdprep.personalize.puts import batches
from pdprep.personalize.resources import ensuring, trainings
from tests.local.recommend_test import ITEMS, NOW, ROLE, USERS, events
from tests.local.when_it_counts_test import Timed

EVENTS = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n"
TAKEN = "USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP\n"
ACTIONS = "ACTION_ID,VALUE,LEVEL\n" + "".join(f"a{n},1,1\n" for n in range(3))
ACTED = TAKEN + "".join(f"u{n},a{n % 2},{'Taken' if n % 4 < 2 else 'Viewed'},{NOW + n}\n" for n in range(400))
# By which column a record that was sent here is found again.
KEYS = {
    "interactions": "USER_ID", "items": "ITEM_ID", "users": "USER_ID", "actions": "ACTION_ID",
    "action_interactions": "USER_ID",
}  # fmt: skip


class Address:
    """Where the client finds the service."""

    def __init__(self, url: str) -> None:
        self.url = url

    def revive(self) -> bool:
        return False


class History:
    """What was sent to both.

    ``seqs``: the sequence number that the local Personalize gave to what was sent at a time.
    """

    def __init__(self, timed: Timed, folder: Path, actions: bool) -> None:
        self.timed, self.state = timed, timed.server.state
        self.ledger, _ = open_ledger(folder, None)
        self.seqs, self.keys = dict[float, int](), set[tuple[str, str]]()
        self.sent = dict[str, int]()
        region, url = timed.lab.region, timed.lab.url
        self.environment = Environment(
            keyless(region), "0" * 12, region, "s3://lab-bucket", ROLE, Address(url)
        )
        found = timed.lab.personalize.describe_dataset_group(datasetGroupArn=timed.group)["datasetGroup"]
        self.group = ensuring.Group(found["name"], timed.group, "CUSTOM", found["creationDateTime"])
        for kind, text in (("interactions", events()), ("items", ITEMS), ("users", USERS)):
            self._file_import(kind, text, "FULL")
        if actions:
            for kind in ("Actions", "Action_Interactions"):
                timed.datasets[kind] = timed.lab.dataset(kind, timed.group)
            timed.pass_by(5)
            self.load("actions", ACTIONS, "FULL")
            self.load("action_interactions", ACTED, "FULL")

    def send(self, kind: str, number: int, chance: random.Random) -> None:
        """Send one kind of records: of what the base has, or of something new."""
        if kind in ("event", "events added", "events full"):
            self._events(kind, chance.choice(("i1", "j2", f"new{number}")), f"reader{number}", number)
        elif kind.startswith("item"):
            # INCREMENTAL ones are new: that segments leave them out is not to be seen of known ones.
            known = () if kind == "items added" else ("i1", "j2")
            self._items(kind, chance.choice((*known, f"new{number}")), number)
        elif kind.startswith("action"):
            self._actions(kind, chance.choice(("a0", "a1", "a2", f"new{number}")))
        else:
            self._taken(kind, chance.choice(("a0", "a1", f"new{number}")), f"reader{number}", number)

    def _events(self, kind: str, item: str, user: str, number: int) -> None:
        if kind == "event":
            self.timed.put(user, item, NOW + 20_000 + number)
            self._file_put("interactions", [(user, item, "click", NOW + 20_000 + number)])
            return
        first = NOW + 20_000 + 1000 * number
        rows = (f"{user},{item},click,{first + n}\n" for n in range(1000 if "added" in kind else 3))
        base = EVENTS if "added" in kind else events()
        self.load("interactions", base + "".join(rows), "INCREMENTAL" if "added" in kind else "FULL", user)

    def _items(self, kind: str, item: str, number: int) -> None:
        """Send an item and a twin: the word that they alone share shows that both texts were read."""
        rows = [(id, f"mark{number}", 1.0) for id in (item, f"twin{number}")]
        if kind == "item":
            for id, mark, price in rows:
                self.timed.put_item(id, genres=mark, price=price)
            self._file_put("items", rows)
            return
        text = "".join(f"{id},{mark},{price}\n" for id, mark, price in rows)
        base = "ITEM_ID,GENRES,PRICE\n" if "added" in kind else ITEMS
        base = "".join(line for line in base.splitlines(True) if not line.startswith(("i1,", "j2,")))
        self.load("items", base + text, "INCREMENTAL" if "added" in kind else "FULL", item)

    def _actions(self, kind: str, action: str) -> None:
        self.sent[action] = self.sent.get(action, 1) + 1
        value = self.sent[action] % 10 + 1
        if kind == "action":
            entry = {"actionId": action, "properties": json.dumps({"value": value, "level": 1})}
            self.timed.lab.events.put_actions(datasetArn=self.timed.datasets["Actions"], actions=[entry])
            self._file_put("actions", [(action, value, 1)])
            return
        mode = "INCREMENTAL" if "added" in kind else "FULL"
        self.load("actions", f"ACTION_ID,VALUE,LEVEL\n{action},{value},1\n", mode, action)

    def _taken(self, kind: str, action: str, user: str, number: int) -> None:
        first = NOW + 20_000 + 1000 * number
        if kind == "taken":
            arn, lab = self.timed.datasets["Action_Interactions"], self.timed.lab
            tracking = lab.personalize.describe_dataset(datasetArn=arn)["dataset"]["trackingId"]
            entry = {
                "actionId": action,
                "userId": user,
                "sessionId": "s",
                "timestamp": first,
                "eventType": "Taken",
            }
            lab.events.put_action_interactions(trackingId=tracking, actionInteractions=[entry])
            self._file_put("action_interactions", [(user, action, "Taken", first)])
            return
        rows = (f"{user},{action},Taken,{first + n}\n" for n in range(1000 if "added" in kind else 3))
        base = TAKEN if "added" in kind else ACTED
        mode = "INCREMENTAL" if "added" in kind else "FULL"
        self.load("action_interactions", base + "".join(rows), mode, user)

    def load(self, kind: str, text: str, mode: str, key: str = "") -> None:
        """Import a file, as both sides see it."""
        self.timed.load(kind.title(), text, mode)
        self._file_import(kind, text, mode)
        self._note(kind, key)

    def _note(self, kind: str, key: str) -> None:
        self.keys.add((kind, key))
        self.seqs[self.now] = self.state.layers.latest()

    def seq(self, row: dict[str, Any]) -> int:
        """Return the sequence number of a record's version in the local Personalize, by when it was sent."""
        sent = row["SENT_AT"].timestamp()
        return self.seqs[min(self.seqs, key=lambda at: abs(at - sent))]

    @property
    def now(self) -> float:
        return float(self.state.clock.now())

    def contract(self, kind: str) -> Contract:
        return Contract.from_avro(self.timed.lab.avro(kind.title()))

    def _frame(self, contract: Contract, rows: Any) -> pl.DataFrame:
        names = list(contract.columns)
        found = (
            pl.read_csv(rows.encode(), infer_schema=False)
            if isinstance(rows, str)
            else pl.DataFrame(rows, schema=names, orient="row")
        )
        types = record_files.empty(contract).collect_schema()
        return found.select(pl.col(name).cast(types[name]) for name in names)

    def _file_import(self, kind: str, text: str, mode: str) -> None:
        contract, journal = self.contract(kind), self.ledger.journal
        with self.ledger.temporary() as folder:
            (folder / "records").mkdir()
            frame = self._frame(contract, text)
            record_files.write_records(folder / "records", 0, frame, contract)
            row = journal.new_import({
                "job": f"bulk-{self.now}", "dataset": kind, "mode": mode, "name": f"{kind}-{self.now}",
                "fingerprint": "", "contract": dumps(contract), "created": self.now, "ended": self.now,
                "rows": frame.height, "keys": frame[contract.key].n_unique(), "status": Status.ACTIVE,
            })  # fmt: skip
            record_files.file_import(self.ledger, row, folder / "records")
        trained_ids.drop_replaced(self.ledger, kind)

    def _file_put(self, kind: str, rows: list[tuple[Any, ...]]) -> None:
        contract = self.contract(kind)
        put = batches.put_contract(contract)
        frame = batches.plan(put, self._frame(contract, rows))
        plan = record_files.file_plan(self.ledger, f"put-{self.now}", put, frame, "")
        self.ledger.journal.answer(CallRow(plan.seq, 0, frame.height - 1, SENT, "", self.now))
        self._note(kind, str(rows[0][0]))

    def training(self) -> Training:
        """Return what the client makes of the service's trainings now."""
        now = datetime.fromtimestamp(self.now, UTC)
        return trainings.training(self.environment, self.group, now, self.ledger)

    def effects(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the records that were sent here, one a key, with the client's EFFECT."""
        training = self.training()
        assert training.state == "trained"
        page = records(self.ledger, kind, self.contract(kind), training).page(0, 100_000)
        mine = [key for dataset, key in self.keys if dataset == kind]
        yield from page.filter(pl.col(KEYS[kind]).is_in(mine)).unique(KEYS[kind]).iter_rows(named=True)
