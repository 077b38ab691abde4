"""The words that an argument takes, as types: a checker then finds ``mode="PARTIAL"`` before it runs.

At run time the words are read in any spelling of AWS's, as ``INTERACTIONS``.
"""

from __future__ import annotations

from typing import Literal

DatasetType = Literal["interactions", "items", "users", "actions", "action_interactions"]
Domain = Literal["CUSTOM", "ECOMMERCE", "VIDEO_ON_DEMAND"]
ImportMode = Literal["FULL", "INCREMENTAL"]
ExportMode = Literal["BULK", "PUT", "ALL"]
