"""IAM and STS calls, as AWS's sample notebooks make them before an import."""

from __future__ import annotations

import json
from typing import Any

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
