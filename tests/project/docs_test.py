"""The documents name what is there, and nothing of the machine they were written on."""

from __future__ import annotations

import posixpath
import re
import subprocess

import pytest

from tests.project.imports import PROJECT

TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
).stdout.split()
PAGES = [name for name in TRACKED if name.endswith(".md")]
# The one place that knows where a neighbouring folder of data may lie.
ELSEWHERE = [name for name in TRACKED if name != ".ci/run"]
NEIGHBOUR = "../" + "shared"
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
MAGICS = ("", "_check", "_bulk", "_put", "_records", "_jobs")


def text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("magic", MAGICS)
def test_the_readme_mentions_every_magic(magic: str) -> None:
    assert re.search(rf"%personalize{magic}\b", text("README.md"))


def anchors(name: str) -> set[str]:
    """Return the anchors that a code host gives the headings of a page."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text(name), flags=re.M | re.S), re.MULTILINE
    )
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("name", PAGES)
def test_links_to_a_place_in_a_page_find_it(name: str) -> None:
    found = re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", text(name))
    places = [(posixpath.normpath(posixpath.join(posixpath.dirname(name), page)) if page else name, place)
              for page, place in found]  # fmt: skip
    assert [(page, place) for page, place in places if place not in anchors(page)] == []


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    targets = [(PROJECT / name).parent / target for target in LINK.findall(text(name))]
    assert [str(target) for target in targets if not target.exists()] == []


def test_no_file_names_the_folder_next_door() -> None:
    assert [name for name in ELSEWHERE if NEIGHBOUR in text(name)] == []


def test_every_notebook_is_in_the_index() -> None:
    listed = re.findall(r"\((\d\d-[\w-]+\.ipynb)\)", text("notebooks/index.ipynb"))
    assert [f"notebooks/{name}" for name in listed] == sorted(
        name for name in TRACKED if re.match(r"notebooks/\d\d-", name)
    )
