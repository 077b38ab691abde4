"""The put records as JSON text, column by column: what ``payloads`` defines row by row, only quicker.

A test holds both equal, and the text equal to what botocore makes of the records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import polars as pl

from pdprep.contract.payloads import DEFAULT_EVENT_TYPE, ID_MEMBERS, camel, members, outside
from pdprep.contract.schema import Schema

RECORD: Final = ", ", ": "  # as json.dumps and so botocore separate; the id of an event has no blanks
CANONICAL: Final = ",", ":"
Style = tuple[str, str]
_SMALL: Final = 1e-4


def texts(schema: Schema, frame: pl.DataFrame) -> pl.Series:
    """Return one put record a row as JSON text: an Event, an Item, a User, an Action or an ActionInteraction.

    Args:
        schema: The contract that the frame fulfils.
        frame: Its columns, put-only ones included.

    >>> frame = pl.DataFrame({"ITEM_ID": ["7"], "GENRES": ["Drama"]})
    >>> from pdprep import Contract, Field
    >>> texts(Contract.of("items").extend(Field("GENRES")), frame).item()
    '{"itemId": "7", "properties": "{\\\\"genres\\\\":\\\\"Drama\\\\"}"}'
    """
    if not schema.event_like:
        subject = {ID_MEMBERS[schema.dataset]: schema.key}
        written = _values(subject, frame) | {"properties": _text(_properties(schema, frame))}
    elif schema.dataset == "interactions":
        written = _event(schema, frame, RECORD)
    else:
        event = _event(schema, frame, RECORD)
        written = {**_who(frame), "timestamp": event.pop("sentAt"), **event}
    return frame.select(_object(written, RECORD)).to_series()


def properties_texts(schema: Schema, frame: pl.DataFrame) -> pl.Series:
    """Return the JSON text that ``payloads.properties`` makes of each row."""
    # With columns: a row that has nothing beside its members still gets a text, {}.
    return frame.with_columns(_properties(schema, frame).alias("properties")).get_column("properties")


def senders(frame: pl.DataFrame) -> pl.Series:
    """Return session and user of each event as JSON text that ends in a comma; some have no user."""
    who = _object(_who(frame), RECORD).str.strip_prefix("{").str.strip_suffix("}")
    return frame.select(who + RECORD[0]).to_series()


def event_ids(schema: Schema, frame: pl.DataFrame) -> pl.Series:
    """Return the id of each event: its own, or 128 bits of BLAKE2b over its canonical JSON."""
    null = pl.lit("null")
    whose = {
        "userId": pl.coalesce(_value("USER_ID", frame), null),
        "sessionId": pl.coalesce(_value("SESSION_ID", frame), null) if "SESSION_ID" in frame else null,
    }
    event = _event(schema, frame.drop("EVENT_ID", strict=False), CANONICAL) | whose
    derived = digests(frame.select(_object(dict(sorted(event.items())), CANONICAL)).to_series())
    own = frame["EVENT_ID"] if "EVENT_ID" in frame.columns else derived
    return own.cast(pl.String).fill_null(derived).alias("EVENT_ID")


def digests(written: Iterable[str]) -> pl.Series:
    """Return 128 bits of BLAKE2b of each text."""
    found = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in written]
    return pl.Series(found, dtype=pl.String)


def _event(schema: Schema, frame: pl.DataFrame, style: Style) -> dict[str, pl.Expr]:
    """Return the members of an event in the order of ``payloads``, those that a row lacks as null."""
    names = {member: name for name, member in members(schema).items()}
    event = {"eventType": _quoted(pl.lit(DEFAULT_EVENT_TYPE))} | _values(names, frame)
    if "EVENT_TYPE" in frame.columns:
        event["eventType"] = pl.coalesce(event["eventType"], _quoted(pl.lit(DEFAULT_EVENT_TYPE)))
    event["sentAt"] = _value("TIMESTAMP", frame)
    if "IMPRESSION" in frame.columns:
        ids = _text(_filled("IMPRESSION")).str.replace_all("|", f'"{style[0]}"', literal=True)
        event["impression"] = pl.concat_str(pl.lit("["), ids, pl.lit("]"))
    if "EVENT_ATTRIBUTION_SOURCE" in frame.columns:
        source = _object({"eventAttributionSource": _text(_filled("EVENT_ATTRIBUTION_SOURCE"))}, style)
        event["metricAttribution"] = source.replace("{}", None)
    return event | {"properties": _text(_properties(schema, frame).replace("{}", None))}


def _properties(schema: Schema, frame: pl.DataFrame) -> pl.Expr:
    inside = [name for name in schema.columns if name not in outside(schema) and name in frame.columns]
    return _object(dict(sorted((camel(name), _value(name, frame)) for name in inside)), CANONICAL)


def _who(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    return {"sessionId": _value("SESSION_ID", frame), "userId": _value("USER_ID", frame)}


def _values(names: dict[str, str], frame: pl.DataFrame) -> dict[str, pl.Expr]:
    return {member: _value(name, frame) for member, name in names.items() if name in frame.columns}


def _object(written: dict[str, pl.Expr], style: Style) -> pl.Expr:
    """Return the JSON text of an object whose members' values are JSON text already; nulls are left out."""
    comma, colon = style
    pairs = [pl.lit(f'"{name}"{colon}') + value for name, value in written.items()]
    inner = pl.concat_str(pairs, separator=comma, ignore_nulls=True) if pairs else pl.lit("")
    return pl.concat_str(pl.lit("{"), inner, pl.lit("}"))


def _value(name: str, frame: pl.DataFrame) -> pl.Expr:
    dtype, column = frame.schema[name], pl.col(name)
    if dtype == pl.String:
        return _text(column)
    return column.map_batches(_floats, return_dtype=pl.String) if dtype.is_float() else column.cast(pl.String)


def _text(column: pl.Expr) -> pl.Expr:
    return pl.when(column.is_not_null()).then(_quoted(column))


def _quoted(column: pl.Expr) -> pl.Expr:
    written = pl.struct(column.alias("_")).struct.json_encode()
    return written.str.strip_prefix('{"_":').str.strip_suffix("}")


def _filled(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != "").then(pl.col(name))


def _floats(values: pl.Series) -> pl.Series:
    """Write numbers as Python does; only the few that Polars writes otherwise go through Python."""
    written, size = values.cast(pl.String), values.abs()
    # Python writes 9.9e-05 where Polars writes 0.000099, and nan where Polars writes NaN.
    other = (((size > 0) & (size < _SMALL)) | ~values.is_finite()).arg_true()
    if other.is_empty():
        return written
    return written.scatter(other, [float.__repr__(value) for value in values.gather(other).to_list()])
