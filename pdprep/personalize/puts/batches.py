"""A put as a plan: which records, in which order, in which call. Pure; nothing is sent here."""

from __future__ import annotations

from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.payload_texts import digests, event_ids, senders, texts
from pdprep.contract.payloads import FORBIDDEN, MEMBERS
from pdprep.errors import ContractError
from pdprep.ledger import identity
from pdprep.ledger.record_files import CALL, DIGEST, ORDER, POSITION
from pdprep.personalize.aws.quotas import quota

SESSION: Final = Field("SESSION_ID", nullable=True, put_only=True)
EVENT: Final = Field("EVENT_ID", nullable=True, put_only=True)
WHOSE: Final = ("USER_ID", "SESSION_ID")
EVENT_ORDER: Final = (*WHOSE, "TIMESTAMP")
_CHUNK: Final = 50_000  # records whose JSON text is in memory at once


def put_contract(contract: Contract) -> Contract:
    """Return the contract with the fields that a put record of it carries.

    Raises:
        ContractError: A field of one's own has a name that no property may have.

    >>> put_contract(Contract.of("interactions")).put_only
    ('SESSION_ID', 'EVENT_ID')
    """
    if not contract.event_like:
        return contract
    for field in contract.metadata:
        if field.name not in MEMBERS and field.name.replace("_", "").lower() in FORBIDDEN:
            raise ContractError(
                f"{field.name} cannot be a property of an event",
                f"no property named {', '.join(FORBIDDEN)} in any case",
                "group.bulk(frame)  # or give the column another name",
            )
    return contract.extend(SESSION, EVENT)


def plan(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the records of a put in the order in which they go, each with position, call and digest.

    Events: grouped by user and session, in order of time, ten a call. Items, users and actions: the last
    record of an id, ten a call.

    Args:
        contract: What ``put_contract`` returned.
        rows: Valid rows in the source's order.
    """
    return Numbers(contract).on(identified(contract, ordered(contract, rows)))


class Numbers:
    """Gives the records of a plan their positions and calls, a batch after the other."""

    def __init__(self, contract: Contract) -> None:
        self._by = WHOSE if contract.dataset == "interactions" else ()
        self._whose: tuple[str | None, ...] = ()  # the user and session of the last record
        self._same = self._position = self._call = 0  # records of these so far; of all; calls of all

    def on(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the next records with the position of each and the number of its call."""
        # A call begins with every tenth record; of events with every tenth of a user and session, and with
        # the next user or session, since a call is of one.
        most, place = quota("records_a_call"), pl.int_range(pl.len(), dtype=pl.UInt32)
        if self._by:
            # A call that the last batch has begun takes the next records of its user and session.
            goes_on = [
                pl.col(name).eq_missing(pl.lit(of)) for name, of in zip(self._by, self._whose, strict=False)
            ]
            before = pl.when(pl.all_horizontal(goes_on)).then(self._same).otherwise(0) if goes_on else 0
            within = place.over(*self._by) + before
        else:
            within = place + self._position
        numbered = frame.with_columns(
            (place + self._position).alias(POSITION),
            ((within % most == 0).cum_sum() + (self._call - 1)).cast(pl.UInt32).alias(CALL),
        ).with_columns(pl.col(POSITION).cast(pl.UInt32).set_sorted())
        if frame.height:
            self._position, self._call = self._position + frame.height, numbered[CALL][-1] + 1
            whose = frame.select(self._by).row(-1) if self._by else ()
            equal = [pl.col(name).eq_missing(pl.lit(of)) for name, of in zip(self._by, whose, strict=True)]
            same = frame.filter(equal).height if equal else 0
            self._same, self._whose = same + (self._same if whose == self._whose else 0), whose
        return numbered


def without_acknowledged(contract: Contract, frame: pl.DataFrame, held: list[pl.LazyFrame]) -> pl.DataFrame:
    """Leave out the records whose identical content the service has taken already by put.

    Of items, users and actions only what was sent last of an id counts: an older content is sent again.
    """
    # An import keeps no digests: only what was put can be known to be the same to the letter.
    sent = [layer for layer in held if DIGEST in layer.collect_schema()]
    if not sent:
        return frame
    if contract.event_like:
        known = _comparable(pl.concat([layer.select(DIGEST) for layer in sent]), frame, [DIGEST])
        return frame.join(known.collect(engine="streaming"), on=DIGEST, how="anti", maintain_order="left")
    every = pl.concat([layer.select(contract.key, ORDER, digest(layer)) for layer in held])
    mine = _comparable(every, frame, [contract.key])
    last = mine.group_by(contract.key).agg(pl.col(DIGEST).get(pl.col(ORDER).arg_max()))
    on = [contract.key, DIGEST]
    return frame.join(last.collect(engine="streaming"), on=on, how="anti", maintain_order="left")


def without_known(contract: Contract, frame: pl.DataFrame, held: list[pl.LazyFrame]) -> pl.DataFrame:
    """Leave out the records whose key the dataset holds, by whichever route and with whichever values."""
    if not held:
        return frame
    key = identity.key(contract)
    known = _comparable(pl.concat([layer.select(key) for layer in held], how="vertical_relaxed"), frame, key)
    there = known.collect(engine="streaming")
    return frame.join(there, on=key, how="anti", maintain_order="left", nulls_equal=True)


def _comparable(rows: pl.LazyFrame, frame: pl.DataFrame, on: list[str]) -> pl.LazyFrame:
    """Return what a frame may be compared with; of a large ledger nothing else is read into memory."""
    return rows.join(frame.lazy().select(on), on=on, how="semi", nulls_equal=True)


def digest(layer: pl.LazyFrame) -> pl.Expr:
    """Return the digest of what was put; null for what was imported."""
    return pl.col(DIGEST) if DIGEST in layer.collect_schema() else pl.lit(None, pl.String).alias(DIGEST)


def ordered(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the records of a put in the order in which they go; of an item, user or action its last."""
    if not contract.event_like:
        return rows.select(contract.names).unique(contract.key, keep="last", maintain_order=True)
    missing = [pl.lit(None, pl.String).alias(name) for name in contract.put_only if name not in rows.columns]
    # A call of PutEvents names a session: where the frame has none, all events of a user are one.
    session = pl.coalesce("SESSION_ID", "USER_ID").alias("SESSION_ID")
    filled = rows.with_columns(missing).with_columns(session).select(contract.names)
    return filled.sort(EVENT_ORDER, maintain_order=True)


def identified(contract: Contract, frame: pl.DataFrame) -> pl.DataFrame:
    """Give every event its id and every record the digest of what is sent of it, and return each once."""
    found = [_identify(contract, chunk) for chunk in frame.iter_slices(_CHUNK)]
    named = pl.concat(found) if found else frame.with_columns(pl.lit(None, pl.String).alias(DIGEST))
    # Events that are equal in all that is sent are one to the service: docs/decisions/event-id.md.
    return named.unique(DIGEST, keep="first", maintain_order=True)


def _identify(contract: Contract, chunk: pl.DataFrame) -> pl.DataFrame:
    if not contract.event_like:
        return chunk.with_columns(digests(texts(contract, chunk)).alias(DIGEST))
    named = chunk.with_columns(event_ids(contract, chunk))
    return named.with_columns(digests(senders(named) + texts(contract, named)).alias(DIGEST))
