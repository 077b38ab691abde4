"""Other shapes of the same data: pairs in one text, lists in a row, a column a category, gaps, returns."""

from __future__ import annotations

import re

import polars as pl

from pdprep.preparation.transforms import asked


def key_values(
    frame: pl.LazyFrame, column: str, *keys: str, separator: str = ";", between: str = "="
) -> pl.LazyFrame:
    """Take values out of text such as ``size=M;color=red``, a new text column a key.

    Args:
        frame: Any frame.
        column: The text.
        keys: Which to take, each as the name of its new column; a row without one has null.
        separator: What stands between two pairs.
        between: What stands between a key and its value.

    Raises:
        MappingError: There is no such column, or it is no text.

    >>> shop = pl.LazyFrame({"more": ["size=M; color=red", "size=L"]})
    >>> key_values(shop, "more", "size", "color").select("size", "color").collect().rows()
    [('M', 'red'), ('L', None)]
    """
    asked.texts(frame, "key_values", column)
    sign, text = re.escape(separator), pl.col(column).cast(pl.String)

    def value(key: str) -> pl.Expr:
        begin = rf"(?:^|{sign})\s*{re.escape(key)}\s*{re.escape(between)}"
        found = text.str.extract(rf"{begin}\s*(.*?)\s*(?:{sign}|$)")
        return pl.when(found != "").then(found).alias(key)

    return frame.with_columns(value(key) for key in keys)


def explode_events(frame: pl.LazyFrame, *columns: str) -> pl.LazyFrame:
    """Make an event of each member of a list, such as the items of an order; lists beside it go along.

    A row whose list is empty or missing makes no event.

    Args:
        frame: Rows with lists.
        columns: The lists; several are as long as each other in a row.

    Raises:
        MappingError: There is no such column, or it holds no lists; ``transforms.split`` makes some of text.

    >>> orders = pl.LazyFrame({"user": ["a", "b"], "items": [["x", "y"], []], "paid": [[1, 2], []]})
    >>> explode_events(orders, "items", "paid").collect().rows()
    [('a', 'x', 1), ('a', 'y', 2)]
    """
    asked.lists(frame, "explode_events", *columns)
    return frame.filter(pl.col(columns[0]).list.len() > 0).explode(*columns)


def flags_to_list(frame: pl.LazyFrame, *columns: str, into: str) -> pl.LazyFrame:
    """Make a list of the names of the columns that hold 1 or true: one category a column becomes one field.

    Args:
        frame: Any frame.
        columns: Flags: booleans, numbers, or text such as ``1`` and ``true``; they are dropped.
        into: The name of the new column.

    Raises:
        MappingError: There is no such column.

    >>> films = pl.LazyFrame({"Action": [1, 0], "Comedy": ["1", "0"]})
    >>> flags_to_list(films, "Action", "Comedy", into="GENRES").collect()["GENRES"].to_list()
    [['Action', 'Comedy'], []]
    """
    asked.types(frame, "flags_to_list", *columns)
    true = (pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase() for name in columns)
    names = [
        pl.when(text.is_in(["1", "1.0", "true", "yes", "y", "t"])).then(pl.lit(name))
        for name, text in zip(columns, true, strict=True)
    ]
    return frame.with_columns(pl.concat_list(names).list.drop_nulls().alias(into)).drop(
        name for name in columns if name != into
    )


def fill_down(frame: pl.LazyFrame, *columns: str, within: str | None = None) -> pl.LazyFrame:
    """Put the value above into a gap, as in sheets whose groups are written once; the order of rows counts.

    Args:
        frame: Any frame.
        columns: Those with gaps: nulls, and text that is empty.
        within: A column that tells the group, such as the number of an order: a value fills the rows of its
            own group alone, and an order without a user gets none of the one above.

    Raises:
        MappingError: There is no such column.

    >>> sheet = pl.LazyFrame({"user": ["a", None, "", "b"], "order": [1, 1, 2, 3]})
    >>> fill_down(sheet, "user").collect()["user"].to_list()
    ['a', 'a', 'a', 'b']
    >>> fill_down(sheet, "user", within="order").collect()["user"].to_list()
    ['a', 'a', None, 'b']
    """
    schema = asked.types(frame, "fill_down", *columns, *([within] if within else []))

    def value(name: str) -> pl.Expr:
        column = pl.col(name)
        blank = column.str.strip_chars() == "" if schema[name] == pl.String else column.is_null()
        there = ~blank.fill_null(True)
        filled = pl.when(there).then(column).forward_fill()
        if within:
            group = pl.col(within)
            # That a group is null goes down too, lest one further up is taken for that of the value.
            known = pl.when(there).then(group.is_not_null()).forward_fill()
            same = known & (pl.when(there).then(group).forward_fill() == group)
            filled = pl.when(there).then(column).when(same).then(filled)
        return filled.alias(name)

    return frame.with_columns(value(name) for name in columns)


def returns(
    frame: pl.LazyFrame, quantity: str, *, event: str = "EVENT_TYPE", returned: str | None = None
) -> pl.LazyFrame:
    """Tell purchases from returns, which are rows with a negative quantity.

    Args:
        frame: Purchases.
        quantity: The column of the quantity: numbers, or text of them.
        event: The column of the event type, used where ``returned`` is given; it may be missing.
        returned: The event type that returns get; without one they are dropped.

    A quantity that is missing is no return; text that is no number is an error.

    Raises:
        MappingError: There is no such column, or it holds no numbers.

    >>> shop = pl.LazyFrame({"n": [2, -1], "EVENT_TYPE": ["Purchase", "Purchase"]})
    >>> returns(shop, "n").collect().height
    1
    >>> returns(shop, "n", returned="Return").collect()["EVENT_TYPE"].to_list()
    ['Purchase', 'Return']
    """
    schema = asked.types(frame, "returns", quantity)
    negative = (asked.number(frame, "returns", quantity) < 0).fill_null(False)
    if returned is None:
        return frame.filter(~negative)
    before = pl.col(event) if event in schema else pl.lit(None, pl.String)
    return frame.with_columns(pl.when(negative).then(pl.lit(returned)).otherwise(before).alias(event))
