"""What is installed with the package, and what it may rely on, is what pyproject.toml declares."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.project.imports import MODULES, PACKAGE, PROJECT, imports

DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWNERS = packages_distributions()
EXTRAS: dict[str, list[str]] = DECLARED["optional-dependencies"]
EVERYTHING = [*DECLARED["dependencies"], *(need for needs in EXTRAS.values() for need in needs)]
OURS = {*sys.stdlib_module_names, "pdprep", "tests", "benchmarks", "hatch_build", ""}
SCRIPTS = [*PROJECT.glob("tests/**/*.py"), *PROJECT.glob("notebooks/*.py"), *PROJECT.glob("benchmarks/*.py")]


def distribution(requirement: str) -> str:
    return normal(re.split(r"[\[<>=!; ]", requirement)[0])


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def undeclared(names: set[str]) -> set[str]:
    outside = {name.partition(".")[0] for name in names} - OURS
    declared = {distribution(need) for need in EVERYTHING}
    return {name for name in outside if not declared & {normal(owner) for owner in OWNERS.get(name, [name])}}


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    direct = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return direct | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_package_imports_only_what_it_declares() -> None:
    found = [each for name in MODULES for each in imports(name) if not each.typing]
    assert undeclared({each.imported for each in found}) == set()


def test_tests_and_scripts_import_only_what_is_declared() -> None:
    assert {path: more for path in SCRIPTS if (more := undeclared(imported(path)))} == {}


def test_every_dependency_has_its_reason_in_contributing() -> None:
    reasons = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Dependencies")[2]
    names = {distribution(requirement) for requirement in EVERYTHING} - {"pdprep"}
    assert [name for name in sorted(names) if f"`{name}`" not in reasons] == []


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_no_file_of_the_package_is_ignored_and_so_left_out_of_the_wheel() -> None:
    files = [str(path) for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    ignored = subprocess.run(["git", "check-ignore", *files], cwd=PROJECT, capture_output=True, text=True)
    assert ignored.stdout == ""
