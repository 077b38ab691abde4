"""Names: within what the service takes, and the same for the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep.personalize.resources import names

LETTERS = "abcdefgh-_"
GROUPS = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9\-_]{0,62}", fullmatch=True)
TYPES = st.sampled_from(["interactions", "items", "users", "actions", "action_interactions"])


@given(GROUPS, TYPES, st.integers(1, 10_000))
def test_every_name_fits(group: str, kind: str, number: int) -> None:
    made = [
        names.schema(group, kind, "text"),
        names.dataset(group, kind),
        names.job(group, kind, "INCREMENTAL", "0123456789abcdef", number),
        names.job(group, kind, "export-BULK", "0123456789abcdef", number),
    ]
    assert [names.checked(name) for name in made] == made


@given(st.text(LETTERS, min_size=5, max_size=20), st.data())
def test_one_letter_more_less_or_other_is_a_slip(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    for slip in (name[:place] + name[place + 1 :], name[:place] + letter + name[place:]):
        assert names.near(slip, [name]) == (name if slip != name else None)


@pytest.mark.parametrize(
    ("name", "other"), [("movies", "shop"), ("run-1", "run-2"), ("dev", "dew"), ("movies", "movies-dev")]
)
def test_siblings_are_no_slips(name: str, other: str) -> None:
    assert names.near(name, [other]) is None
