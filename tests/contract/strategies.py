"""Contracts, fields and frames for Hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import strategies as st

from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.contract.dtypes import DTYPES
from pdprep.contract.fields import TYPES, Field
from pdprep.contract.meanings import is_timestamp

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEEP_TIME = int(NOW.timestamp())

NAMES = st.from_regex(r"[A-Z][A-Z0-9]{0,8}(_[A-Z0-9]{1,4})?", fullmatch=True)
DATASETS = [
    (dataset, domain)
    for domain in catalogue.DOMAINS
    for dataset in catalogue.DATASETS
    if domain == "CUSTOM" or dataset not in catalogue.CUSTOM_ONLY
]


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """One field of one's own, of any type."""
    kind = draw(st.sampled_from(TYPES))
    flag = draw(st.sampled_from(["", "categorical", "textual", "item_name"])) if kind == "string" else ""
    return Field(
        draw(NAMES),
        kind,
        nullable=draw(st.booleans()),
        categorical=flag == "categorical",
        textual=flag == "textual",
        item_name=flag == "item_name",
    )


@st.composite
def contracts(draw: st.DrawFn, *, put_only: bool = False) -> Contract:
    """A contract of any dataset type and domain, with fields of the catalogue and of one's own."""
    dataset, domain = draw(st.sampled_from(DATASETS))
    base = Contract.of(dataset, domain)
    known = [each for each in catalogue.optional(dataset, domain) if put_only or not each.put_only]
    chosen = draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    taken = {bare(name) for name in (*base.names, *(each.name for each in known))}
    own = draw(st.lists(fields(), max_size=4, unique_by=lambda each: bare(each.name)))
    return base.extend(*chosen, *(each for each in own if bare(each.name) not in taken))


def bare(name: str) -> str:
    return name.replace("_", "").lower()


IDS = st.sampled_from(["a", "7", "x" * 256, "y" * 257, "a|b", "a\nb", 'a"b', "a\x01b", "é", "|", "\r"])
TEXTS = st.sampled_from(
    ["", "t", "c" * 1000, "c" * 1001, "e" * 256, "e" * 257, "z" * 20_000, "z" * 20_001, "ü" * 1000]
)
FLOATS = st.sampled_from([0.0, -1.5, float("nan"), float("inf"), -float("inf"), 1e300])
TIMES = st.sampled_from(
    [0, -1, 315_532_799, 315_532_800, 1_700_000_000, DEEP_TIME, DEEP_TIME + 86_400, DEEP_TIME + 86_401]
)


def values(contract: Contract, field: Field) -> st.SearchStrategy[object]:
    """Values near every limit of a field, nulls among them."""
    if field.name in contract.ids:
        return st.none() | IDS
    if is_timestamp(field):
        return st.none() | (TIMES if field.type != "int" else TIMES.filter(lambda time: time < 2**31))
    by_type = {"string": TEXTS, "boolean": st.booleans(), "float": FLOATS, "double": FLOATS}
    return st.none() | by_type.get(field.type, st.integers(-(2**31), 2**31 - 1))


@st.composite
def frames(draw: st.DrawFn, contract: Contract) -> pl.DataFrame:
    """A frame of the contract's types whose values stand near its limits."""
    height = draw(st.integers(1, 6))
    return pl.DataFrame(
        {
            field.name: pl.Series(
                field.name,
                draw(st.lists(values(contract, field), min_size=height, max_size=height)),
                dtype=DTYPES[field.type],
            )
            for field in contract.fields
        }
    )
