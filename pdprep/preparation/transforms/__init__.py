"""Steps people need before ``prepare``: each takes a LazyFrame and returns one, joined by ``.pipe``.

events = pl.scan_parquet("clicks.parquet").pipe(transforms.sessionize).pipe(transforms.k_core, 5)
"""

from pdprep.preparation.transforms.cores import (
    cap_per_user,
    k_core,
    latest_per_id,
    minimum_interactions,
    sample_users,
)
from pdprep.preparation.transforms.derived import creation_timestamps, items_of, users_of
from pdprep.preparation.transforms.events import (
    events_of_ratings,
    impressions,
    keep_event_types,
    map_event_types,
)
from pdprep.preparation.transforms.lists import split
from pdprep.preparation.transforms.sessions import sessionize
from pdprep.preparation.transforms.shapes import (
    explode_events,
    fill_down,
    flags_to_list,
    key_values,
    returns,
)
from pdprep.preparation.transforms.texts import category_levels, prices, trim, truth_text
from pdprep.preparation.transforms.times import epoch, hold_out, in_zone, window

__all__ = [
    "cap_per_user",
    "category_levels",
    "creation_timestamps",
    "epoch",
    "events_of_ratings",
    "explode_events",
    "fill_down",
    "flags_to_list",
    "hold_out",
    "impressions",
    "in_zone",
    "items_of",
    "k_core",
    "keep_event_types",
    "key_values",
    "latest_per_id",
    "map_event_types",
    "minimum_interactions",
    "prices",
    "returns",
    "sample_users",
    "sessionize",
    "split",
    "trim",
    "truth_text",
    "users_of",
    "window",
]
