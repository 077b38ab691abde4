"""Follows a hint as a person at a notebook does: pastes it, or puts it into the call that failed.

A hint is one of these: a call or an expression (run with the names that a notebook has); a fragment such as
``on_invalid="quarantine"`` (an argument of the call that failed); a line of a shell (looked at, not run); the
flag, value or line of a magic.
"""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl
import pyarrow as pa
from IPython.core.interactiveshell import InteractiveShell

import pdprep
from pdprep import errors, transforms
from pdprep.errors import PdprepError
from tests.conftest import PROJECT

PACKAGE: Final = PROJECT / "pdprep"
SECRET: Final = "Kx9QvSentinel"  # stands in the data of every scenario; no message may show it
LONGEST: Final = 2_000
STEPS: Final = 6
FAMILY: Final = {name for name, kind in vars(errors).items() if inspect.isclass(kind)}
_SHELL: Final = {
    "aws": r"aws (configure( list(-profiles)?)?|s3 ls s3://\S+|sso login|sts get-caller-identity)",
    "export": r"export \w+=\S+",
    "grep": r"grep -naxv '\.\*' \S+",
    "ls": r"ls \S+",
    "pip": r"pip install (--upgrade pdprep|\"pdprep\[(?P<extra>\w+)\]\")",
    "python": r"python -m pdprep\.local --home \S+",
    "sed": r"sed -n \d+p \S+",
    "ulimit": r"ulimit -f unlimited",
}


@dataclass(frozen=True)
class Scenario:
    """What a person writes that ends in an error, and what must hold once its hint was followed.

    Attributes:
        place: Where the product gives the hint: ``module.function``, the second of a function with `` 2``.
        call: What fails: lines of Python, or a magic.
        then: An expression that must be true at the end; ``result`` is what the mended call gave, ``records``
            its rows.
        before: What the person did before, without an error.
        by_hand: What the person does in place of a hint that only a person can follow (a disk, an account).
    """

    place: str
    call: str
    then: str = "True"
    before: str = ""
    by_hand: str = ""


@dataclass
class Notebook:
    """The names that a notebook has, and what was said in it."""

    names: dict[str, Any] = field(default_factory=dict)
    shell: InteractiveShell | None = None
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = {"pdprep": pdprep, "pl": pl, "pd": pd, "pa": pa, "transforms": transforms, "Path": Path}
        for name, value in {**own, "SECRET": SECRET}.items():
            self.names.setdefault(name, value)

    def run(self, code: str) -> Any:
        """Run a cell; return the value of its last line, waited for and read to its end."""
        if any(line.startswith("%") for line in code.splitlines()):
            assert self.shell is not None
            result = self.shell.run_cell(code)
            result.raise_error()
            return self._settled(result.result)
        body = ast.parse(code).body
        end = body[-1] if body else None
        last = end.value if isinstance(end, ast.Expr) else None
        exec(compile(ast.Module(body[:-1] if last else body, []), "<cell>", "exec"), self.names)
        if last is None:
            return None
        return self._settled(eval(compile(ast.Expression(last), "<cell>", "eval"), self.names))

    def _settled(self, value: Any) -> Any:
        if isinstance(value, pdprep.Prepared):
            report = pdprep.validate(value, route="put")
            self.said += [str(report), repr(report), report._repr_html_(), str(value.explain()), repr(value)]
            self.names["report"] = report
            self.names["records"] = value.rows.select(value.contract.columns).collect().rows()
        elif isinstance(value, pl.LazyFrame):
            value = value.collect()
            self.names["records"] = value.rows()
        elif hasattr(value, "wait"):
            value = value.wait()
        return value


def follow(scenario: Scenario, notebook: Notebook) -> list[str]:
    """Run a scenario, follow its hints until nothing is wrong, and return the places that gave them."""
    if scenario.before:
        notebook.run(scenario.before)
    call, places, seen = scenario.call, [], []
    for _ in range(STEPS):
        with made() as raised:
            try:
                result = notebook.run(call)
                break
            except PdprepError as error:
                notebook.said += [str(error), repr(error), "\n".join(error._render_traceback_())]
                places += [raised.get(id(error), "")]
                hint = error.hint
                repeated = str(error) in seen
                seen.append(str(error))
        assert not repeated, f"the hint mends nothing: {seen[-1]}"
        if scenario.by_hand and scenario.place == places[-1]:
            call = scenario.by_hand
            continue
        assert hint, f"no hint: {seen[-1]}"
        call = mended(call, hint, notebook)
    else:
        raise AssertionError(f"still wrong after {STEPS} hints: {seen}")
    notebook.names["result"] = result
    assert eval(scenario.then, notebook.names), (scenario.then, result, notebook.names.get("records"))
    return places


