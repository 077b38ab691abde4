"""What an index and a feedstock get: a README without dead links, one version, the same dependencies."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest
import yaml

import pdprep
from hatch_build import absolute
from tests.project.imports import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RECIPE = yaml.safe_load((PROJECT / ".ci" / "recipe.yaml").read_text(encoding="utf-8"))
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
ADDRESS = "https://example.org/pdprep"
# What conda-forge calls otherwise: pandera with Polars is a package of its own.
OTHERWISE = {"pandera[polars]": "pandera-polars"}


def test_with_an_address_every_link_of_the_readme_leads_to_a_file_of_the_tree() -> None:
    found = [target for _, target in LINK.findall(absolute(README, ADDRESS)) if not target.startswith("#")]
    ours = [re.sub(r"#.*", "", each) for each in found if each.startswith(ADDRESS)]
    names = [re.sub(rf"{ADDRESS}/(?:raw|blob)/main/", "", each) for each in ours]
    assert len(names) > 5
    assert all((PROJECT / name).exists() for name in names)
    assert all(each.startswith("https://") for each in found)


def test_without_an_address_no_link_is_dead() -> None:
    found = [target for _, target in LINK.findall(absolute(README, "")) if not target.startswith("#")]
    assert all(each.startswith("https://") for each in found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("see [it](docs/a.md#b)", f"see [it]({ADDRESS}/blob/main/docs/a.md#b)"),
        ("![it](docs/a.png)", f"![it]({ADDRESS}/raw/main/docs/a.png)"),
        ("[it](https://a.b) and [it](#c)", "[it](https://a.b) and [it](#c)"),
    ],
)
def test_links_are_made_absolute(text: str, wanted: str) -> None:
    assert absolute(text, ADDRESS) == wanted


def test_the_citation_has_the_version() -> None:
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == pdprep.__version__


def test_the_recipe_needs_what_the_package_needs() -> None:
    needs = [need.partition(";")[0] for need in DECLARED["dependencies"]]
    wanted = {
        re.sub("|".join(map(re.escape, OTHERWISE)), lambda found: OTHERWISE[found[0]], each) for each in needs
    }
    run = {each.replace(" ", "") for each in RECIPE["requirements"]["run"]} - {
        f"python{DECLARED['requires-python']}"
    }
    assert run == wanted


def test_the_recipe_has_the_same_command() -> None:
    points = [f"{name} = {where}" for name, where in DECLARED["scripts"].items()]
    assert RECIPE["build"]["python"]["entry_points"] == points


def test_the_matrix_names_the_interpreters_of_every_version_that_is_declared() -> None:
    said = subprocess.run(
        [PROJECT / ".ci" / "matrix", "--list"], capture_output=True, text=True, check=True
    ).stdout
    declared = [each.rpartition(" ")[2] for each in DECLARED["classifiers"] if "Python :: 3." in each]
    assert all(f"Python {version}" in said for version in declared)
    assert re.search(r"Python 3\.\d+\.\d+\S*: /", said)
