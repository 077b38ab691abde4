"""Lists written as text: of JSON and Python, in braces, and categories joined by a sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from pdprep.preparation.object_texts import are_objects

# Words that say that there is nothing; `NA` is not among them: it is Namibia, and North America.
NOTHING: Final = ("n/a", "#n/a", "none", "null", "nan", "nil", "undefined", "-", "--")
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_BRACKETED: Final = r"^\s*(?:\[.*\]|\{.*\}|\(.*,.*\))\s*$"
_JSON: Final = rf"^\s*\[\s*(?:{_QUOTED}\s*,\s*)*{_QUOTED}\s*\]\s*$"
_FRACTION: Final = r"(?:-\d|[-+]?\d*\.\d|\d+\.\s*[,\])}]|\d+[eE][-+\d])"
_VECTOR: Final = rf"^\s*[\[({{]\s*(?:[\[(]|(?:[-+\d\s]+,)*\s*{_FRACTION}[-+.,\d\seE]*[\])}}])"
_ITEM: Final = rf"""{_QUOTED}|'(?:[^'\\]|\\.)*'|[^,\[\]{{}}()"'\s][^,\[\]{{}}()]*"""
_SIGNS: Final = (";", ",", "/")
# What tells categories joined by a sign from prose: shares of the different values, and characters.
_SHARE: Final = 0.3  # hold the sign at least
_RECUR: Final = 0.5  # of the parts are different at most
_SHORT: Final = 25  # characters has a part on average at most
_PROSE: Final = r"[.?!:\"](?:\s|$)|</\w|<\w+\s*/>"  # or HTML, whose tags recur
_FEW: Final = 0.1  # look like prose at most


def categories(texts: pl.Series, separator: str | None = None, nothing: Sequence[str] = NOTHING) -> pl.Series:
    r"""Return the categories of each text: trimmed, each once, without empty ones and words for nothing.

    Args:
        texts: Lists of JSON or Python, ``{a,b}``, or categories joined by a sign.
        separator: The sign, where it is another than ``|``: a comma may belong to a name. Text without it
            that has bars is joined by these.
        nothing: Words for nothing, in lower case.

    >>> written = pl.Series(['["a", "b"]', "['a']", "{a,b}", "a | b", "a||a", "|", "N/A"])
    >>> categories(written).to_list()
    [['a', 'b'], ['a'], ['a', 'b'], ['a', 'b'], ['a'], None, None]
    """
    text = pl.col("text")
    frame = texts.alias("text").to_frame().with_row_index("n")
    json, bracketed = text.str.contains(_JSON), text.str.contains(_BRACKETED)
    of_json = frame.filter(json).with_columns(text.str.json_decode(pl.List(pl.String)))
    others = frame.filter(~json)  # a null is in neither and stays null
    items = text.str.extract_all(_ITEM).list.eval(_unquoted(pl.element().str.strip_chars()))
    barred = text.str.split("|")
    # Text that has bars in place of the sign is joined already: no part may hold one.
    joined = text.str.contains("|", literal=True) & ~text.str.contains(separator or "|", literal=True)
    parts = pl.when(joined).then(barred).otherwise(text.str.split(separator)) if separator else barred
    of_others = others.with_columns(pl.when(bracketed).then(items).otherwise(parts))
    split = frame.select("n").join(pl.concat([of_json, of_others]), on="n", how="left", maintain_order="left")
    return tidy(split["text"], nothing).alias(texts.name)


def tidy(lists: pl.Series, nothing: Sequence[str] = NOTHING) -> pl.Series:
    """Return lists with their texts trimmed, each once, without empty ones and words for nothing."""
    item = pl.element().str.strip_chars()
    kept = item.filter((item != "") & ~item.str.to_lowercase().is_in(list(nothing)))
    items = pl.col("list").list.eval(kept).list.unique(maintain_order=True)
    frame = lists.alias("list").to_frame().select(items)
    return frame.select(pl.when(pl.col("list").list.len() > 0).then(pl.col("list"))).to_series()


def _unquoted(item: pl.Expr) -> pl.Expr:
    quoted = item.str.contains(r"""^(?:".*"|'.*')$""")
    inner = item.str.slice(1, item.str.len_chars() - 2).str.replace_all(r"\\(.)", "${1}")
    return pl.when(quoted).then(inner).otherwise(item)


def bracketed(texts: pl.Series) -> pl.Series:
    """Tell which texts are lists of JSON, Python or in braces, and no objects."""
    return texts.str.contains(_BRACKETED).fill_null(False) & ~are_objects(texts)


def vectors(texts: pl.Series) -> pl.Series:
    """Tell which texts are lists of fractions or of lists: an embedding or a table, and no categories.

    >>> vectors(pl.Series(["[0.1, -2e-3]", "[[1, 2], [3]]", "[['a'], []]", "[1, 2]", "[v1.2, b]"])).to_list()
    [True, True, True, False, False]
    """
    return texts.str.contains(_VECTOR).fill_null(False)


def sign(texts: pl.Series) -> str | None:
    """Return the sign by which these different texts join categories, where they say it: the parts recur.

    >>> sign(pl.Series(["Action, Drama", "Drama", "Comedy, Drama", "Action"]))
    ','
    >>> sign(pl.Series(["Crime, Mystery & Thriller", "Arts, Crafts & Sewing", "Books"])) is None
    True
    >>> sign(pl.Series(["<p>one</p>", "<p>two</p>", "<p>three</p>"])) is None
    True
    """
    if texts.str.contains(_PROSE).sum() > _FEW * texts.len():
        return None
    for each in _SIGNS:
        holding = texts.filter(texts.str.contains(each, literal=True))
        if holding.len() < 2 or holding.len() < _SHARE * texts.len():
            continue
        parts = texts.str.split(each).explode().str.strip_chars()
        length = parts.str.len_chars().mean()
        if parts.n_unique() <= _RECUR * parts.len() and isinstance(length, float) and length <= _SHORT:
            return each
    return None