def mended(call: str, hint: str, notebook: Notebook) -> str:
    """Return the call as it is after the hint was put into it."""
    code = hint.split("  #")[0].strip()
    assert "..." not in code, f"a gap to fill in: {hint}"
    if call.startswith("%"):
        return _magic(call, code)
    if code.split()[0] in _SHELL and _is_no_python(code):
        check_shell(code)
        return call
    if "  # in the expression, for " in hint:
        old = ast.unparse(ast.parse(hint.split("  # in the expression, for ")[1], mode="eval"))
        return ast.unparse(ast.parse(call)).replace(old, code)
    if not _is_no_python(f"f({code})"):
        given = ast.parse(f"f({code})", mode="eval").body
        assert isinstance(given, ast.Call)
        if given.keywords and not given.args:
            return _with_arguments(call, given.keywords, notebook)
        if len(given.args) == 1 and isinstance(given.args[0], ast.Constant):
            return _with_path(call, code)
    assert not _is_no_python(code), f"no code: {hint}"
    return _with_value(call, code, hint, notebook)


def check_shell(line: str) -> None:
    """Demand that a line of a shell has the form of its command, and names an extra that there is."""
    words = shlex.split(line)
    found = re.fullmatch(_SHELL[words[0]], line)
    assert found, f"no line of a shell: {line}"
    if found.groupdict().get("extra"):
        extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        assert found["extra"] in extras


