"""The work of batch jobs: JSON lines from S3, an answer for each, JSON lines to S3, line by line.

Sources: developer guide, batch-data-upload, prepare-input-data-user-segment, filter-batch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pdprep.local.jobs.sources import NO_ACCESS
from pdprep.local.life.ids import Ids
from pdprep.local.life.resources import Resource
from pdprep.local.life.workers import Commit, JobFailed
from pdprep.local.memory import traits
from pdprep.local.objects.objects import Stored
from pdprep.local.recommend import answers, filtering, ranking, requests, serving
from pdprep.local.recommend.filter_expressions import Condition
from pdprep.local.recommend.serving import Served
from pdprep.local.refusals import Refusal
from pdprep.local.state import ServerState

MOST_BYTES, MOST_FILES = 10**9, 1000
MOST_SEGMENTS = {"aws-item-affinity": 500, "aws-item-attribute-affinity": 10}  # queries a file. limits
NAMES = ("recommendedUsers", "usersList")
# Members of a line, all of text or of texts alone.
MEMBERS: dict[str, type] = {
    "userId": str, "itemId": str, "itemAttributes": str, "itemList": list, "filterValues": dict,
    "context": dict,
}  # fmt: skip
USERS = 25  # of a segment, where numResults says nothing
_ATTRIBUTE = re.compile(
    r'\s*ITEMS\.(\w+)\s*(=|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)\s*', re.IGNORECASE
)
Line = Callable[[dict[str, Any]], dict[str, Any]]


def infer(state: ServerState, job: Resource) -> Commit:
    """Recommend items to each line."""
    served = _served(state, job)
    count = int(job.body.get("numResults") or answers.RESULTS)

    def line(given: dict[str, Any]) -> dict[str, Any]:
        found = _recommended(state, served, job, given, count)
        scored = served.traits.kind in (traits.PERSONAL, traits.RANKING)
        output: dict[str, Any] = {"recommendedItems": [item["itemId"] for item in found]}
        if scored:
            output["scores"] = [item.get("score") for item in found]
        return {"input": given, "output": output, "error": None}

    return _lines(state, job, line, 50_000_000)


def segment(state: ServerState, job: Resource) -> Commit:
    """Find the users of each line, most likely first."""
    served = _served(state, job)
    count = int(job.body.get("numResults") or USERS)

    def line(given: dict[str, Any]) -> dict[str, Any]:
        wanted = _wanted(served, given)
        users = ranking.users_for(served.model, wanted, count, _users_let(state, served, job, given))
        # The guide's word; AWS's samples read the other.
        named = {"recommendedUsers": users} if state.settings.strict else dict.fromkeys(NAMES, users)
        return {"input": given, "output": named, "error": None}

    return _lines(state, job, line, MOST_SEGMENTS[served.traits.name])


def _served(state: ServerState, job: Resource) -> Served:
    try:
        version = state.resources.get(job.body["solutionVersionArn"])
        return serving.of_version(state, version, job.body.get("batchInferenceJobConfig"))
    except Refusal as refusal:
        raise JobFailed(refusal.message) from refusal


def _recommended(
    state: ServerState, served: Served, job: Resource, given: dict[str, Any], count: int
) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {name: given[name] for name in MEMBERS if name in given}
    asked["numResults"] = count
    if job.body.get("filterArn"):
        asked["filterArn"] = job.body["filterArn"]
    if served.traits.kind == traits.RANKING:
        asked["inputList"] = given.get("itemList", [])
        return list(answers.rank(requests.RuntimeRequest(state, served, asked))["personalizedRanking"])
    return list(answers.recommend(requests.RuntimeRequest(state, served, asked))["itemList"])


def _wanted(served: Served, given: dict[str, Any]) -> list[tuple[int, float]]:
    """Return the items whose users are asked for, weighed: one and its neighbours, or those of attributes."""
    if served.traits.name == "aws-item-affinity":
        place = served.model.place(given.get("itemId"))
        return [] if place is None else [(place, 1.0), *served.model.beside(place)]
    conditions = _attributes(str(given.get("itemAttributes", "")))
    if "RECORD" not in served.model.items.columns:
        raise Refusal("InvalidInputException", "The version was trained by an older pdprep: train it again.")
    items = served.model.items["RECORD"].struct.unnest()
    nobody = filtering.FilterContext(None, None, lambda _: [])
    fits = [
        filtering.condition_of(each, filtering.plain(each.values), nobody, "ITEM_ID", set(items.columns))
        for each in conditions
    ]
    places = items.select(pl.all_horizontal(fits).fill_null(False).arg_true())
    return [(place, 1.0) for place in places.to_series()]


def _attributes(text: str) -> list[Condition]:
    found = list[Condition]()
    for part in re.split(r"\bAND\b", text):
        match = _ATTRIBUTE.fullmatch(part)
        if match is None:
            raise Refusal("InvalidInputException", f"The itemAttributes '{text[:100]}' cannot be read.")
        found.append(Condition("ITEMS", match[1], match[2], (match[3],)))
    return found


def _users_let(state: ServerState, served: Served, job: Resource, given: dict[str, Any]) -> pl.Expr | None:
    """Return which users a filter lets through, by their records and by what they did."""
    arn = job.body.get("filterArn")
    if not arn:
        return None
    text, values = requests.expression(state, served, arn), given.get("filterValues", {})
    rows = pl.DataFrame(schema={"USER_ID": pl.String})
    if "USERS" in served.datasets:
        rows = state.memory.catalogue(state, served.datasets["USERS"]).at(state.clock.now())
    # Users without a record too: a condition may be about their events alone.
    everybody = served.model.users.select(USER_ID="ID").join(rows, on="USER_ID", how="left")

    def doers(types: frozenset[str] | None) -> list[str]:
        events, moment = served.datasets["INTERACTIONS"], state.clock.now()
        return [user for user in everybody["USER_ID"] if requests.done(state, events, user, types, moment)]

    context = filtering.FilterContext(None, None, doers)
    let = filtering.allowed(text, values, context, "USER_ID", set(everybody.columns))
    return pl.col("ID").is_in(everybody.filter(let)["USER_ID"].to_list())


def _lines(state: ServerState, job: Resource, line: Line, most: int) -> Commit:
    bucket, prefix = _place(job.body["jobOutput"]["s3DataDestination"]["path"])
    if not state.objects.has_bucket(bucket):
        raise JobFailed(NO_ACCESS.format(bucket=bucket))
    start = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    written = [
        (f"{start}{source.key.rpartition('/')[2]}.out", _write(state, source, line, most))
        for source in _sources(state, job)
    ]

    def publish() -> None:
        # Adopted as files, not copied: the transaction that this runs in must be short.
        for key, path in written:
            state.objects.adopt(bucket, key, path)

    return publish


def _sources(state: ServerState, job: Resource) -> list[Stored]:
    bucket, key = _place(job.body["jobInput"]["s3DataSource"]["path"])
    if not state.objects.has_bucket(bucket):
        raise JobFailed(NO_ACCESS.format(bucket=bucket))
    single = state.objects.find(bucket, key) if key else None
    found = [single] if single else state.objects.keys(bucket, key, "", MOST_FILES + 1)
    if not found:
        raise JobFailed("Invalid S3 input path")
    if len(found) > MOST_FILES or sum(item.size for item in found) > MOST_BYTES:
        raise JobFailed(f"The input has more than {MOST_FILES} files or {MOST_BYTES} bytes.")
    return found


def _write(state: ServerState, source: Stored, line: Line, most: int) -> Path:
    path = state.objects.blobs.path(Ids.fresh())
    with state.objects.blobs.path(source.blob).open("rb") as lines, path.open("wb") as target:
        for number, given in enumerate(_read(lines), 1):
            if number > most:
                raise JobFailed(f"The file {source.key} has more than {most} lines.")
            target.write(json.dumps(_answered(given, line), ensure_ascii=False).encode() + b"\n")
    return path


def _read(lines: Any) -> Iterator[Any]:
    for text in lines:
        if text.strip():
            try:
                yield json.loads(text)
            except ValueError:  # shown beside its error, as it is in the file
                yield text.decode("utf-8", "replace").rstrip("\n")


def _answered(given: Any, line: Line) -> dict[str, Any]:
    """Answer one line; what is wrong with it is written beside it and stops no other."""
    if not isinstance(given, dict):
        return {"input": given, "output": None, "error": "The line is no JSON object."}
    try:
        _check(given)
        return line(given)
    except Refusal as refusal:
        return {"input": given, "output": None, "error": refusal.message}


def _check(given: dict[str, Any]) -> None:
    """Refuse a line with a number where text belongs: no model has checked it as it checks requests."""
    for name, kind in MEMBERS.items():
        value = given.get(name, kind())
        inner = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(value, kind) or not all(isinstance(each, str) for each in inner):
            raise Refusal("InvalidInputException", f"The member {name} of a line must be text.")


def _place(path: str) -> tuple[str, str]:
    bucket, _, key = path.removeprefix("s3://").partition("/")
    return bucket, key
