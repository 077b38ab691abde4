"""IAM and STS on the same endpoint, as AWS's samples call them to make a role: moto answers, if installed.

Nothing is enforced. moto has one memory for a whole process, so the calls that change roles, policies, users
and groups are kept in the state folder and made again when a server opens it. Ids come out the same, dates
are those of the restart; passwords and access keys are not kept.
"""

from __future__ import annotations

import re

from pdprep.local.life.store import Store
from pdprep.local.objects.xmltext import document
from pdprep.local.others.moto_calls import ONE_AT_A_TIME, installed, prepared, send
from pdprep.local.protocol.messages import HttpAnswer, HttpRequest
from pdprep.local.refusals import Refusal, not_provided
from pdprep.local.settings import ACCOUNT

HOSTS = {"iam": "https://iam.amazonaws.com/", "sts": "https://sts.{region}.amazonaws.com/"}
KEPT = re.compile(
    rb"(?:^|&)Action=(?!Get|List|Simulate)\w*(?:Role|Polic|User|Group|InstanceProfile)\w*(?:&|$)"
)
ACTION = re.compile(rb"(?:^|&)Action=(\w+)")
# Whoever sent a call that is made again: the key is not kept, and nothing is enforced.
ANYBODY = {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    "authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/iam/aws4_request, Signature=0",
}
_NEXT = "SELECT coalesce(max(seq), 0) + 1 FROM identity"
_HELD: list[Store] = []  # the state that moto holds at present


def answer(store: Store, request: HttpRequest) -> HttpAnswer:
    """Hand a call to moto, and keep it if it changed something."""
    region, service = request.scope
    body = request.document()
    given = prepared(HOSTS[service].format(region=region), request.headers, body, request.method)
    lasting = service == "iam" and bool(KEPT.search(body))
    with ONE_AT_A_TIME:
        _recall(store)
        try:
            answered = send(given, store.value(_NEXT) if lasting else None)
        except NotImplementedError as error:
            named = ACTION.search(body)
            raise not_provided(named[1].decode() if named else "This operation") from error
        if lasting and answered.status == 200:
            store.run("INSERT INTO identity (body) VALUES (?)", body)
    return answered.answer


def refused(refusal: Refusal, request_id: str) -> HttpAnswer:
    """Answer an error as IAM and STS do."""
    error = [("Type", "Sender"), ("Code", refusal.code), ("Message", refusal.message)]
    nodes = [("Error", error), ("RequestId", request_id)]
    body = document("ErrorResponse", nodes, namespace=False)
    return HttpAnswer(refusal.status or 400, {"Content-Type": "text/xml"}, body)


def _recall(store: Store) -> None:
    """Let moto hold what this state folder has of IAM, and nothing else."""
    installed()
    if [store] == _HELD:
        return
    from moto.backends import get_backend

    iam = get_backend("iam")
    iam.clear()  # else it is made twice, and each time moto reads AWS's own policies
    iam.reset()
    _ = iam[ACCOUNT]["aws"]  # made now, so that its own policies draw no ids within a call of ours
    for row in store.rows("SELECT seq, body FROM identity ORDER BY seq"):
        send(prepared(HOSTS["iam"], ANYBODY, row["body"]), row["seq"])
    _HELD[:] = [store]
