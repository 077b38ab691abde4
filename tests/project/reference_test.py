"""The reference has every name, error, setting and policy, and none that is not there."""

from __future__ import annotations

import inspect
import json
import re

import boto3
import pytest

import pdprep
from pdprep import errors
from pdprep.flags import SHARED
from pdprep.notebook.magics import PersonalizeMagics
from pdprep.personalize.aws import policies
from pdprep.personalize.aws.client import Environment
from pdprep.personalize.aws.profiles import KEYS
from tests.project.imports import MODULES, PROJECT

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/KEY_ID"
ELSEWHERE = {"errors", "transforms", "PdprepError", "__version__"}  # on pages of their own


def page(name: str) -> str:
    return (PROJECT / "docs" / name).read_text(encoding="utf-8")


def test_every_public_name_is_in_the_reference() -> None:
    named = re.findall(r"^::: pdprep\.(\w+)$", page("reference/python.md"), re.MULTILINE)
    assert set(named) == set(pdprep.__all__) - ELSEWHERE


def test_every_error_is_told_with_what_to_do() -> None:
    family = [found for _, found in inspect.getmembers(errors, inspect.isclass)]
    classes = {found.__name__ for found in family if issubclass(found, errors.PdprepError)}
    told = dict(re.findall(r"^### (\w+)\n(.+)", page("reference/errors.md"), re.MULTILINE))
    assert set(told) | {"PdprepError"} == classes


def test_every_variable_is_in_the_settings() -> None:
    sources = [path.read_text(encoding="utf-8") for path in MODULES.values()]
    read = {name for source in sources for name in re.findall(r"PDPREP_[A-Z_]*[A-Z]", source)}
    assert set(re.findall(r"^\| `(PDPREP_\w+)`", page("reference/settings.md"), re.MULTILINE)) == read


def test_every_key_of_a_profile_is_in_the_settings() -> None:
    table = page("reference/settings.md").partition("| key of a profile |")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(KEYS)


def test_every_setting_of_the_magics_is_in_the_settings() -> None:
    shown = re.findall(r"%config PersonalizeMagics\.(\w+) =", page("reference/settings.md"))
    assert set(shown) == set(PersonalizeMagics.class_trait_names(config=True))


@pytest.fixture
def environment() -> Environment:
    session = boto3.Session("key", "secret", region_name="eu-central-1")
    return Environment(session, "123456789012", "eu-central-1", "s3://my-bucket/pdprep", ROLE)


def test_the_policies_of_the_first_run_are_those_that_check_prints(environment: Environment) -> None:
    shown = re.findall(r"^```json\n(.*?)^```$", page("guides/first-run-on-aws.md"), re.MULTILINE | re.DOTALL)
    printed = [
        policies.trust(), policies.role(environment), policies.bucket(environment),
        policies.pass_role(environment), policies.key_policy(environment, group=True), policies.key(KEY),
    ]  # fmt: skip
    assert [json.loads(text) for text in shown] == [json.loads(text) for text in printed]


@pytest.mark.parametrize("flag", sorted({name for each in SHARED.values() for name in each.names}))
def test_every_flag_of_a_magic_is_told(flag: str) -> None:
    assert re.search(rf"`{flag}[ `]", page("notebook.md"))
