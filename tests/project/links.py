"""Dead links of a built site, and what it loads from elsewhere: ``python -m tests.project.links FOLDER``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself to show a page; `a` alone waits for a click.
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")}
# `rel` of a link that only says where something is.
TOLD = {"canonical", "prev", "next", "edit"}


class Html(HTMLParser):
    """The ids of a page, the targets of its links, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids |= {value for name in ("id", "name") if (value := found.get(name))}
        for name, value in attrs:
            if value and (tag, name) in LOADED and found.get("rel") not in TOLD:
                self.loads.append(value)
            elif value and (tag, name) == ("a", "href"):
                self.links.append(value)


def dead(site: Path) -> Iterator[str]:
    """Yield a line for each link that leads nowhere and each thing that a page loads from elsewhere."""
    pages = {path.resolve(): Html(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        if name.name == "404.html":
            continue  # a server shows it at any depth, so its addresses start at the root
        for target in page.loads:
            if urlsplit(target).netloc:
                yield f"{name} loads {target}"
        for target in page.links + page.loads:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            other = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not other.is_file():
                yield f"{name} links to {target}, which is not there"
            elif parts.fragment and other in pages and unquote(parts.fragment) not in pages[other].ids:
                yield f"{name} links to {target}, which has no such place"


if __name__ == "__main__":
    lines = list(dead(Path(sys.argv[1])))
    print("\n".join(lines) or "no dead link")
    sys.exit(bool(lines))
