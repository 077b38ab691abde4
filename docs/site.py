"""What MkDocs is told beside mkdocs.yml: pages from outside docs/, notebooks, links into the tree."""

from __future__ import annotations

import html
import posixpath
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TREE = Path(__file__).parent.parent
PROJECT = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = PROJECT.get("urls", {}).get("Repository", "")
NOTEBOOKS = sorted(path.relative_to(TREE).as_posix() for path in TREE.glob("notebooks/*.ipynb"))
# Where a file of the tree is read on the site; everything else in docs/ stays where it is.
PLACES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changes.md",
    "benchmarks/results.md": "project/benchmarks.md",
    **{name: name.removesuffix(".ipynb") + ".md" for name in NOTEBOOKS},
}
FROM = {place: name for name, place in PLACES.items() if name != "README.md"}
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
PLACEHOLDER = re.compile(r'<div data-outputs="(\d+)"></div>')
ANSI = re.compile(r"\x1b\[[0-9;]*m")

_outputs: dict[str, list[str]] = {}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take the repository's address from pyproject.toml, the one place that has it."""
    config.repo_url = REPOSITORY or None
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside docs/."""
    for place, name in FROM.items():
        text = (TREE / name).read_text(encoding="utf-8")
        if name.endswith(".ipynb"):
            text, _outputs[place] = _notebook(text)
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to files of the tree to their pages, or to the repository where they have none."""
    here = FROM.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    folder = posixpath.dirname(page.file.src_uri) or "."

    def led(link: re.Match[str]) -> str:
        words, target, anchor = link[1], link[2], link[3] or ""
        name = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
        if not (TREE / name).exists():
            return link[0]  # MkDocs says that it leads nowhere
        place = PLACES.get(name) or (name.removeprefix("docs/") if name.startswith("docs/") else "")
        if place:
            return f"[{words}]({posixpath.relpath(place, folder)}{anchor})"
        # A link to what only the tree has needs an address; while the project has none its words stay.
        return f"[{words}]({REPOSITORY}/blob/main/{name}{anchor})" if REPOSITORY else words

    return "".join(part if code else LINK.sub(led, part) for code, part in _parts(markdown))


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the outputs of a notebook where their cells are."""
    outputs = _outputs.get(page.file.src_uri, [])
    return PLACEHOLDER.sub(lambda found: outputs[int(found[1])], content)


def _parts(markdown: str) -> Iterator[tuple[bool, str]]:
    """Yield the text in pieces, with whether a piece is a block of code."""
    end = 0
    for block in FENCE.finditer(markdown):
        yield False, markdown[end : block.start()]
        yield True, block[0]
        end = block.end()
    yield False, markdown[end:]


def _notebook(text: str) -> tuple[str, list[str]]:
    """Return a notebook as Markdown, and the HTML of its outputs, which Markdown must not touch."""
    pieces: list[str] = []
    outputs: list[str] = []
    for cell in nbformat.reads(text, 4).cells:
        if cell.cell_type == "markdown":
            pieces.append(cell.source)
            continue
        if cell.source.strip():
            pieces.append(f"```python\n{cell.source}\n```")
        if cell.outputs:
            pieces.append(f'<div data-outputs="{len(outputs)}"></div>')
            outputs.append('<div class="outputs">' + "".join(map(_shown, cell.outputs)) + "</div>")
    return "\n\n".join(pieces) + "\n", outputs


def _shown(output: Any) -> str:
    """Return one output as HTML: what a saved notebook shows."""
    data = output.get("data", {})
    if "text/html" in data:
        return str(data["text/html"])
    if output.output_type == "error":
        text = "\n".join(output.traceback)
    else:
        text = output.get("text") or data.get("text/plain", "")
    return f"<pre>{html.escape(ANSI.sub('', text))}</pre>"
