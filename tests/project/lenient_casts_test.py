"""No cast loses a value in silence: each lenient one has its reason here, and what it loses is counted."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2] / "pdprep"
APART: Final = "local"  # the local Personalize answers for itself
NO_CAST: Final = ("drop", "zip")  # calls whose strict= says something else
RULE: Final = "what becomes null breaks the rule of its Way, which counts it"
CALLER: Final = "the caller counts what it lost and says it in words"
TOLD: Final = "asks whether values are of a kind; none of them goes on"

ALLOWED: Final[dict[str, tuple[int, str]]] = {
    "personalize/deletions/user_ids.py:_of_one_kind": (
        1,
        "values of one Python type; whole numbers come as text",
    ),
    "preparation/columns.py:_float": (1, RULE),
    "preparation/columns.py:_exact": (3, RULE),
    "preparation/columns.py:_whole": (1, RULE),
    "preparation/columns.py:batch": (1, "compares a float with the whole number that it was written as"),
    "preparation/conversions.py:_cast": (1, f"{RULE}; to text, and of nothing, it cannot fail"),
    "preparation/evidence.py:day_format": (2, TOLD),
    "preparation/evidence.py:numbers": (1, TOLD),
    "preparation/expressions.py:_READ": (2, "_changed finds each value that is not kept, and stops there"),
    "preparation/formats.py:_fits": (2, TOLD),
    "preparation/forms.py:_read": (2, RULE),
    "preparation/guessing.py:_type": (1, TOLD),
    "preparation/times.py:epoch_of_number": (1, RULE),
    "preparation/times.py:unit_of_number": (1, "names units for explain()"),
    "preparation/times.py:number_of_text": (3, RULE),
    "preparation/times.py:_whole_number": (1, RULE),
    "preparation/times.py:_usual": (1, RULE),
    "preparation/times.py:_rare": (1, RULE),
    "preparation/transforms/asked.py:_numbers": (1, CALLER),
    "preparation/transforms/texts.py:batch": (1, CALLER),
    "preparation/transforms/times.py:_by": (2, CALLER),
    "preparation/transforms/times.py:batch": (1, CALLER),
    "preparation/transforms/times.py:in_zone": (1, "asks which texts have the form that was named"),
    "validation/fixes.py:_number_of_a_day": (1, TOLD),
    "validation/fixes.py:_price": (1, TOLD),
    "validation/validator.py:_example": (1, "shows a value as text"),
}


def lenient(node: ast.AST, where: str = "") -> Iterator[str]:
    """Yield the function or the constant that holds each call with ``strict=False``."""
    for child in ast.iter_child_nodes(node):
        place = where
        if isinstance(child, ast.FunctionDef):
            place = child.name
        elif isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name) and not where:
            place = child.target.id
        if isinstance(child, ast.Call):
            called = getattr(child.func, "attr", getattr(child.func, "id", ""))
            said = {word.arg: getattr(word.value, "value", None) for word in child.keywords}
            if said.get("strict") is False and called not in NO_CAST:
                yield place
        yield from lenient(child, place)


def test_field_3_every_lenient_cast_has_its_reason() -> None:
    found = Counter(
        f"{file.relative_to(ROOT)}:{place}"
        for file in sorted(ROOT.rglob("*.py"))
        if APART not in file.relative_to(ROOT).parts
        for place in lenient(ast.parse(file.read_text(encoding="utf-8")))
    )
    assert dict(found) == {place: count for place, (count, _) in ALLOWED.items()}
