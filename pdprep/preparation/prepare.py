"""FROM your columns TO the contract: one lazy frame, nothing read yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final, Literal, Unpack

import polars as pl

from pdprep.contract import meanings
from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.contract import Contract
from pdprep.errors import InputError
from pdprep.preparation import expressions, forks, headers, ids_told, resolution
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.dialects import TextArguments, TextOptions, options
from pdprep.preparation.explanation import Explanation, explain, local_times, thousands
from pdprep.preparation.ids import Form
from pdprep.preparation.ids_told import IdForms
from pdprep.preparation.mapping import Columns, Metadata
from pdprep.preparation.sources import FILE, ROW, Source, open_source

OnInvalid = Literal["raise", "quarantine", "drop"]
ON_INVALID: Final = ("raise", "quarantine", "drop")


@dataclass(frozen=True, eq=False)
class Options:
    """What the user asked of ``prepare``; ``like=`` uses it again."""

    columns: Columns = field(default_factory=dict)
    metadata: Metadata = field(default_factory=dict)
    on_invalid: OnInvalid = "raise"
    max_invalid: float | None = None
    dedupe_on: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Prepared:
    """A frame on its way to the contract: lazy, unread, explained.

    Attributes:
        contract: What the rows will be held to.
        frame: LazyFrame of the contract's columns, duplicates dropped.
        rows: The same before duplicates are dropped, with the hidden columns ``__row`` (0-based row of the
            source), ``__file`` (of several files), ``__raw_FIELD`` (the source's value of a field that may be
            held in a form that cannot be read) and ``__mark_FIELD`` (whether text of the same batch may
            be unusual).
        guessed: The fields whose type was told by first rows, and not declared.
        guessed_from: The source that those were of, where it is an earlier one, given by ``like=``.
    """

    contract: Contract
    source: Source = field(repr=False)
    conversions: tuple[Conversion, ...] = field(repr=False)
    options: Options = field(repr=False, default_factory=Options)
    left_out: tuple[str, ...] = ()
    id_forms: IdForms = field(repr=False, default_factory=IdForms)
    missing: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    guessed_from: str = ""

    @property
    def typed(self) -> pl.LazyFrame:
        """The source's rows, typed as the conversions read them."""
        return expressions.typed(self.source, self.conversions)

    @cached_property
    def rows(self) -> pl.LazyFrame:
        """The converted rows with their row numbers and the source's values.

        Where the form of ids is not known yet, their columns are read for it.
        """
        conversions = ids_told.told(self.id_forms, self.source, self.conversions)
        hidden = [pl.col(name) for name in (ROW, FILE) if name in self.source.frame.collect_schema()]
        found = {each.field.name: each.marked for each in conversions}
        marked = {name: both for name, both in found.items() if both is not None}
        clean = [marked.get(each.field.name, each.clean) for each in conversions]
        can_fail = [each for each in conversions if each.way.rule]
        rows = self.typed.select(*hidden, *clean, *(each.carried for each in can_fail))
        return rows.unnest(*(each.meta.output_name() for each in marked.values()))

    def shown(self, now: datetime) -> dict[str, pl.Expr]:
        """Return for each such field its source's value, of ``rows``, where a report may have to show it."""
        latest = int(now.timestamp())
        return {each.field.name: each.shown(latest) for each in self.conversions if each.way.rule}

    @property
    def frame(self) -> pl.LazyFrame:
        """The contract's columns, duplicates dropped, in the source's order.

        To collect it takes memory for all rows. ``validate``, ``stage``, ``plan`` and ``put`` do not: they
        read ``rows`` a part at a time.
        """
        forks.refuse()
        unique = self.rows.unique(self.dedupe_on, keep="first", maintain_order=True)
        return unique.select(self.contract.names)

    @property
    def dedupe_on(self) -> list[str]:
        """The fields in which a duplicate equals an earlier row."""
        return list(self.options.dedupe_on or self.contract.names)

    @property
    def dataset(self) -> DatasetType:
        """The dataset type."""
        return self.contract.dataset

    @property
    def on_invalid(self) -> OnInvalid:
        """What happens to rows that break a rule: raise, quarantine or drop."""
        return self.options.on_invalid

    @property
    def by_expression(self) -> tuple[str, ...]:
        """The fields that are read by an expression of the user's."""
        return expressions.by_expression(self.conversions)

    def explain(self) -> Explanation:
        """Say what will be done to each column; reads the first thousand rows to name units.

        >>> frame = pl.DataFrame({"USER_ID": [1], "ITEM_ID": [2], "TIMESTAMP": [1_700_000_000_000]})
        >>> "milliseconds" in str(prepare(frame, "interactions").explain())
        True
        """
        return explain(
            self.source, self.conversions, self.typed, self.id_forms.known, self.left_out,
            self.without_field, self.missing, meanings.no_objectives(self.contract),
            self.guessed if self.guessed_from else (), self.guessed_from,
        )  # fmt: skip

    def origin(self, field: str) -> str | None:
        """Return the source's column that a field is read from; None where it is an expression or nothing."""
        given = next((each.given for each in self.conversions if each.field.name == field), None)
        return given if isinstance(given, str) else None

    @property
    def local_times(self) -> dict[str, int]:
        """How many times among the first thousand rows bear no zone and are taken as UTC, by field."""
        typed = expressions.typed(self.source, self.conversions)
        return local_times(self.source, self.conversions, typed)

    @property
    def thousands(self) -> dict[str, int]:
        """How many numbers of text among the first thousand rows may be thousands, as 1.234, by field."""
        return thousands(self.source, self.conversions, self.typed)

    @property
    def without_field(self) -> tuple[str, ...]:
        """The fields that were asked for and that the contract, the deployed schema's, does not have."""
        asked = {**self.options.columns, **self.options.metadata}
        return tuple(name for name in asked if name not in self.contract.names)

    def __repr__(self) -> str:
        columns = ", ".join(self.contract.names)
        return f"<Prepared {self.dataset}: {columns} from {self.source.label}>"


