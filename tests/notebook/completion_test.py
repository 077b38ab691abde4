"""The Tab key offers flags, choices and names of frames."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

FRAMES = "import polars as pl\nratings = pl.DataFrame({'a': [1]})\nratios = ratings.lazy()\nrate = 7"
EXPECTED = [
    ("%personalize_bulk rat", {"ratings", "ratios"}),
    ("job = %personalize_bulk rat", {"ratings", "ratios"}),
    ("%personalize_bulk ratings rati", {"ratings", "ratios"}),
    ("%personalize_bulk ratings --on", {"--on-invalid"}),
    ("%personalize_bulk ratings --mode ", {"FULL", "INCREMENTAL"}),
    ("%personalize_bulk ratings --mode INC", {"INCREMENTAL"}),
    ("%personalize_put x --dataset it", {"items"}),
    ("%personalize_records int", {"interactions"}),
    ("%personalize --dom", {"--domain"}),
    ("%%personalize_bulk --re", {"--replace"}),
    ("%%personalize_bulk\nSELECT * FROM rat", {"ratings", "ratios"}),
]


@pytest.mark.parametrize(("text", "expected"), EXPECTED)
def test_what_fits_is_offered(shell: InteractiveShell, text: str, expected: set[str]) -> None:
    shell.run_cell(FRAMES)
    with provisionalcompleter():
        found = {each.text for each in shell.Completer.completions(text, len(text))}
    assert found == expected


def test_elsewhere_nothing_is_offered(shell: InteractiveShell) -> None:
    shell.run_cell(FRAMES)
    with provisionalcompleter():
        found = {each.text for each in shell.Completer.completions("rat", 3)}
    assert "rate" in found
