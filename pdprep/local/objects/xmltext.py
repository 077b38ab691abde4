"""XML in and out, as far as S3 needs it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import defusedxml  # type: ignore[import-untyped]  # it has no types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # it has no types

from pdprep.local.objects.errors import error

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
Node = tuple[str, Any]


def document(name: str, nodes: list[Node] | str, namespace: bool = True) -> bytes:
    """Write a document of nodes or of one text.

    A node's value is text, a number, a list of nodes, or None to leave it out.

    >>> document("A", [("B", 1)], namespace=False)
    b'<?xml version="1.0" encoding="UTF-8"?>\\n<A><B>1</B></A>'
    """
    space = f' xmlns="{NAMESPACE}"' if namespace else ""
    inner = _escape(nodes) if isinstance(nodes, str) else "".join(_node(*node) for node in nodes)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{space}>{inner}</{name}>'.encode(
        "utf-8", "replace"
    )


def parse(text: bytes) -> ElementTree.Element:
    """Read a document and forget its namespaces; a document type is refused, so entities cannot grow.

    It is refused in every encoding, which a search for its letters would not do.
    """
    try:
        root: ElementTree.Element = fromstring(text, forbid_dtd=True)
    except (ElementTree.ParseError, defusedxml.DefusedXmlException, LookupError, ValueError) as problem:
        raise error("MalformedXML") from problem
    for element in root.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    return root


def iso(seconds: float) -> str:
    """Return a time as S3 writes it in XML."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def http_date(seconds: float) -> str:
    """Return a time as HTTP headers write it."""
    return formatdate(int(seconds), usegmt=True)


def _node(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = "".join(_node(*node) for node in value)
        return f"<{name}>{value}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else _escape(str(value))
    return f"<{name}>{text}</{name}>"


def _escape(text: str) -> str:
    # A reader of XML makes a line feed of a bare carriage return, and a key may hold either.
    return escape(text, {"\r": "&#13;", "\n": "&#10;"})
