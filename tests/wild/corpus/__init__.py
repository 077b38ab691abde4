"""The cases, by where such data comes from."""

from __future__ import annotations

from typing import Final

from tests.wild.cases import File, Table
from tests.wild.corpus import clicks, exports, films, shops, tables

FILES: Final[tuple[File, ...]] = (*films.FILES, *shops.FILES, *clicks.FILES, *exports.FILES)
TABLES: Final[tuple[Table, ...]] = tables.TABLES
