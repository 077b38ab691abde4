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
    said = kernel.listen(lambda message: message["msg_type"] == "update_display_data")
    (shown,) = [each for each in said if each["msg_type"] == "display_data"]
    assert WIDGET in shown["content"]["data"]
    assert "interactions, put: DONE, 60 records" in said[-1]["content"]["data"]["text/plain"]
    assert WIDGET not in said[-1]["content"]["data"]
    assert bars(said)
    assert {each["parent_header"]["msg_id"] for each in said if "display" in each["msg_type"]} == {cell}
    assert not [each for each in said if each["msg_type"] in ("error", "stream")]


def test_the_button_stops_a_put_while_nothing_else_runs(kernel: Kernel, server: Running) -> None:
    kernel.run(OPEN)
    kernel.client.execute(SLOW)
    said = kernel.listen(lambda message: bool(bars([message])))
    (button,) = [each["content"]["comm_id"] for each in said if model(each) == "ButtonModel"]
    click = {"method": "custom", "content": {"event": "click"}}
    kernel.client.shell_channel.send(
        kernel.client.session.msg("comm_msg", {"comm_id": button, "data": click})
    )
    said = kernel.listen(lambda message: message["msg_type"] == "update_display_data")
    assert "interactions, put: STOPPED" in said[-1]["content"]["data"]["text/plain"]


def test_another_cell_runs_meanwhile(kernel: Kernel, server: Running) -> None:
    kernel.run(OPEN)
    kernel.run(SLOW)
    assert kernel.run("print(6 * 7, job.finished)") == "42 False"
    assert kernel.run("print(job.wait().status)") == "DONE"


def bars(said: list[Message]) -> list[str]:
    """Return the pictures of a running job that messages carry."""
    states = [each["content"]["data"].get("state", {}) for each in said if each["msg_type"] == "comm_msg"]
    return [state["value"] for state in states if "<progress" in str(state.get("value"))]


def model(message: Message) -> str:
    """Return which widget a message opens."""
    state = message["content"].get("data", {}).get("state", {}) if message["msg_type"] == "comm_open" else {}
    return str(state.get("_model_name", ""))
