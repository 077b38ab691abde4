"""The local Personalize and the shell that other rooms' tests have."""

from __future__ import annotations

from tests.notebook.conftest import bare as bare
from tests.notebook.conftest import one_shell as one_shell
from tests.notebook.conftest import shell as shell
from tests.personalize.conftest import group as group
from tests.personalize.conftest import server as server
