"""Threads, progress and stop, on each version of ipykernel."""

from __future__ import annotations

from pdprep.local.server import Running
from tests.kernels.kernel import Kernel, Message
from tests.kernels.restart_test import OPEN

SLOW = "job = group.put(prepared(group, events(60)), rate=15)\njob"
WIDGET = "application/vnd.jupyter.widget-view+json"


def test_a_view_moves_by_itself_and_its_end_is_static(kernel: Kernel, server: Running) -> None:
    kernel.run(OPEN)
    cell = kernel.client.execute(SLOW)
    said = kernel.listen(lambda message: "interactions, put: DONE, 60 records" in text(message))
    shown = [each for each in said if each["msg_type"] in ("display_data", "update_display_data")]
    assert any(WIDGET in each["content"]["data"] for each in shown)
    assert any("<progress" in html(each) for each in shown)
    assert WIDGET not in shown[-1]["content"]["data"]
    assert "<progress" not in html(shown[-1])
    assert {each["parent_header"]["msg_id"] for each in shown} == {cell}
    assert not [each for each in said if each["msg_type"] in ("error", "stream")]


def test_the_button_stops_a_put_while_nothing_else_runs(kernel: Kernel, server: Running) -> None:
    kernel.run(OPEN)
    kernel.client.execute(SLOW)
    said = kernel.listen(lambda message: "of 60 records" in text(message))
    (button,) = [each["content"]["comm_id"] for each in said if model(each) == "ButtonModel"]
    click = {"method": "custom", "content": {"event": "click"}}
    kernel.client.shell_channel.send(
        kernel.client.session.msg("comm_msg", {"comm_id": button, "data": click})
    )
    said = kernel.listen(lambda message: "interactions, put: STOPPED" in text(message))
    assert not [each for each in said if each["msg_type"] == "error"]


def test_another_cell_runs_meanwhile(kernel: Kernel, server: Running) -> None:
    kernel.run(OPEN)
    kernel.run(SLOW)
    assert kernel.run("print(6 * 7, job.finished)") == "42 False"
    assert kernel.run("print(job.wait().status)") == "DONE"


def emptied(message: Message) -> bool:
    """Say whether a message takes the button away: the last thing that a view does."""
    return message["msg_type"] == "update_display_data" and not message["content"]["data"]["text/plain"]


def text(message: Message) -> str:
    """Return the text of an output."""
    return str(message["content"].get("data", {}).get("text/plain", ""))


def html(message: Message) -> str:
    """Return the HTML of an output."""
    return str(message["content"].get("data", {}).get("text/html", ""))


def model(message: Message) -> str:
    """Return which widget a message opens."""
    state = message["content"].get("data", {}).get("state", {}) if message["msg_type"] == "comm_open" else {}
    return str(state.get("_model_name", ""))
