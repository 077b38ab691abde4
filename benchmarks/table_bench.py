"""The records table over ten million rows in a real JupyterLab, beside itables and quak on the same frame.

``python benchmarks/table_bench.py [rows]`` needs ``pip install -e ".[bench]"`` and Chromium. Each tool has a
kernel of its own. Measured are: from Shift+Enter to the first row on the page, a page turned and a filter set
(from the click to the new rows), bytes that came over the kernel's socket, and memory above the loaded data.
The notebook has shown HTML before: with the first that a page shows, JupyterLab loads MathJax, once.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Page, WebSocket, sync_playwright

from benchmarks import records_bench
from pdprep.ledger import records as ledger_records
from pdprep.ledger.effects import Training
from pdprep.ledger.ledger import open_ledger
from tests.browser.chromium import launch
from tests.browser.lab import Lab

BULK, PUT, TURNS, LONGEST = 10_000_000, 100_000, 7, 120
SHOWN: Final = """
from IPython.display import HTML, display
display(HTML("<p>as in any notebook</p>"))
"""
MEMORY: Final = """
def memory():
    told = open("/proc/self/status").read()
    return [int(told.partition(name)[2].split()[0]) // 1024 for name in ("VmRSS:", "VmHWM:")]
"""
HEAD: Final = (
    f"{'':<20} {'first s':>8} {'page s':>7} {'filter s':>9} {'first KB':>9} {'page KB':>8} {'MB':>6}"
)
# Writing 5 there sets the peak back to what is used now. Source: proc(5).
RESET: Final = (
    'import gc; gc.collect(); open("/proc/self/clear_refs", "w").write("5"); print("before", memory()[0])'
)
PEAK: Final = 'print("after", memory()[1])'


@dataclass(frozen=True)
class Tool:
    """How a tool is set up and driven; a part that it lacks is None."""

    package: str
    load: str
    show: str
    row: str
    turn: Callable[[Page], float] | None
    filter: Callable[[Page], float] | None
    note: str = ""


@dataclass
class Measured:
    """Milliseconds, kilobytes and megabytes."""

    first: float = 0
    turns: list[float] = field(default_factory=list)
    filters: list[float] = field(default_factory=list)
    first_kb: float = 0
    page_kb: float = 0
    added: int = 0


def main(bulk: int, put: int) -> None:
    """Build the records once, and the same frame as a file, then measure each tool."""
    with tempfile.TemporaryDirectory(prefix="bench-") as text:
        folder = Path(text)
        build(folder, bulk, put)
        print(f"{bulk:,} bulk and {put:,} put events; median of {TURNS}")
        print(HEAD)
        for name, tool in TOOLS.items():
            told = found(tool)
            if told:
                show(f"{name} {told}", measure(folder, tool), tool.note)
            else:
                print(f'{name:<20} not here: pip install -e ".[bench]"')


def build(folder: Path, bulk: int, put: int) -> None:
    """File the records as jobs do, and write them as one frame for the others."""
    records_bench.build_ledger(folder / "ledger", bulk, put)
    ledger, _ = open_ledger(folder / "ledger", None)
    ledger_records.refresh(ledger, "interactions")
    found = ledger_records.records(ledger, "interactions", records_bench.CONTRACT, Training("none"))
    found.frame.sink_parquet(folder / "records.parquet")


def found(tool: Tool) -> str:
    """Return the version of a tool; nothing if it is not installed."""
    if not tool.package:
        return "pdprep"
    try:
        return version(tool.package)
    except PackageNotFoundError:
        return ""


def measure(folder: Path, tool: Tool) -> Measured:
    """Drive one tool in a JupyterLab of its own."""
    measured, received = Measured(), [0]
    place = Path(tempfile.mkdtemp(dir=folder))
    with Lab.start(place) as lab, sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        page.set_default_timeout(120_000)
        page.on("websocket", lambda socket: _listen(socket, received))
        load = tool.load.format(folder=folder, project=Path(__file__).parents[1])
        lab.write("table.ipynb", [SHOWN + MEMORY + load, RESET, tool.show, PEAK])
        lab.open(page, "table.ipynb")
        run(page, "loaded")
        run(page, "before")
        began, before = time.perf_counter(), received[0]
        page.keyboard.press("Shift+Enter")
        page.locator(tool.row).first.wait_for()
        measured.first = time.perf_counter() - began
        page.wait_for_timeout(3000)
        measured.first_kb = (received[0] - before) / 1000
        before = received[0]
        if tool.turn:
            measured.turns = [tool.turn(page) for _ in range(TURNS)]
            page.wait_for_timeout(500)
            measured.page_kb = (received[0] - before) / 1000 / TURNS
        if tool.filter:
            measured.filters = [tool.filter(page) for _ in range(2)]
        measured.added = int(run(page, "after")) - int(page_says(page, "before"))
        return measured


def run(page: Page, word: str) -> str:
    """Run the cell that prints a word and return the number after it."""
    cell = page.locator(".jp-CodeCell", has_text=f'"{word}"').last
    cell.locator(".jp-InputPrompt").click()
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-OutputArea-output", has_text=word).last.wait_for()
    return page_says(page, word)


def page_says(page: Page, word: str) -> str:
    """Return what an output says after a word."""
    return page.locator(".jp-OutputArea-output", has_text=word).last.inner_text().split()[-1]


def _listen(socket: WebSocket, received: list[int]) -> None:
    def count(data: str | bytes) -> None:
        received[0] += len(data)

    if "/channels" in socket.url:
        socket.on("framereceived", count)


# Clicks, then waits in the page itself for the text to change, so that no round trip is counted twice.
CLICK: Final = """
([click, watch, value]) => new Promise((done) => {
  const node = document.querySelector(click), seen = document.querySelector(watch), before = seen.textContent;
  const began = performance.now();
  const observer = new MutationObserver(() => {
    if (document.querySelector(watch).textContent === before) return;
    observer.disconnect();
    requestAnimationFrame(() => done((performance.now() - began) / 1000));
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  if (value === null) node.click();
  else {
    node.value = value;
    for (const event of ["input", "change", "search", "keyup"]) {
      node.dispatchEvent(new Event(event, { bubbles: true }));
    }
  }
})
"""


def clicking(click: str, watch: str, *values: str) -> Callable[[Page], float]:
    """Return what clicks an element, or sets it to each value in turn, and times the change."""
    left = list(values)

    def act(page: Page) -> float:
        value = left.pop(0) if left else None
        seconds: float = page.evaluate(CLICK, [click, watch, value])
        return seconds

    return act


def choosing_origin(page: Page) -> float:
    """Click the bar of ORIGIN, as quak filters, and time the new count of rows."""
    widget = page.locator(".quak")
    bar = widget.locator("th", has_text="ORIGIN").locator("> div").last
    counts = widget.get_by_text(re.compile(r"[\d,]+ rows")).last
    before, began = counts.inner_text(), time.perf_counter()
    bar.click()
    while counts.inner_text() == before and time.perf_counter() - began < LONGEST:
        page.wait_for_timeout(10)
    return time.perf_counter() - began


FRAME: Final = """
import polars as pl
df = pl.read_parquet("{folder}/records.parquet")
df.height
print("loaded")
"""
OURS: Final = """
import sys
sys.path.insert(0, "{project}")
from pathlib import Path
import polars as pl
from pdprep.contract.contract import Contract
from pdprep.ledger.effects import Training
from pdprep.ledger.ledger import open_ledger
from pdprep.ledger.records import records
%load_ext pdprep
import pdprep.notebook.views.table
ledger, _ = open_ledger(Path("{folder}/ledger"), None)
print("loaded")
"""
STATUS, NEXT = ".pdprep-status", ".pdprep-records [aria-label=Pages] button:nth-of-type(3)"
# The floor: a widget with one row, whose kernel answers at once. Nothing that asks the kernel is faster.
ECHO: Final = """
import anywidget, traitlets
class Echo(anywidget.AnyWidget):
    _esm = \"\"\"
    export default {{ render({{ model, el }}) {{
      el.innerHTML = "<table class=echo><tr><td>row</td></tr></table>";
      el.innerHTML += "<button class=echo>next</button><p class=echo>0</p>";
      const says = el.querySelector("p");
      el.querySelector("button").onclick = () => {{
        model.set("asked", model.get("asked") + 1);
        model.save_changes();
      }};
      model.on("change:told", () => {{ says.textContent = model.get("told"); }});
    }} }};
    \"\"\"
    asked, told = traitlets.Int().tag(sync=True), traitlets.Int().tag(sync=True)
    @traitlets.observe("asked")
    def _answer(self, change):
        self.told = change["new"]
print("loaded")
"""
TOOLS: Final = {
    "nothing": Tool("anywidget", ECHO, "Echo()", "table.echo td", clicking("button.echo", "p.echo"), None),
    "ours": Tool(
        "",
        OURS,
        'records(ledger, "interactions", Contract.of("interactions"), Training("none"))',
        ".pdprep-records .pdprep-scroll tbody tr",
        clicking(NEXT, STATUS),
        clicking(".pdprep-records select[id$=origin]", STATUS, "bulk", "incremental"),
    ),
    "itables": Tool(
        "itables",
        FRAME + "from itables import init_notebook_mode, show\ninit_notebook_mode()",
        "show(df)",
        "table.dataTable tbody tr td:nth-child(2)",
        clicking(".dt-paging button.next", ".dt-info"),
        clicking(".dt-search input", ".dt-info", "user-9", "user-8"),
        "a sample of the rows is sent; pages and filters see that sample",
    ),
    "quak": Tool(
        "quak",
        FRAME + "import quak",
        "quak.Widget(df)",
        ".quak tbody tr td:nth-child(2)",
        None,
        choosing_origin,
        "no pages: rows come as one scrolls; the filter is a click on the bar of ORIGIN",
    ),
}


def show(name: str, measured: Measured, note: str) -> None:
    """Print a line."""

    def middle(values: list[float]) -> str:
        return f"{median(values):.3f}" if values else "-"

    turns, filters = middle(measured.turns), middle(measured.filters)
    print(
        f"{name:<20} {measured.first:>8.2f} {turns:>7} {filters:>9} {measured.first_kb:>9.0f} "
        f"{measured.page_kb:>8.1f} {measured.added:>6}  {note}",
        flush=True,
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else BULK, int(given[1]) if len(given) > 1 else PUT)
