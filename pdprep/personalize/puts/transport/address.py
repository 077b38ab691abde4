"""Where a put operation is reached and how, as boto3 would reach it: address, proxy, certificates."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import Any

from botocore.httpsession import get_cert_path
from botocore.model import OperationModel
from botocore.utils import get_environ_proxies

from pdprep.personalize.aws.client import Environment

SERVICE = "personalize-events"


@dataclass(frozen=True)
class Address:
    """The address of one operation. ``proxy``: in its place, where one is set."""

    url: str
    region: str
    signing_name: str
    proxy: str | None
    tls: ssl.SSLContext | None
    operation: OperationModel


def address(environment: Environment, method: str) -> Address:
    """Return where the client of an environment would send an operation.

    Args:
        environment: Whose endpoint, proxies and certificates count.
        method: The operation as boto3 names it, such as put_events.
    """
    client = environment.client(SERVICE)
    meta: Any = client.meta
    name = meta.method_to_api_mapping[method]
    operation = meta.service_model.operation_model(name)
    url = meta.endpoint_url.rstrip("/") + operation.http["requestUri"]
    return Address(
        url, meta.region_name, meta.service_model.signing_name, _proxy(meta.config.proxies, url),
        _tls(environment) if url.startswith("https:") else None, operation,
    )  # fmt: skip


def _proxy(configured: dict[str, str] | None, url: str) -> str | None:
    proxies = configured if configured is not None else get_environ_proxies(url)
    found = proxies.get(url.partition(":")[0])
    # The environment may name a proxy without its scheme; aiohttp asks for one.
    return found if not found or "://" in found else f"http://{found.removeprefix('//')}"


def _tls(environment: Environment) -> ssl.SSLContext:
    # Only the session beneath boto3's knows ca_bundle of the configuration and AWS_CA_BUNDLE.
    configured = environment.session._session.get_config_variable("ca_bundle")
    trusted = configured or os.environ.get("REQUESTS_CA_BUNDLE")
    return ssl.create_default_context(cafile=trusted or get_cert_path(True))
