"""The WSGI app: which service a request is for, and what every answer carries."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from pdprep.local.http import admin
from pdprep.local.life.faults import happen
from pdprep.local.operations import OPERATIONS
from pdprep.local.operations.call import OperationCall
from pdprep.local.others import cloudwatch, identity, services
from pdprep.local.protocol import model, wire
from pdprep.local.protocol.messages import HttpAnswer, HttpRequest, from_environ, host_name, loopback
from pdprep.local.refusals import Dropped, Refusal, missing, not_provided, unexpected
from pdprep.local.s3 import routes
from pdprep.local.settings import SERVER
from pdprep.local.state import ServerState

TARGET = "AmazonPersonalize."
READS = ("Describe", "List", "Get")
log = logging.getLogger("pdprep.local")
Start = Callable[[str, list[tuple[str, str]]], Any]


class App:
    """Answer each request as the service that it is for; the first that recognises it answers."""

    def __init__(self, state: ServerState) -> None:
        self.state = state

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        request = from_environ(environ)
        answer = self._guarded(request)
        headers = {"Server": SERVER, **answer.headers}
        if isinstance(answer.body, bytes):
            headers.setdefault("Content-Length", str(len(answer.body)))
        start(answer.line, list(headers.items()))
        return [answer.body] if isinstance(answer.body, bytes) else answer.body

    def _guarded(self, request: HttpRequest) -> HttpAnswer:
        if not allowed(request):
            return HttpAnswer(
                403, {"Content-Type": "text/plain"}, b"Only this machine may talk to the local Personalize.\n"
            )
        if request.path.startswith(admin.PREFIX):
            return admin.answer(self.state, request)
        # AWS has a host for each service; here one port has them all. The protocol of JSON names the
        # operation in a header, the REST protocols in the path; where a path could be a bucket's, the
        # signature tells.
        target = request.headers.get("x-amz-target", "")
        if target.startswith(TARGET):
            return self._personalize(request, model.CONTROL, target.removeprefix(TARGET))
        if request.scope[1] == "personalize" and request.path in model.paths():
            return self._personalize(request, *model.paths()[request.path])
        if request.scope[1] in identity.HOSTS:
            return self._identity(request)
        if request.scope[1] == cloudwatch.SCOPE:
            return self._metrics(request)
        if request.scope[1] not in ("", "s3"):
            refusal = not_provided(f"The service {request.scope[1]}")
            return services.refused(request, refusal, self.state.ids.request())
        return self._s3(request)

    def _metrics(self, request: HttpRequest) -> HttpAnswer:
        try:
            return cloudwatch.answer(self.state, request)
        except Refusal as refusal:
            return services.refused(request, refusal, self.state.ids.request())
        except Exception:
            log.exception("moto ended unexpectedly")
            failed = Refusal("InvalidParameterValue", "moto could not answer this call.", 400)
            return services.refused(request, failed, self.state.ids.request())

    def _identity(self, request: HttpRequest) -> HttpAnswer:
        try:
            return identity.answer(self.state.store, request)
        except Refusal as refusal:
            return identity.refused(refusal, self.state.ids.request())
        except Exception:
            log.exception("moto ended unexpectedly")
            failed = Refusal("InvalidAction", "moto could not answer this call.", 400)
            return identity.refused(failed, self.state.ids.request())

    def _personalize(self, request: HttpRequest, service: str, name: str) -> HttpAnswer:
        request_id = self.state.ids.request()
        try:
            body = json.dumps(self._operate(request, service, name)).encode()
            # The model gives puts no output.
            answer = HttpAnswer(200, {}, b"" if service == model.EVENTS else body)
        except Refusal as refusal:
            answer = _json_error(service, refusal)
        except Dropped:
            raise
        except Exception as error:
            log.exception("%s ended unexpectedly", name)
            answer = _json_error(service, unexpected(error, "InternalFailure"))
        kind = "application/x-amz-json-1.1" if service == model.CONTROL else "application/json"
        common = {"Content-Type": kind, "x-amzn-RequestId": request_id}
        return HttpAnswer(answer.status, {**common, **answer.headers}, answer.body)

    def _operate(self, request: HttpRequest, service: str, name: str) -> Any:
        operation = model.operation(service, name)
        if operation is None:
            raise Refusal("UnknownOperationException", f"There is no operation {name}.", 400)
        region, scope = request.scope
        if scope != "personalize":
            raise Refusal(
                "MissingAuthenticationToken", "The request must carry a signature for personalize.", 403
            )
        self.state.age.check(request, self.state.clock.now())
        given = wire.read(operation.input_shape, wire.load(request.document()))
        # Each region of AWS knows its own resources alone.
        for member, value in given.items():
            if member.endswith("Arn") and elsewhere(value, region):
                raise missing(value)
        faults = self.state.faults.take(name, request.key)
        happen(faults, "before")
        if name not in OPERATIONS:
            raise not_provided(name)
        result = self._run(service, name, OperationCall(self.state, region, given))
        happen(faults, "after")
        return wire.render(operation.output_shape, result)

    def _run(self, service: str, name: str, call: OperationCall) -> dict[str, Any]:
        """Run a control operation that changes something as one transaction, then begin its jobs."""
        # Puts keep their records in transactions of their own.
        if service != model.CONTROL or name.startswith(READS):
            return OPERATIONS[name](call)
        with self.state.store.transaction():
            result = OPERATIONS[name](call)
        for arn in call.jobs:
            self.state.launch(arn)
        return result

    def _s3(self, request: HttpRequest) -> HttpAnswer:
        request_id = self.state.ids.request()
        try:
            row = routes.route(request)
            self.state.age.check(request, self.state.clock.now())
            faults = self.state.faults.take(row.operation, request.key)
            happen(faults, "before")
            answer = routes.answer(self.state.objects, request, row)
            happen(faults, "after")
        except Refusal as refusal:
            answer = routes.refused(refusal, request, request_id)
        except Dropped:
            raise
        except Exception as error:
            log.exception("an S3 call ended unexpectedly")
            answer = routes.refused(unexpected(error, "InternalError"), request, request_id)
        return HttpAnswer(answer.status, {"x-amz-request-id": request_id, **answer.headers}, answer.body)


def allowed(request: HttpRequest) -> bool:
    """Say whether Host and Origin name this machine, so that no web page can reach in (DNS rebinding)."""
    origin = request.headers.get("origin")
    local_origin = origin is None or loopback(host_name(origin.partition("://")[2]))
    return loopback(request.host) and local_origin


def elsewhere(arn: str, region: str) -> bool:
    """Say whether an ARN is of Personalize in another region than a call's; recipes have none.

    >>> elsewhere("arn:aws:personalize:eu-west-1:000000000000:schema/s", "us-east-1")
    True
    """
    parts = arn.split(":")
    return len(parts) > 3 and parts[2] == "personalize" and parts[3] not in ("", region)


def _json_error(service: str, refusal: Refusal) -> HttpAnswer:
    status = refusal.status or model.error_status(service, refusal.code)
    # REST protocols name the code in a header, the JSON protocol of the control plane in the body too.
    if service != model.CONTROL:
        body = json.dumps({"message": refusal.message})
        return HttpAnswer(status, {"x-amzn-ErrorType": refusal.code}, body.encode())
    body = json.dumps({"__type": refusal.code, "message": refusal.message})
    return HttpAnswer(status, {"x-amzn-ErrorType": refusal.code}, body.encode())
