"""The cases, by where such data comes from."""

from __future__ import annotations

from typing import Final

import pytest

from tests.wild.cases import SOURCES, File, Table
from tests.wild.corpus import clicks, exports, films, shops, tables

FILES: Final[tuple[File, ...]] = (*films.FILES, *shops.FILES, *clicks.FILES, *exports.FILES)
TABLES: Final[tuple[Table, ...]] = tables.TABLES
# Each table with the sources whose types can hold it; of the others it says why not.
HELD: Final = [
    pytest.param(table, kind, id=f"{table.name}-{kind}")
    for table in TABLES
    for kind in SOURCES
    if kind not in table.but
]
