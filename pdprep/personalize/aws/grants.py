"""Read a resource's policy as AWS does: does it let somebody in, refuse it, or can that not be told?

Source: IAM User Guide, reference_policies_evaluation-logic and reference_policies_elements_condition.
What is asked is asked for Amazon Personalize, which calls from no VPC (granting-personalize-s3-access).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

# What only a caller inside a VPC brings along; Amazon Personalize never does.
VPC_KEYS: Final = ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourcevpcarn")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the service principal or the role, and what its calls bring along."""

    principal: str
    account: str
    region: str = ""

    @property
    def service(self) -> bool:
        """Whether this is a service, not a role."""
        return not self.principal.startswith("arn:")

    def context(self) -> dict[str, str | None]:
        """Return what a call brings along by condition key; None is what it never brings."""
        given: dict[str, str | None] = dict.fromkeys(VPC_KEYS)
        given |= {"aws:securetransport": "true", "kms:calleraccount": self.account}
        if self.service:
            arn = f"arn:aws:personalize:{self.region}:{self.account}:dataset-import-job/any"
            given |= {"aws:sourceaccount": self.account, "aws:sourcearn": arn}
            given |= {"aws:principalisawsservice": "true"}
        else:
            given |= {"aws:principalaccount": self.account, "aws:principalarn": self.principal}
            given |= {"aws:sourceaccount": None, "aws:sourcearn": None, "aws:principalisawsservice": "false"}
        return given


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says.

    Attributes:
        lacking: Actions that it does not allow, or refuses.
        unsure: Actions whose conditions cannot be judged from here.
        vpc: Whether it refuses because it lets callers of a VPC in only.
    """

    lacking: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    vpc: bool = False

    @property
    def ok(self) -> bool | None:
        """Whether all is allowed; None where that cannot be told."""
        return False if self.lacking else None if self.unsure else True

    @property
    def said(self) -> str:
        """What blocks the call, in words."""
        if self.vpc:
            return "it lets callers of a VPC in only, and Amazon Personalize is in none"
        if self.lacking:
            return f"not {', '.join(self.lacking)}"
        return f"conditions that cannot be judged from here: {', '.join(self.unsure)}" if self.unsure else ""

    def __and__(self, other: Decision) -> Decision:
        lacking = tuple(dict.fromkeys((*self.lacking, *other.lacking)))
        unsure = tuple(dict.fromkeys((*self.unsure, *other.unsure)))
        return Decision(lacking, unsure, self.vpc or other.vpc)


def decide(policy: str | Mapping[str, Any], caller: Caller, asked: Mapping[str, str]) -> Decision:
    """Say what a policy lets a caller do.

    Args:
        policy: The policy, as JSON or read from it.
        caller: Who asks.
        asked: Actions, each with the resource it is asked for; ``*`` where the policy is that resource's own.
    """
    document = json.loads(policy) if isinstance(policy, str) else policy
    statements = _several(document.get("Statement", []))
    found = [_decide(statements, caller, action, resource) for action, resource in asked.items()]
    whole = Decision()
    for each in found:
        whole &= each
    return whole


def _decide(statements: list[Any], caller: Caller, action: str, resource: str) -> Decision:
    allowed: list[bool | None] = []
    unsure, vpc = False, False
    for each in statements:
        fits = _fits(each, caller, action, resource)
        # One Deny outweighs every Allow. One that cannot be judged leaves all of it open, for it may be about
        # this call: what is said then is "cannot be told", never "yes".
        if each.get("Effect") == "Deny" and fits is not False:
            if fits:
                return Decision((action,), vpc=_names_vpc(each))
            unsure = True
        elif each.get("Effect") == "Allow":
            allowed.append(fits)
            vpc |= fits is False and _names_vpc(each) and _covers(each, caller, action, resource)
    if True not in allowed and None not in allowed:
        return Decision((action,), vpc=vpc)
    return Decision(unsure=(action,) if unsure or True not in allowed else ())


def _fits(statement: Mapping[str, Any], caller: Caller, action: str, resource: str) -> bool | None:
    """Say whether a statement is about this call; None where its conditions cannot be judged."""
    if "NotPrincipal" in statement:
        return None
    if not _covers(statement, caller, action, resource):
        return False
    judged = [
        _holds(operator, key, _several(wanted), caller.context())
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    return False if False in judged else None if None in judged else True


def _covers(statement: Mapping[str, Any], caller: Caller, action: str, resource: str) -> bool:
    return (
        _is_principal(statement.get("Principal", "*"), caller)
        and _listed(statement, "Action", action, fold=True)
        and (resource == "*" or _listed(statement, "Resource", resource))
    )


def _is_principal(principal: Any, caller: Caller) -> bool:
    if principal == "*":
        return True
    names = _several(principal.get("Service" if caller.service else "AWS", []))
    # The account itself means all of its roles, which their own policies then have to allow.
    own = (caller.principal, "*", *([] if caller.service else [caller.account]))
    root = f":iam::{caller.account}:root"
    return any(name in own or (not caller.service and name.endswith(root)) for name in names)


def _listed(statement: Mapping[str, Any], kind: str, wanted: str, fold: bool = False) -> bool:
    text = wanted.lower() if fold else wanted
    hit = {
        name: any(
            fnmatchcase(text, each.lower() if fold else each) for each in _several(statement.get(name, []))
        )
        for name in (kind, f"Not{kind}")
    }
    if f"Not{kind}" in statement:
        return not hit[f"Not{kind}"]
    return hit[kind] or (kind == "Resource" and kind not in statement)


def _holds(operator: str, key: str, wanted: list[Any], context: Mapping[str, str | None]) -> bool | None:
    """Judge one condition; None where the key or the operator is not among those known here."""
    name, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    if key.lower() not in context:
        return None
    value = context[key.lower()]
    if name == "Null":
        return (value is None) == (str(wanted[0]).lower() == "true")
    negated = "Not" in name
    if name.replace("Not", "") not in _PLAIN:
        return None
    # A key that a call does not bring fails a condition, unless that asks for what it is not.
    if value is None:
        return negated or optional
    if key.lower() == "aws:sourcearn" and not negated:
        return _of_resource(value, wanted)
    equal = any(fnmatchcase(value.lower(), str(each).lower()) for each in wanted)
    return equal != negated


_PLAIN: Final = (
    "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "Bool",
)  # fmt: skip


def _of_resource(value: str, wanted: Iterable[Any]) -> bool | None:
    """Compare with the ARN of a job that does not exist yet: one resource's own ARN cannot be judged."""
    patterns = [str(each) for each in wanted]
    if any(fnmatchcase(value, each) for each in patterns):
        return True
    start = value.rpartition(":")[0]
    near = [each for each in patterns if fnmatchcase(start, each.rpartition(":")[0])]
    return None if near else False


def _names_vpc(statement: Mapping[str, Any]) -> bool:
    keys = [key.lower() for given in statement.get("Condition", {}).values() for key in given]
    return any(key in VPC_KEYS for key in keys)


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
