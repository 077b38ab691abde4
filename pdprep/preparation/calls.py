"""The call of ``prepare`` that a mapping stands for, as a person would write it."""

from __future__ import annotations

from collections.abc import Mapping

from pdprep.contract.fields import Field

Own = Mapping[str, str | tuple[str, Field]]
WIDTH = 100


def call(
    dataset: str, domain: str, columns: Mapping[str, str], metadata: Own | None = None, source: str = "frame"
) -> str:
    """Return the call as code, on one line where it fits.

    Args:
        dataset: The dataset type.
        domain: The domain; CUSTOM goes without saying.
        columns: Field to source column.
        metadata: Field of one's own to source column, or to column and Field.
        source: How the source is written.

    >>> call("items", "CUSTOM", {"ITEM_ID": "id"}, {"YEAR": "year"})
    'pdprep.prepare(frame, "items", columns={"ITEM_ID": "id"}, metadata={"YEAR": "year"})'
    """
    parts = [source, _text(dataset), *([f"domain={_text(domain)}"] if domain != "CUSTOM" else [])]
    same = {name: column for name, column in columns.items() if name != column}
    parts += [f"columns={_dict(same)}"] if same else []
    parts += [f"metadata={_dict(metadata)}"] if metadata else []
    line = f"pdprep.prepare({', '.join(parts)})"
    return line if len(line) <= WIDTH else "pdprep.prepare(\n    " + ",\n    ".join(parts) + ",\n)"


def _dict(pairs: Mapping[str, str] | Own) -> str:
    inside = [f"{_text(name)}: {_value(value)}" for name, value in pairs.items()]
    line = "{" + ", ".join(inside) + "}"
    return line if len(line) <= WIDTH else "{\n        " + ",\n        ".join(inside) + ",\n    }"


def _value(value: str | tuple[str, Field]) -> str:
    return _text(value) if isinstance(value, str) else f"({_text(value[0])}, {_field(value[1])})"


def _field(field: Field) -> str:
    flags = [
        f"{name}=True" for name in ("nullable", "categorical", "textual", "item_name") if getattr(field, name)
    ]
    kind = [_text(field.type)] * (field.type != "string")
    return f"pdprep.Field({', '.join([_text(field.name), *kind, *flags])})"


def _text(text: str) -> str:
    """Return text as Python writes it, in double quotes where that needs no more escapes."""
    return f'"{text}"' if text.isprintable() and not {'"', "\\"} & set(text) else repr(text)
