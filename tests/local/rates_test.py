"""The rates of put calls: off unless a setting turns them on, then counted for each dataset group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pdprep.local import running
from pdprep.local.settings import from_environment


def users(lab: Any, server: Any) -> str:
    group = lab.group()
    server.advance(5)
    dataset = str(lab.dataset("Users", group))
    server.advance(5)
    return dataset


def put(lab: Any, dataset: str, calls: int) -> list[str]:
    codes = []
    for _ in range(calls):
        try:
            lab.events.put_users(datasetArn=dataset, users=[{"userId": "u"}])
            codes.append("")
        except ClientError as error:
            meta = error.response["ResponseMetadata"]
            codes.append(f"{error.response['Error']['Code']} {meta['HTTPStatusCode']}")
    return codes


def test_ten_calls_a_second(tmp_path: Path, make_lab: Any) -> None:
    with running(tmp_path, clock="manual", rates=True) as server:
        lab = make_lab(server.url)
        one, two = users(lab, server), users(lab, server)
        assert put(lab, one, 12) == [""] * 10 + ["ThrottlingException 400"] * 2
        assert put(lab, two, 1) == [""]
        server.advance(0.5)
        assert put(lab, one, 6) == [""] * 5 + ["ThrottlingException 400"]


def test_off_by_default(tmp_path: Path, make_lab: Any) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        assert put(lab, users(lab, server), 30) == [""] * 30


@pytest.mark.parametrize(("text", "on"), [("1", True), ("", False)])
def test_the_environment_turns_them_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, on: bool
) -> None:
    monkeypatch.setenv("PDPREP_LOCAL_RATES", text)
    assert from_environment(tmp_path).rates is on
