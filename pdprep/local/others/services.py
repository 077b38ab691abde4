"""Services that are left out: refused in the words of their own protocol, so that every SDK can read them."""

from __future__ import annotations

import json

from pdprep.local.objects.xmltext import document
from pdprep.local.protocol.messages import HttpAnswer, HttpRequest
from pdprep.local.refusals import Refusal


def refused(request: HttpRequest, refusal: Refusal, request_id: str) -> HttpAnswer:
    """Answer an error to a call of another service; HTTP 400, so that no SDK tries again."""
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": refusal.code}
    given = {"__type": refusal.code, "message": refusal.message}
    kind = request.headers.get("content-type", "")
    if "cbor" in kind:  # CloudWatch, since the end of 2025
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return HttpAnswer(400, headers, cbor(given))
    if "x-www-form-urlencoded" in kind:  # the query protocol of CloudWatch before, SNS and others
        error = [("Type", "Sender"), ("Code", refusal.code), ("Message", refusal.message)]
        body = document("ErrorResponse", [("Error", error), ("RequestId", request_id)], namespace=False)
        return HttpAnswer(400, {**headers, "Content-Type": "text/xml"}, body)
    answered = kind if "json" in kind else "application/json"
    return HttpAnswer(400, {**headers, "Content-Type": answered}, json.dumps(given).encode())


def cbor(texts: dict[str, str]) -> bytes:
    """Write a map of texts. Source: RFC 8949, sections 3 and 3.1.

    >>> cbor({"a": "b"}).hex()
    'a161616162'
    """
    return _head(5, len(texts)) + b"".join(_text(each) for pair in texts.items() for each in pair)


def _text(text: str) -> bytes:
    body = text.encode()
    return _head(3, len(body)) + body


def _head(major: int, count: int) -> bytes:
    # Three bits of type; a count that does not fit in the other five follows in one byte or two.
    if count < 24:
        return bytes([major << 5 | count])
    if count < 1 << 8:
        return bytes([major << 5 | 24, count])
    return bytes([major << 5 | 25]) + count.to_bytes(2, "big")
