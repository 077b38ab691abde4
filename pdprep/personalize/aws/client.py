"""The one place that calls boto3: ``call`` asks a service in an Environment, an account and a region.

Nothing below asks whether the environment is AWS or the local Personalize.
"""

from __future__ import annotations

import io
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    ProfileNotFound,
)
from botocore.exceptions import ConnectionError as NotConnected

from pdprep.errors import GroupError, ServiceError
from pdprep.personalize.aws.hints import hint
from pdprep.personalize.aws.options import PLAIN, EnvironmentOptions
from pdprep.personalize.aws.prices import UNKNOWN, Prices

# Sending again is safe: names of jobs and ids of events are ours.
CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=10,
    read_timeout=70,
    user_agent_extra="pdprep",
)
# A put is tried again by its own rules: it slows down, it can be stopped, and it knows what not to repeat.
EVENTS_CONFIG: Final = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
# No threads of boto3's own: they take no work once a script's last line has run, and a job goes on then.
TRANSFER: Final = TransferConfig(use_threads=False)
NOT_FOUND: Final = ("ResourceNotFoundException", "404", "NoSuchBucket", "NoSuchKey", "NotFound")
LOST: Final = "ConnectionError"


Session = boto3.Session
_making = threading.Lock()  # a session makes one client at a time; the clients are shared by threads


