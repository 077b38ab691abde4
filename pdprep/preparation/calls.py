"""The call of ``prepare`` that a mapping stands for, as a person would write it."""

from __future__ import annotations

from collections.abc import Mapping

from pdprep.contract.fields import Field

Own = Mapping[str, str | tuple[str, Field]]
WIDTH = 100


def call(
    dataset: str,
    domain: str,
    columns: Mapping[str, str],
    metadata: Own | None = None,
    source: str = "frame",
    *,
    more: Mapping[str, object] | None = None,
) -> str:
    """Return the call as code, on one line where it fits.

    Args:
        dataset: The dataset type.
        domain: The domain; CUSTOM goes without saying.
        columns: Field to source column.
        metadata: Field of one's own to source column, or to column and Field.
        source: How the source is written.
        more: Further arguments.

    >>> call("items", "CUSTOM", {"ITEM_ID": "id"}, {"YEAR": "year"})
    'pdprep.prepare(frame, "items", columns={"ITEM_ID": "id"}, metadata={"YEAR": "year"})'
    """
    parts = [source, text(dataset), *([f"domain={text(domain)}"] if domain != "CUSTOM" else [])]
    same = {name: column for name, column in columns.items() if name != column}
    parts += [f"columns={mapping(same)}"] if same else []
    parts += [f"metadata={mapping(metadata)}"] if metadata else []
    parts += [f"{name}={text(value)}" for name, value in (more or {}).items()]
    line = f"pdprep.prepare({', '.join(parts)})"
    return line if len(line) <= WIDTH else "pdprep.prepare(\n    " + ",\n    ".join(parts) + ",\n)"


def text(value: object) -> str:
    """Return a value as Python writes it, text in double quotes where that needs no more escapes."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(text, value))}]"
    plain = isinstance(value, str) and value.isprintable() and not {'"', "\\"} & set(value)
    return f'"{value}"' if plain else repr(value)


def mapping(pairs: Mapping[str, str] | Own) -> str:
    """Return a mapping as Python writes it, on one line where it fits."""
    inside = [f"{text(name)}: {_value(value)}" for name, value in pairs.items()]
    line = "{" + ", ".join(inside) + "}"
    return line if len(line) <= WIDTH else "{\n        " + ",\n        ".join(inside) + ",\n    }"


def _value(value: str | tuple[str, Field]) -> str:
    return text(value) if isinstance(value, str) else f"({text(value[0])}, {_field(value[1])})"


def _field(field: Field) -> str:
    flags = [
        f"{name}=True" for name in ("nullable", "categorical", "textual", "item_name") if getattr(field, name)
    ]
    kind = [text(field.type)] * (field.type != "string")
    return f"pdprep.Field({', '.join([text(field.name), *kind, *flags])})"
