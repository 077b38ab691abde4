"""A put through bad weather: throttled, cut off before and after the effect, records that are refused."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep.contract import limits
from pdprep.contract.fields import Field
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.personalize.puts.transport.rate_limiter import RateLimiter
from tests.conftest import DEEP
from tests.personalize.frames import counts, events, exported, prepared
from tests.support.groups import ledger_of

EVENTS = 20_000 if DEEP else 600
THROTTLED, DROPPED_BEFORE, DROPPED_AFTER, REFUSED = 0.30, 0.05, 0.05, 0.01
WEATHER = ["throttled", "before", "after", "fine"]
SHARES = [THROTTLED, DROPPED_BEFORE, DROPPED_AFTER, 1 - THROTTLED - DROPPED_BEFORE - DROPPED_AFTER]
BOTH = pytest.mark.parametrize("fast", [False, True], ids=["boto3", "fast"])
FAULTS: dict[str, dict[str, Any]] = {
    "throttled": {"code": "ThrottlingException"},
    "before": {"drop": True, "when": "before"},
    "after": {"drop": True, "when": "after"},
}


def ask_for_weather(server: Running, calls: int) -> dict[str, int]:
    """Give each of the next calls its fate, and return how many meet which."""
    fates = random.Random(7).choices(WEATHER, SHARES, k=calls)
    for number, fate in enumerate(fates):
        if fate in FAULTS:
            server.state.faults.ask(operation="PutEvents", skip=number, **FAULTS[fate])
    return {fate: fates.count(fate) for fate in WEATHER}


def with_bad_records(count: int) -> pl.DataFrame:
    """Return events of which one in a hundred has longer properties than the service takes."""
    long = pl.int_range(count, eager=True) % round(1 / REFUSED) == 17
    note = pl.when(long).then(pl.lit("y" * 1100)).otherwise(pl.lit("x"))
    return events(count, users=count // 10).with_columns(note.alias("BLURB"))


@BOTH
def test_nothing_is_lost_and_nothing_comes_twice(
    group: DatasetGroup,
    server: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fast: bool,
) -> None:
    monkeypatch.setitem(limits.PROPERTIES_LENGTH, "interactions", 9_999)  # the service knows better
    frame = with_bad_records(EVENTS)
    sent = group.prepare(frame, "interactions", metadata={"BLURB": Field("BLURB")})
    met = ask_for_weather(server, EVENTS // 2)
    began = time.monotonic()
    job = group.put(sent, fast=fast).wait()
    server.state.faults.clear()
    aside = pl.read_parquet(ledger_of(group).folder / "quarantine" / job.id / "refused.parquet")
    held = exported(group, "PUT")
    with capsys.disabled():
        print(
            f"\n{EVENTS:,} events, {time.monotonic() - began:.1f} s: {job.rows:,} sent, {aside.height:,} set "
            f"aside, {held.height:,} in the PUT export; asked for in the next {EVENTS // 2:,} calls: {met}"
        )
    good = frame.filter(pl.col("BLURB") == "x").select(held.columns)
    assert (job.rows or 0) + aside.height == EVENTS
    assert aside.height == EVENTS * REFUSED
    assert held.sort(held.columns).equals(good.sort(held.columns))
    assert counts(group)["incremental"] == good.height


@BOTH
def test_answers_that_come_late_are_waited_for(group: DatasetGroup, server: Running, fast: bool) -> None:
    group.put(prepared(group, events(1))).wait()
    server.state.faults.ask(operation="PutEvents", delay=30.0 if DEEP else 1.0)
    assert group.put(prepared(group, events(20, first=1)), fast=fast).wait().rows == 20


@BOTH
def test_credentials_that_expire_half_way_say_what_to_do(
    group: DatasetGroup, server: Running, fast: bool
) -> None:
    group.put(prepared(group, events(1))).wait()
    server.state.faults.ask(
        operation="PutEvents", code="ExpiredTokenException", status=403, skip=5, calls=100
    )
    job = group.put(prepared(group, events(100, first=1)), fast=fast)
    with pytest.raises(Exception, match=r"aws sso login .*connect again and repeat the call: it goes on"):
        job.wait()
    server.state.faults.clear()
    assert job.resume().wait().rows == 100
    assert exported(group, "PUT").height == 101


def test_a_job_that_fails_when_its_script_has_ended_says_so(group: DatasetGroup, server: Running) -> None:
    group.put(prepared(group, events(1))).wait()
    server.state.faults.ask(operation="PutEvents", code="AccessDeniedException", status=400, calls=100)
    ended = ended_script("""
import pdprep
from tests.personalize.frames import events, prepared
group = pdprep.connect("movies")
group.put(prepared(group, events(100, first=1)))
""")
    assert ended.stderr.startswith("put-0002 failed: ")
    assert "Traceback" not in ended.stderr


def ended_script(script: str) -> subprocess.CompletedProcess[str]:
    project = str(Path(__file__).parents[2])
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=project)


@pytest.mark.parametrize("call", ["put(frame)", "put(frame, fast=True)", "bulk(frame)"])
def test_a_script_ends_when_its_job_does(group: DatasetGroup, home: Path, call: str) -> None:
    script = f"""
import pdprep
from tests.personalize.frames import events, prepared
group = pdprep.connect("movies")
frame = prepared(group, events(1200))
group.{call}
"""
    ended = ended_script(script)
    if sys.version_info[:3] in ((3, 12, 0), (3, 12, 1)):  # they start no threads then; python/cpython#113964
        assert "-0001 failed: the script ended before its job" in ended.stderr
        ended = ended_script(f"{script.strip()}.wait()")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert group.jobs()[0].status in ("DONE", "ACTIVE")
    assert sum(counts(group).values()) == 1200


def test_calls_that_are_throttled_together_halve_the_rate_once() -> None:
    limiter = RateLimiter(100)
    limiter._slowed -= 1
    for _ in range(8):
        limiter.slow()
    assert limiter.rate == 50