def _is_no_python(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return True
    return False


def _magic(call: str, code: str) -> str:
    line, end, body = call.partition("\n")
    if code.startswith("%"):
        return code + ("" if "\n" in code else end + body)
    if code.upper().startswith("SELECT"):
        return f"{line}\n{code}"
    if code.startswith("FROM "):
        return line + end + re.sub(r"FROM \w+", code, body)
    flag, _, value = code.partition(" ")
    if flag.startswith("-"):
        line = re.sub(rf" {flag}[ =]\S+" if value else " --\\w+$", "", line)
        return f"{line} {code}" + end + body
    if re.fullmatch(r"\w+( \w+)*", code):
        return f"{line.split()[0]} {code}" + end + body
    made, _, does = code.partition(" = ")
    assert does, f"no part of a magic: {code}"
    return f"{code}\n" + re.sub(rf"\b{made.removesuffix('_ready')}\b", made, call)


def _calls(call: str) -> tuple[ast.Module, list[ast.Call]]:
    tree = ast.parse(call)
    return tree, [node for node in ast.walk(tree.body[-1]) if isinstance(node, ast.Call)]


def _with_arguments(call: str, keywords: list[ast.keyword], notebook: Notebook) -> str:
    tree, calls = _calls(call)
    for given in keywords:
        assert given.arg
        target = next(each for each in calls if _takes(each, given.arg, notebook))
        old = next((each for each in target.keywords if each.arg == given.arg), None)
        same = ast.unparse(given.value)
        function = eval(ast.unparse(target.func), notebook.names)
        by_place = list(inspect.signature(function).parameters)[: len(target.args)]
        if given.arg in by_place:
            target.args[by_place.index(given.arg)] = given.value
            continue
        # What was written under a name that does not exist is written under the right one.
        target.keywords = [each for each in target.keywords if each is old or ast.unparse(each.value) != same]
        for each in target.keywords:
            if each is not old and isinstance(each.value, ast.Dict) and isinstance(given.value, ast.Dict):
                each.value = _without(each.value, given.value)
        if old is None:
            target.keywords.append(given)
        else:
            new = _without(old.value, given.value)
            old.value = _joined(new, given.value)
    return ast.unparse(tree)


def _takes(call: ast.Call, name: str, notebook: Notebook) -> bool:
    try:
        function = eval(ast.unparse(call.func), notebook.names)
    except Exception:
        return False
    with_any = [p for p in inspect.signature(function).parameters.values() if p.kind is p.VAR_KEYWORD]
    return name in inspect.signature(function).parameters or bool(with_any)


def _without(old: ast.expr, new: ast.expr) -> ast.expr:
    """Take the entries out of a dict that another is about: of the same field or the same column."""
    if not (isinstance(old, ast.Dict) and isinstance(new, ast.Dict)):
        return old
    about = {ast.unparse(each) for each in (*new.keys, *new.values) if each}
    entries = zip(old.keys, old.values, strict=True)
    kept = [
        (key, value) for key, value in entries if key and not {ast.unparse(key), ast.unparse(value)} & about
    ]
    return ast.Dict([key for key, _ in kept], [value for _, value in kept])


def _joined(old: ast.expr, new: ast.expr) -> ast.expr:
    if not (isinstance(old, ast.Dict) and isinstance(new, ast.Dict)):
        return new
    return ast.Dict([*old.keys, *new.keys], [*old.values, *new.values])


def _with_path(call: str, code: str) -> str:
    """Put a text in the place of the one that is most like it."""
    tree, wanted = ast.parse(call), ast.literal_eval(code)
    texts = [
        each
        for each in ast.walk(tree.body[-1])
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    nearest = max(texts, key=lambda each: SequenceMatcher(None, str(each.value), wanted).ratio())
    nearest.value = wanted
    return ast.unparse(tree)


def _with_value(call: str, code: str, hint: str, notebook: Notebook) -> str:
    """Put what an expression gives where it belongs: a frame is prepared in place of the one that failed."""
    value = ast.parse(code, mode="eval").body
    function = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    tree, calls = _calls(call)
    if isinstance(value, ast.Call) and function == "pdprep.read":
        for each in calls:
            if ast.unparse(each.func) == "pdprep.read":
                each.args, each.keywords = value.args, value.keywords
                return ast.unparse(tree)
        given = next((each for each in calls if each.args and isinstance(each.args[0], ast.Constant)), None)
        if given is None:
            notebook.names["frame"] = notebook.run(code).lazy()
            return call
        given.args[0] = value
        known = TEXT_OPTIONS & {each.arg for each in given.keywords}
        given.keywords = [each for each in given.keywords if each.arg not in known]
        return ast.unparse(tree)
    if isinstance(value, ast.Call) and function == "pdprep.Field":
        fields = [each for each in calls if ast.unparse(each.func) == "pdprep.Field"]
        if fields:
            fields[0].args, fields[0].keywords = value.args, value.keywords
        else:
            calls[0].args = [value]
        return ast.unparse(tree)
    named = [name for name in ("frame", "items", "interactions") if re.search(rf"\b{name}\b", code)]
    again = set(re.findall(r"transforms\.\w+", code)) & set(re.findall(r"transforms\.\w+", call))
    if not named or again or hint.endswith("# in its place") or re.match(r"(group|job|pdprep)\.", code):
        return code
    found = eval(compile(ast.Expression(value), "<hint>", "eval"), notebook.names)
    assert isinstance(found, pl.LazyFrame | pl.DataFrame | pd.DataFrame), f"no frame: {code}"
    notebook.names[named[0]] = found
    return call


TEXT_OPTIONS: Final = {name for name in inspect.signature(pdprep.read).parameters if name != "source"}


@dataclass(frozen=True)
class Place:
    """A place of the source that gives a hint."""

    name: str
    file: str
    first: int
    last: int


def places() -> dict[str, Place]:
    """Return every place of the product that gives a hint, by module and function."""
    found: dict[str, Place] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for function, node in _hinting(tree, ""):
            name = f"{module}.{function}".rstrip(".")
            count = sum(
                key == name or re.fullmatch(rf"{re.escape(name)} \d+", key) is not None for key in found
            )
            key = name if not count else f"{name} {count + 1}"
            found[key] = Place(key, str(path), node.lineno, node.end_lineno or node.lineno)
    return found


def _hinting(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        inner = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else function
        if isinstance(child, ast.Call) and _name(child.func) in FAMILY:
            hints = [*child.args[2:3], *(each.value for each in child.keywords if each.arg == "hint")]
            if any(not isinstance(each, ast.Constant) or each.value for each in hints):
                yield function, child
        yield from _hinting(child, inner)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


PLACES: Final = places()


@contextmanager
def made() -> Iterator[dict[int, str]]:
    """Note where each error of the product is made."""
    plain: Callable[..., None] = PdprepError.__init__
    found: dict[int, str] = {}

    def noted(self: PdprepError, *args: Any, **more: Any) -> None:
        plain(self, *args, **more)
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename.endswith("errors.py"):
            frame = frame.f_back
        here = [
            place
            for place in PLACES.values()
            if place.file == frame.f_code.co_filename and place.first <= frame.f_lineno <= place.last
        ]
        if here:
            found[id(self)] = min(here, key=lambda place: place.last - place.first).name
        elif not frame.f_code.co_filename.startswith(str(PACKAGE)) and found:
            found[id(self)] = next(reversed(found.values()))  # Polars makes an error of its text anew

    PdprepError.__init__ = noted  # type: ignore[method-assign]
    try:
        yield found
    finally:
        PdprepError.__init__ = plain  # type: ignore[method-assign]
