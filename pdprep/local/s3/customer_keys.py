"""Keys of the customer's own (SSE-C): checked as S3 checks them, and used for nothing.

Source: Amazon S3 User Guide, ServerSideEncryptionCustomerKeys. Objects are stored in clear either way.
"""

from __future__ import annotations

import base64
import hashlib

from pdprep.local.objects.errors import error
from pdprep.local.s3.call import S3Call

PREFIX = "x-amz-server-side-encryption-customer-"
ALGORITHM, KEY, MD5 = (PREFIX + name for name in ("algorithm", "key", "key-md5"))


def check(call: S3Call) -> dict[str, str]:
    """Refuse a key that is none; return the headers that an answer repeats."""
    given = {name: call.header(name) for name in (ALGORITHM, KEY, MD5) if call.header(name)}
    if not given:
        return {}
    if len(given) < 3 or given[ALGORITHM] != "AES256":
        raise error("InvalidArgument", "Requests with SSE-C need an algorithm of AES256, a key and its MD5.")
    try:
        key = base64.b64decode(given[KEY], validate=True)
    except ValueError as problem:
        raise error("InvalidArgument", "The secret key was invalid for the specified algorithm.") from problem
    digest = base64.b64encode(hashlib.md5(key, usedforsecurity=False).digest()).decode()
    if len(key) != 32 or digest != given[MD5]:
        raise error("InvalidArgument", "The calculated MD5 hash of the key did not match the hash provided.")
    return {ALGORITHM: given[ALGORITHM], MD5: given[MD5]}
