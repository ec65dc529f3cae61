"""In any order of calls, the answers about a job are a possible sequence of the API."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runcomfy_runtime.protocol import phase
from support.examples import examples

from .conftest import EDIT, IMAGE_TO_VIDEO, MUSIC, ODD, caller_with

ENDS = ("completed", "succeeded", "cancelled")
ORDER = {"in_queue": 0, "in_progress": 1} | dict.fromkeys(ENDS, 2)
STEPS = st.one_of(
    st.floats(0, 3).map(lambda seconds: ("wait", seconds)),
    st.sampled_from([("status", 0.0), ("result", 0.0), ("cancel", 0.0), ("push", 0.0)]),
)


@examples(80)
@given(
    model_id=st.sampled_from([EDIT, IMAGE_TO_VIDEO, MUSIC, ODD]),
    drive=st.sampled_from(["time", "polls", "steps"]),
    seed=st.text(max_size=4),
    steps=st.lists(STEPS, max_size=25),
)
def test_a_job_only_moves_forward_and_its_end_is_final(
    model_id: str, drive: str, seed: str, steps: list[tuple[str, float]]
) -> None:
    caller = caller_with(drive=drive, seed=seed)  # type: ignore[arg-type]
    accepted = caller.submit(model_id)
    words, positions = ["in_queue"], [99]
    for step, seconds in steps:
        caller.clock.advance(seconds)
        if step == "push":
            caller.api.step(accepted["request_id"], caller.clock.now())
        if step in ("status", "result"):
            answer = caller.get(accepted[f"{step}_url"])
            words.append(answer["status"])
            positions.append(answer.get("queue_position", positions[-1]))
            assert ("output" in answer) == (
                step == "result" and answer["status"] == "succeeded"
            )
            assert ("queue_position" in answer) == (
                step == "status" and answer["status"] == "in_queue"
            )
        if step == "cancel":
            before = words[-1]
            answer = caller.send("POST", accepted["cancel_url"]).json()
            words.append(answer["status"])
            if answer["outcome"] == "cancelled":
                assert before == "in_queue"
                assert answer["status"] == "cancelled"
    assert [ORDER[word] for word in words] == sorted(ORDER[word] for word in words)
    ends = {phase(word) for word in words if ORDER[word] == 2}
    assert len(ends) <= 1
    assert positions == sorted(positions, reverse=True)
    assert positions[-1] >= 1


@examples(60)
@given(
    body=st.binary(max_size=200), path=st.text(max_size=60), query=st.text(max_size=40)
)
def test_no_request_breaks_the_sandbox(body: bytes, path: str, query: str) -> None:
    caller = caller_with()
    for method in ("GET", "POST", "PATCH"):
        for where in (f"/{path}?{query}", f"/v1/models/{path}?{query}"):
            answer = caller.send(method, where, body=body)
            assert answer.status in (200, 400, 404, 405)
            if answer.status != 200:
                assert set(answer.json()) >= {"error_code", "error_message"}
    answer = caller.send("POST", f"/v1/models/{EDIT}", body=body)
    assert answer.status in (400, 422)
    assert list(caller.api.jobs) == []
