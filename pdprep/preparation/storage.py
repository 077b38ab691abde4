"""Files in S3: which there are, their first bytes, and how Polars reaches them.

Credentials are asked for when something is read; they are in no frame, no repr and no explanation.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from pdprep import platforms
from pdprep.errors import SourceError

if TYPE_CHECKING:
    from boto3 import Session

SCHEME: Final = "s3://"
TRUST_SECONDS: Final = 600  # keys that end are renewed by botocore ten minutes before
_TAIL: Final = 1 << 16  # bytes
_PIECES: Final = re.compile(r"\*\*/|\*\*|\*|\?|\[[^\]]+\]|[^*?\[]+|\[")
_WILDCARD: Final = re.compile(r"[*?\[]")
_WILD: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Object(NamedTuple):
    """One object of a listing."""

    url: str
    size: int
    modified: float


@dataclass(frozen=True, repr=False, eq=False)
class Storage:
    """A way into S3: that of a dataset group, or the one that boto3 finds in the environment.

    Args:
        session: Whose credentials are used.
        client: The boto3 client of S3, which knows the endpoint and the region.
    """

    session: Session
    client: Any

    def find(self, text: str) -> list[Object]:
        """Return the objects of an address in order; ``*`` and ``?`` stay in a folder, ``**`` does not.

        A key or a folder that exists is that one, whatever signs are in its name.
        """
        if _WILDCARD.search(text) and (same := [each for each in self.below(text) if each.url == text]):
            return same
        pieces = self._pieces(text)
        wanted = re.compile("".join([re.escape(pieces[0]), *map(_pattern, pieces[1:])]))
        plain = pieces[0]
        return sorted(found for found in self.below(plain) if wanted.fullmatch(found.url))

    def _pieces(self, text: str) -> list[str]:
        """Return the plain beginning of an address, and the pieces of the pattern behind it."""
        place = _WILDCARD.search(text)
        plain = text[: place.start()] if place else text
        while len(plain) < len(text) and (end := text.find("/", len(plain)) + 1):
            if "**" in text[plain.rfind("/") + 1 : end] or not any(self.below(text[:end], 1)):
                break
            again = _WILDCARD.search(text, end)
            plain = text[: again.start()] if again else text
        return [plain, *_PIECES.findall(text[len(plain) :])]

    def below(self, text: str, most: int | None = None) -> Iterator[Object]:
        """Yield the objects whose address begins with ``text``.

        Raises:
            SourceError: S3 does not answer, or does not let us.
        """
        bucket, prefix = _place(text)
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix, PaginationConfig={"MaxItems": most} if most else {}
        )
        with _answered(text):
            for row in (row for page in pages for row in page.get("Contents", [])):
                yield Object(f"{SCHEME}{bucket}/{row['Key']}", row["Size"], row["LastModified"].timestamp())

    def head(self, url: str, size: int) -> bytes:
        """Return the first bytes of an object."""
        bucket, key = _place(url)
        with _answered(url):
            data: bytes = self.client.get_object(Bucket=bucket, Key=key)["Body"].read(size)
        return data

    def stream(self, url: str, start: int = 0) -> IO[bytes]:
        """Return the body of an object, to be read from its beginning or from a byte on."""
        bucket, key = _place(url)
        some = {"Range": f"bytes={start}-"} if start else {}
        with _answered(url):
            body: IO[bytes] = self.client.get_object(Bucket=bucket, Key=key, **some)["Body"]
        return body

    def tail(self, url: str) -> IO[bytes]:
        """Return the end of a Parquet file with its footer, whose length stands before the last word."""
        bucket, key = _place(url)

        def last(count: int) -> bytes:
            some = self.client.get_object(Bucket=bucket, Key=key, Range=f"bytes=-{count}")
            return bytes(some["Body"].read())

        with _answered(url):
            data = last(_TAIL)
            needed = int.from_bytes(data[-8:-4], "little") + 8
            return io.BytesIO(data if needed <= len(data) else last(needed))

    @property
    def options(self) -> dict[str, Any]:
        """How Polars reaches it: the place, and whom to ask for the keys."""
        return {"storage_options": self.place, "credential_provider": self.keys}

    @property
    def place(self) -> dict[str, str]:
        """Return where S3 is; nothing of it is a secret."""
        url = self.client.meta.endpoint_url
        region = {"aws_region": self.client.meta.region_name or "us-east-1"}
        if ".amazonaws." in str(urlsplit(url).hostname):
            return region
        return {**region, "aws_endpoint_url": url, "aws_allow_http": str(url.startswith("http:")).lower()}

    def keys(self) -> tuple[dict[str, str | None], int | None]:
        """Return the keys of the moment, and when to ask again."""
        found = self.session.get_credentials()
        if found is None:
            raise SourceError(
                "no credentials for S3", "a profile or keys in the environment", "aws configure"
            )
        frozen = found.get_frozen_credentials()
        named = {"aws_access_key_id": frozen.access_key, "aws_secret_access_key": frozen.secret_key}
        if not frozen.token:
            return dict(named), None
        return {**named, "aws_session_token": frozen.token}, int(time.time()) + TRUST_SECONDS


def from_environment() -> Storage:
    """Return the way into S3 that boto3 finds: AWS_ENDPOINT_URL, AWS_PROFILE and the rest.

    Raises:
        SourceError: What the environment names does not exist.
    """
    import boto3

    with _answered("S3"):
        session = boto3.Session()
        return Storage(session, session.client("s3"))


def _place(text: str) -> tuple[str, str]:
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    return bucket, key


def _pattern(piece: str) -> str:
    if piece.startswith("[") and len(piece) > 1:
        return piece.replace("[!", "[^", 1)
    return _WILD.get(piece) or re.escape(piece)


@contextmanager
def _answered(text: str) -> Iterator[None]:
    """Turn what botocore raises into one clear error."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        reason = f"{said.get('Code', '')}: {said.get('Message', '')}".strip(": ")
        raise SourceError(
            f"{text} cannot be read ({reason})",
            "a bucket and a key that these credentials may list and get",
            platforms.shell(["aws", "s3", "ls", text]),
        ) from error
    except BotoCoreError as error:
        raise SourceError(
            f"{text} cannot be read ({error})",
            "an endpoint, a profile and credentials of AWS, or a dataset group's",
            "aws configure list",
        ) from error
