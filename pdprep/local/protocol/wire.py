"""Requests and answers against the shapes of the model: types, limits, patterns, at every depth."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from pdprep.local.protocol import model
from pdprep.local.refusals import CONSTRAINT_CODE, Refusal

Problems = list[str]


def load(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a request body."""
    try:
        # NaN and Infinity are no JSON, though Python's reader takes them.
        value = json.loads(body or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal("SerializationException", "The request body is not valid JSON.", 400) from error
    if not isinstance(value, dict):
        raise Refusal("SerializationException", "The request body must be a JSON object.", 400)
    return value


def read(shape: Shape | None, value: dict[str, Any]) -> dict[str, Any]:
    """Return ``value`` with known members only, or refuse it naming every broken constraint."""
    if shape is None:
        return {}
    problems: Problems = []
    result: dict[str, Any] = _read(shape, value, "", problems)
    if problems:
        count = f"{len(problems)} validation error{'s' * (len(problems) > 1)} detected: "
        raise Refusal(CONSTRAINT_CODE, count + "; ".join(problems[:20]), 400)
    return result


def render(shape: Shape | None, value: Any) -> Any:
    """Return what of ``value`` the output shape knows; None is left out."""
    if isinstance(shape, StructureShape):
        members = shape.members
        return {k: render(members[k], v) for k, v in value.items() if k in members and v is not None}
    if isinstance(shape, ListShape):
        return [render(shape.member, item) for item in value]
    return {} if shape is None else value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _read(shape: Shape, value: Any, path: str, problems: Problems) -> Any:
    checked = _READERS[shape.type_name](shape, value, path, problems)
    if not isinstance(shape, StructureShape):
        _constrain(shape, checked, path, problems)
    return checked


def _structure(shape: Shape, value: Any, path: str, problems: Problems) -> dict[str, Any]:
    assert isinstance(shape, StructureShape)
    given = {k: v for k, v in _typed(value, dict, path).items() if v is not None and k in shape.members}
    for name in shape.required_members:
        if name not in given:
            problems.append(
                f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
            )
    return {k: _read(shape.members[k], v, _join(path, k), problems) for k, v in given.items()}


def _list(shape: Shape, value: Any, path: str, problems: Problems) -> list[Any]:
    assert isinstance(shape, ListShape)
    items = _typed(value, list, path)
    return [_read(shape.member, v, f"{path}.{i}.member", problems) for i, v in enumerate(items, 1)]


def _map(shape: Shape, value: Any, path: str, problems: Problems) -> dict[str, Any]:
    assert isinstance(shape, MapShape)
    pairs = _typed(value, dict, path).items()
    keys = [_read(shape.key, k, path, problems) for k, _ in pairs]
    return {k: _read(shape.value, v, f"{path}.{k}", problems) for k, (_, v) in zip(keys, pairs, strict=True)}


def _string(shape: Shape, value: Any, path: str, problems: Problems) -> str:
    text: str = _typed(value, str, path)
    # JSON can escape half of a surrogate pair, which no UTF-8 can hold.
    if not text.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise _serialization(path, "Unicode text")
    return text


def _boolean(shape: Shape, value: Any, path: str, problems: Problems) -> bool:
    return bool(_typed(value, bool, path))


def _integer(shape: Shape, value: Any, path: str, problems: Problems) -> int:
    whole = isinstance(value, float) and value.is_integer()
    number = int(value) if whole else value
    if isinstance(number, bool) or not isinstance(number, int) or not -(2**63) <= number < 2**63:
        raise _serialization(path, "a whole number")
    return number


def _float(shape: Shape, value: Any, path: str, problems: Problems) -> float:
    """Numbers, and the texts NaN, Infinity and -Infinity that the protocols write for the others."""
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _serialization(path, "a number")
    try:
        return float(value)
    except OverflowError as error:
        raise _serialization(path, "a number") from error


def _timestamp(shape: Shape, value: Any, path: str, problems: Problems) -> float:
    if isinstance(value, str):  # seconds or ISO 8601: SDKs differ
        value = _moment(value, path)
    seconds = _float(shape, value, path, problems)
    if not math.isfinite(seconds) or abs(seconds) >= 2**53:  # beyond it a float tells no seconds apart
        raise _serialization(path, "a time in seconds since 1970")
    return seconds


def _moment(text: str, path: str) -> float:
    parsers: tuple[Callable[[str], float], ...] = (float, lambda t: datetime.fromisoformat(t).timestamp())
    for parse in parsers:
        try:
            return parse(text)
        except ValueError:
            continue
    raise _serialization(path, "a time")


_READERS: dict[str, Callable[[Shape, Any, str, Problems], Any]] = {
    "structure": _structure, "list": _list, "map": _map, "string": _string, "boolean": _boolean,
    "integer": _integer, "long": _integer, "float": _float, "double": _float, "timestamp": _timestamp,
}  # fmt: skip


def _constrain(shape: Shape, value: Any, path: str, problems: Problems) -> None:
    limits = shape.metadata
    if not limits:
        return
    # The model has one pair of limits, of a length or of a number.
    sized = isinstance(value, (str, list, dict))
    size = len(value) if sized else value
    noun = "have length" if sized else "be"
    if "min" in limits and size < limits["min"]:
        _say(problems, value, path, f"Member must {noun} greater than or equal to {limits['min']}")
    if "max" in limits and size > limits["max"]:
        _say(problems, value, path, f"Member must {noun} less than or equal to {limits['max']}")
    if isinstance(shape, StringShape):
        _constrain_text(limits, value, path, problems)


def _constrain_text(limits: dict[str, Any], value: str, path: str, problems: Problems) -> None:
    if "enum" in limits and value not in limits["enum"]:
        _say(problems, value, path, f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]")
    # A text that is too long is one problem: its pattern would say so again, and slowly.
    too_long = len(value) > limits.get("max", len(value))
    if "pattern" in limits and not too_long and not model.pattern(limits["pattern"]).fullmatch(value):
        _say(problems, value, path, f"Member must satisfy regular expression pattern: {limits['pattern']}")


def _say(problems: Problems, value: Any, path: str, text: str) -> None:
    shown = str(value)
    shown = shown if len(shown) <= 100 else shown[:100] + "..."
    problems.append(f"Value '{shown}' at '{path}' failed to satisfy constraint: {text}")


def _typed(value: Any, kind: type, path: str) -> Any:
    # A wrong type ends the reading at once: constraints say nothing about a value of another type.
    if not isinstance(value, kind):
        raise _serialization(
            path, {dict: "an object", list: "a list", str: "text", bool: "true or false"}[kind]
        )
    return value


def _serialization(path: str, wanted: str) -> Refusal:
    return Refusal("SerializationException", f"The member '{path or 'request'}' must be {wanted}.", 400)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