def prepare(
    source: object,
    dataset: DatasetType | Contract | None = None,
    *,
    domain: Domain | None = "CUSTOM",
    columns: Columns | None = None,
    metadata: Metadata | None = None,
    like: Prepared | None = None,
    on_invalid: OnInvalid = "raise",
    max_invalid: float | None = None,
    dedupe_on: Sequence[str] = (),
    deployed: Contract | None = None,
    id_forms: Mapping[str, Form] | None = None,
    **text: Unpack[TextArguments],
) -> Prepared:
    """Prepare a source for a dataset; lazy, reads no more than a file's head.

    Args:
        source: A path, a glob, an ``s3://`` address, or a frame of Polars, pandas or Arrow.
        dataset: interactions, items, users, actions, action_interactions, or a Contract.
        domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND.
        columns: Contract field to source column or expression.
        metadata: Your own field to source column, expression, or a Field.
        like: Another Prepared, whose dataset, mapping and options are used again.
        on_invalid: What to do with rows that break a rule: raise, quarantine or drop.
        max_invalid: The largest share of such rows, between 0 and 1, that quarantine and drop accept.
        dedupe_on: A shorter key for duplicates than all fields; it holds the dataset's id.
        deployed: The schema that the dataset already has; it rules. A nullable field that it has and the
            source lacks is null, and what it has no field for is left out and named by ``explain``.
        id_forms: Id field to ``"text"``, which keeps ids to the letter, or ``"undone"``, which reads 1.0 as
            1; told from the whole column, or from what the dataset has, if not given.
        text: How a text file is read, as ``pdprep.read`` takes it: encoding, separator, has_header,
            new_columns, escape, comment_prefix, quote_char, skip_lines, truncate_ragged_lines. ``like``
            brings those of its own source.

    Raises:
        SourceError: The source cannot be read, or the names of a frame are the values of a first row.
        MappingError: The mapping does not fit the contract.
        UnknownDatasetError: No such dataset type or domain.

    >>> frame = pl.DataFrame({"user": [1], "item": [2], "TIMESTAMP": [1_700_000_000]})
    >>> ready = prepare(frame, "interactions", columns={"USER_ID": "user", "ITEM_ID": "item"})
    >>> ready.frame.collect().rows()
    [('1', '2', 1700000000)]
    """
    key = (dedupe_on,) if isinstance(dedupe_on, str) else tuple(dedupe_on)
    own = {} if metadata is None else metadata
    asked = Options({} if columns is None else columns, own, _choice(on_invalid), _share(max_invalid), key)
    said, forms = options(text), ids_told.check(id_forms)
    if like is not None:
        _check_alone(dataset=dataset, columns=columns, metadata=metadata, deployed=deployed)
        return _like(like, source, asked, said, forms)
    opened, base = open_source(source, asked=said), _contract(dataset, domain, deployed)
    headers.check(opened, base.dataset)
    return _prepared(opened, base, asked, deployed, IdForms(forms))


def _prepared(
    source: Source, base: Contract, options: Options, deployed: Contract | None, forms: IdForms
) -> Prepared:
    contract, conversions, guessed = resolution.resolve(
        source, base, options.columns, options.metadata, deployed
    )
    resolution.check_key(contract, options.dedupe_on)
    left_out = resolution.left_out(source, conversions)
    return Prepared(contract, source, conversions, options, left_out, forms, guessed=guessed)


def _check_alone(**others: object) -> None:
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise InputError(
            f"like= together with {', '.join(given)}=",
            "like= alone: it brings the dataset, its contract and the mapping",
        )


def _like(
    like: Prepared, source: object, asked: Options, said: TextOptions, forms: Mapping[str, Form]
) -> Prepared:
    opened = open_source(source, asked=said, before=like.source.asked)
    opened = expressions.typed_like(opened, like.source, like.conversions)
    conversions, missing = resolution.again(opened, like.contract, like.conversions, like.guessed)
    resolution.check_key(like.contract, asked.dedupe_on)
    options = replace(
        like.options,
        on_invalid=asked.on_invalid if asked.on_invalid != "raise" else like.options.on_invalid,
        max_invalid=asked.max_invalid if asked.max_invalid is not None else like.options.max_invalid,
        dedupe_on=asked.dedupe_on or like.options.dedupe_on,
    )
    left_out = resolution.left_out(opened, conversions)
    return replace(
        like, source=opened, conversions=conversions, options=options, left_out=left_out, missing=missing,
        id_forms=like.id_forms.again(forms), guessed_from=like.guessed_from or like.source.label,
    )  # fmt: skip


def _contract(dataset: str | Contract | None, domain: str | None, deployed: Contract | None) -> Contract:
    if deployed is not None:
        return deployed
    if isinstance(dataset, Contract):
        return dataset
    if not isinstance(dataset, str):
        raise InputError(
            f"dataset={dataset!r}",
            "a dataset type or a Contract",
            'pdprep.prepare(frame, "interactions")',
        )
    return Contract.of(dataset, domain)


def _choice(on_invalid: OnInvalid) -> OnInvalid:
    if on_invalid not in ON_INVALID:
        raise InputError(
            f"on_invalid={on_invalid!r}", f"one of {', '.join(ON_INVALID)}", 'on_invalid="quarantine"'
        )
    return on_invalid


def _share(max_invalid: float | None) -> float | None:
    if max_invalid is not None and not 0 <= max_invalid <= 1:
        raise InputError(f"max_invalid={max_invalid}", "a share between 0 and 1", "max_invalid=0.01")
    return max_invalid