class Clients:
    """The boto3 clients of an environment and of its copies; their connections end with the last of them."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str | None], Any] = {}
        self._open = ExitStack()
        weakref.finalize(self, self._open.close)

    def get(self, key: tuple[str, str | None], make: Callable[[], Any]) -> Any:
        """Return the client of a service at an address; it is made where there is none yet."""
        with _making:
            if key not in self._made:
                self._made[key] = make()
                self._open.callback(self._made[key].close)
            return self._made[key]


class Endpoint(Protocol):
    """Where the services are reached."""

    @property
    def url(self) -> str | None:
        """The address, or None for the ones that boto3 knows."""

    def revive(self) -> bool:
        """Try to bring a service back that does not answer, and say whether that was possible."""


class Aws:
    """The addresses that boto3 knows."""

    url: str | None = None

    def revive(self) -> bool:
        """Nothing here can be started from here."""
        return False


@dataclass(frozen=True)
class Environment:
    """An account and a region with a way in.

    Attributes:
        session: The boto3 session that signs every call.
        account: The AWS account; twelve zeros for the local Personalize.
        region: The region.
        bucket: ``s3://name/prefix`` for staged files.
        role_arn: The role that Amazon Personalize takes to read and write the bucket.
        endpoint: Where the services are.
        neighbours: Whether an application shares the quotas, so that puts hold back.
        poll: Seconds between two polls of a job, at most.
        in_flight: Put calls of boto3 that wait for their answers at the same time.
        prices: What somebody says that sending costs.
        options: Keys, metrics and the like that somebody asked for.
    """

    session: Session = field(repr=False)
    account: str
    region: str
    bucket: str
    role_arn: str
    endpoint: Endpoint = field(default_factory=Aws, repr=False)
    neighbours: bool = True
    poll: float = 10.0
    in_flight: int = 8
    prices: Prices = UNKNOWN
    options: EnvironmentOptions = PLAIN
    clients: Clients = field(default_factory=Clients, repr=False, compare=False)

    @property
    def endpoint_url(self) -> str | None:
        """The address of the services, or None for AWS's own."""
        return self.endpoint.url

    @property
    def local(self) -> bool:
        """Whether this is the local Personalize; shown to people, never branched on."""
        return self.account == "0" * 12

    @property
    def place(self) -> tuple[str, str]:
        """Name of the bucket, and the prefix in it."""
        name, _, prefix = self.bucket.removeprefix("s3://").partition("/")
        return name, prefix.strip("/")

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service; threads may share it."""
        return self.clients.get(
            (service, self.endpoint.url),
            lambda: self.session.client(
                service,  # type: ignore[call-overload]  # the stubs want a literal name
                region_name=self.region,
                endpoint_url=self.endpoint.url,
                config=EVENTS_CONFIG if service == "personalize-events" else CONFIG,
            ),
        )


@cache
def keyless(region: str) -> Session:
    """Return a session for a service that takes any key."""
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=region)


def named(profile: str) -> Session:
    """Return a session of a profile of the AWS configuration; the default credentials where it is empty.

    Raises:
        GroupError: There is no such profile.
    """
    try:
        return boto3.Session(profile_name=profile or None)
    except ProfileNotFound as error:
        raise GroupError(str(error), "a profile of ~/.aws/config", "aws configure list-profiles") from error


def call(environment: Environment, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
    """Call an operation by its Python name and return the answer.

    Raises:
        ServiceError: The service said no, or could not be reached.
    """
    name = "".join(part.capitalize() for part in operation.split("_"))
    answer: dict[str, Any] = attempt(
        environment, name, lambda: getattr(environment.client(service), operation)(**arguments)
    )
    if _broke_off(environment, service, name, answer):
        raise failed(name, LOST, "the answer broke off")
    return answer


def _broke_off(environment: Environment, service: str, name: str, answer: dict[str, Any]) -> bool:
    """Say whether only the head of an answer came: botocore takes that for an empty answer.

    Whatever Personalize creates, describes or lists is a member of the answer, be it an empty list.
    """
    if service != "personalize" or set(answer) - {"ResponseMetadata"}:
        return False
    shape = environment.client(service).meta.service_model.operation_model(name).output_shape
    return bool(shape and shape.members)


def attempt(environment: Environment, operation: str, work: Callable[[], Any]) -> Any:
    """Do something with a client; if its service is gone and can be brought back, do it once more."""
    try:
        with translated(operation):
            return work()
    except ServiceError as error:
        # The local Personalize may have ended with its last client; AWS is never brought back from here.
        if error.code != LOST or not environment.endpoint.revive():
            raise
    with translated(operation):
        return work()


def pages(
    environment: Environment, operation: str, key: str, service: str = "personalize", **arguments: Any
) -> Iterator[dict[str, Any]]:
    """Yield the entries of every page of a list operation."""
    token: dict[str, str] = {}
    while True:
        page = call(environment, service, operation, **arguments, **token)
        yield from page.get(key, [])
        if not page.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}


def missing(error: ServiceError) -> bool:
    """Say whether an error means that there is no such thing."""
    return error.code in NOT_FOUND


def upload(
    environment: Environment,
    source: Path | io.RawIOBase,
    key: str,
    listener: Callable[[int], None],
    **extra: Any,
) -> None:
    """Upload a file, in parts where it is large; ``listener`` gets the bytes of each step."""
    bucket, _ = environment.place
    more: dict[str, Any] = {"ExtraArgs": extra, "Callback": listener, "Config": TRANSFER}
    client = environment.client("s3")
    if isinstance(source, Path):
        attempt(environment, "PutObject", lambda: client.upload_file(str(source), bucket, key, **more))
        return
    with translated("PutObject"):  # what can be read once is not sent twice
        client.upload_fileobj(io.BufferedReader(source), bucket, key, **more)


def download(environment: Environment, key: str, path: Path) -> None:
    """Download an object to a file."""
    bucket, _ = environment.place
    attempt(
        environment,
        "GetObject",
        lambda: environment.client("s3").download_file(bucket, key, str(path), Config=TRANSFER),
    )


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Turn what botocore raises inside the block into a ServiceError that says what to do."""
    try:
        yield
    except ClientError as error:
        raise _refused(operation, error) from error
    except NoCredentialsError as error:
        raise failed(operation, "NoCredentials", "there are no credentials") from error
    # One code for every way in which no answer came: who may repeat a call asks for this one alone.
    except (HTTPClientError, NotConnected) as error:
        raise failed(operation, LOST, str(error)) from error
    except (BotoCoreError, Boto3Error) as error:
        # An upload by boto3 hides what S3 said behind an error of its own.
        if isinstance(error.__context__, ClientError):
            raise _refused(operation, error.__context__) from error
        raise failed(operation, type(error).__name__, str(error)) from error


def _refused(operation: str, error: ClientError) -> ServiceError:
    said = error.response.get("Error", {})
    return failed(operation, said.get("Code", ""), said.get("Message", str(error)))


def failed(operation: str, code: str, message: str) -> ServiceError:
    """Return the error of an operation, with what to do about its code."""
    expected, next_step = hint(code)
    text = f"{operation} was refused: {message}" + (f" ({code})" if code not in message else "")
    return ServiceError(text, expected, next_step, code=code, operation=operation)
