"""Conditions that ask for the records of one id: these are read alone, wherever they stand."""

from __future__ import annotations

import json
from typing import Any, Final

import polars as pl

_EQUAL: Final = ("Eq", "EqValidity")


def pins(where: pl.Expr | None, key: str) -> bool:
    """Say whether a condition is true for one id at most; of a doubtful one, no.

    >>> pins((pl.col("USER_ID") == "u") & (pl.col("TIMESTAMP") > 5), "USER_ID")
    True
    >>> pins((pl.col("USER_ID") == "u") | (pl.col("TIMESTAMP") > 5), "USER_ID")
    False
    """
    return where is not None and _pins(json.loads(where.meta.serialize(format="json")), key)


def _pins(node: Any, key: str) -> bool:
    if not isinstance(node, dict):
        return False
    binary = node.get("BinaryExpr", {})
    sides = (binary.get("left"), binary.get("right"))
    if binary.get("op") in _EQUAL:
        return {"Column": key} in sides and any("Literal" in side for side in sides if isinstance(side, dict))
    if binary.get("op") == "And":
        return any(_pins(side, key) for side in sides)
    function = node.get("Function", {})
    every = function.get("function") == {"Boolean": "AllHorizontal"}
    return every and any(_pins(side, key) for side in function["input"])
