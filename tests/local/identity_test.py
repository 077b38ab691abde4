"""IAM and STS calls, as AWS's sample notebooks make them before an import."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"},
]}  # fmt: skip


def test_a_role_is_made_and_the_account_is_the_local_one(start: Any, tmp_path: Any, make_lab: Any) -> None:
    with start(tmp_path, "--clock", "instant") as server:
        lab = make_lab(server.url)
        iam, sts = lab.client("iam"), lab.client("sts")
        assert sts.get_caller_identity()["Account"] == "000000000000"
        made = iam.create_role(RoleName="personalize", AssumeRolePolicyDocument=json.dumps(TRUST))
        assert made["Role"]["Arn"] == "arn:aws:iam::000000000000:role/personalize"
        iam.attach_role_policy(RoleName="personalize", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
        assert lab.group()


def test_what_moto_lacks_is_refused_in_words_and_not_tried_again(
    start: Any, tmp_path: Any, make_lab: Any
) -> None:
    with start(tmp_path, "--clock", "instant") as server:
        iam = make_lab(server.url).client("iam")
        asked = {"PolicySourceArn": "arn:aws:iam::000000000000:role/r", "ActionNames": ["s3:GetObject"]}
        with pytest.raises(ClientError) as caught:
            iam.simulate_principal_policy(**asked)
        with pytest.raises(ClientError) as missing:
            iam.get_role(RoleName="nobody")
        log = (server.folder / "server.log").read_text()
    error = caught.value.response
    assert error["Error"]["Code"] == "NotProvidedByLocalPersonalize"
    assert "SimulatePrincipalPolicy is not provided" in error["Error"]["Message"]
    assert error["ResponseMetadata"]["RequestId"]
    assert missing.value.response["Error"]["Code"] == "NoSuchEntity"
    assert "Traceback" not in log
