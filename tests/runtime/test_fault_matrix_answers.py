"""The fault matrix, continued: answers about a job that are odd, early, or about another job."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.retry_and_timeouts import ODD_RESULT_READS, OTHER_JOB_READS
from runtime.side import OUTPUT, Side
from support.scripted_server import REQUEST_ID, Reply, ScriptedServer, result, status

FAILED = status("failed", error="Model run failed")

LOOKS: list[tuple[Reply, Reply, str]] = [
    (FAILED, Reply({"error_code": 400005}, 400), "Model run failed"),
    (FAILED, Reply({"error_code": 404001}, 404), "Model run failed"),
    (FAILED, Reply({}), "Model run failed"),
    (FAILED, result(None, "in_progress"), "Model run failed"),
    (FAILED, result(None, "failed"), "Model run failed"),
    (FAILED, Reply(fault="close"), "Model run failed"),
    (FAILED, Reply(b"<html>", 503), "Model run failed"),
    (FAILED, Reply({"status": "failed", "request_id": "x", "error": "y"}), "Model run"),
    (status("failed"), result(None, "failed", error="out of memory"), "out of memory"),
    (status("FAILED", error={"message": "nsfw"}), Reply(b"", 404), "nsfw"),
    (status("failed"), Reply(b"", 500), "no reason is given.*HTTP 500"),
    (status("error", message="gpu lost"), Reply(b"", 404), "gpu lost"),
]


@pytest.mark.parametrize(("told", "looked", "text"), LOOKS)
def test_failed_for_status_is_final_after_one_look_at_the_result(
    server: ScriptedServer, side: Side, told: Reply, looked: Reply, text: str
) -> None:
    server.on("status", told)
    server.on("result", looked)
    with pytest.raises(errors.JobFailed, match=text) as caught:
        side.run(timeout=25)
    assert server.kinds == ["submit", "status", "result"]
    assert caught.value.job is not None
    assert caught.value.last_status in ("failed", "FAILED", "error")
    assert caught.value.may_be_billed


def test_a_failed_job_whose_result_is_there_is_not_thrown_away(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", FAILED)
    assert side.run().output == OUTPUT


def test_the_word_error_does_not_end_a_job_that_runs_for_its_result(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", status("error", message="upstream"))
    server.on("result", result(None, "in_progress"), result(OUTPUT))
    assert side.run().output == OUTPUT


VIDEO = "https://files.runcomfy.net/out.mp4"
ODD: list[tuple[Any, list[str]]] = [
    ({}, []),
    ({"video_url": VIDEO}, [VIDEO]),
    ({"videos": [VIDEO], "result_url": "https://files.runcomfy.net/r"}, [VIDEO]),
    ({"status": "succeeded"}, []),
    ({"status": "succeeded", "output": None, "video": VIDEO}, [VIDEO]),
    ({"status": "done", "output": {"video": VIDEO}}, [VIDEO]),
    # any other JSON value
    ([VIDEO, 1, {"image": VIDEO + "?2"}], [VIDEO, VIDEO + "?2"]),
    ([], []),
    (VIDEO, [VIDEO]),
    ("done", []),
    (0, []),
    (1.5, []),
    (True, []),
    (False, []),
    (None, []),
]
CALLS = ("run", "resume", "map")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("content", "urls"), ODD)
def test_a_result_of_unknown_shape_is_handed_out_after_some_reads(
    server: ScriptedServer, side: Side, content: Any, urls: list[str], call: str
) -> None:
    server.on("result", Reply(json.dumps(content).encode()))
    done = getattr(side, call)(timeout=45)
    assert (done.raw, type(done.raw)) == (content, type(content))
    assert [file.url for file in done.files] == urls
    assert server.count("result") == ODD_RESULT_READS
    assert side.clock.now() < 10
    if not isinstance(content, dict) and call != "map":
        assert done.output == {"output": content}
    assert done.cost is None


def test_a_result_that_is_no_object_is_read_at_the_deadline_too(
    server: ScriptedServer, side: Side
) -> None:
    server.on("result", Reply([VIDEO]), Reply([VIDEO]), result(OUTPUT))
    assert side.run(timeout=45).output == OUTPUT
    server.on("result", Reply([VIDEO]))
    with pytest.raises(errors.JobTimeout, match="gave no result in time") as caught:
        side.run(timeout=0.5)
    assert caught.value.job is not None


def test_a_failed_job_with_a_result_that_is_no_object_has_failed(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", FAILED)
    server.on("result", Reply([VIDEO]))
    with pytest.raises(errors.JobFailed, match="Model run failed"):
        side.run(timeout=45)


@pytest.mark.parametrize("kind", ["status", "result"])
def test_an_answer_nested_too_deeply_ends_the_wait_and_keeps_the_job(
    server: ScriptedServer, side: Side, kind: str
) -> None:
    server.on(kind, Reply(b'{"status": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"))
    with pytest.raises(errors.UnreadableAnswer, match="nested too deeply") as caught:
        side.run()
    assert caught.value.job is not None
    assert server.count(kind) == 1


@pytest.mark.parametrize("value", [[], [{"status": "completed"}], "completed", 1, None])
def test_a_status_that_is_no_object_is_no_status(
    server: ScriptedServer, side: Side, value: Any
) -> None:
    server.on("status", Reply(json.dumps(value).encode()), status("completed"))
    assert side.run().output == OUTPUT
    assert server.count("status") == 2


@pytest.mark.parametrize("content", [{}, {"status": "succeeded"}])
def test_an_output_that_comes_a_moment_later_is_waited_for(
    server: ScriptedServer, side: Side, content: Any
) -> None:
    server.on("result", Reply(content), Reply(content), result(OUTPUT, "succeeded"))
    assert side.run().output == OUTPUT


@pytest.mark.parametrize("word", ["in_queue", "in_progress", "processing", "warming"])
def test_a_result_in_a_state_that_is_not_final_is_waited_for(
    server: ScriptedServer, side: Side, word: str
) -> None:
    server.on("result", *[result(None, word)] * 20, result(OUTPUT, "succeeded"))
    assert side.run().output == OUTPUT
    assert server.count("result") == 21


OTHER = "someone-elses"
OTHERS = [
    ("status", {"request_id": OTHER, "status": "completed"}),
    ("status", {"request_id": OTHER, "status": "failed", "error": "x"}),
    ("status", {"request_id": OTHER, "status": "cancelled"}),
    ("result", {"request_id": OTHER, "status": "succeeded", "output": OUTPUT}),
    ("result", {"request_id": OTHER, "status": "failed", "error": "x"}),
    ("result", {"request_id": OTHER, "status": "cancelled"}),
]


@pytest.mark.parametrize(("kind", "content"), OTHERS)
def test_an_answer_about_another_job_is_never_the_outcome_of_this_one(
    server: ScriptedServer, side: Side, kind: str, content: Any
) -> None:
    server.on(kind, Reply(content))
    with pytest.raises(errors.UnreadableAnswer, match=OTHER) as caught:
        side.run(timeout=60)
    error = caught.value
    assert error.job is not None
    assert error.job.request_id == error.request_id == REQUEST_ID
    assert error.may_be_billed
    assert server.count(kind) == OTHER_JOB_READS
    assert server.count("submit") == 1


@pytest.mark.parametrize(("kind", "content"), OTHERS)
def test_one_answer_about_another_job_is_read_again(
    server: ScriptedServer, side: Side, kind: str, content: Any
) -> None:
    good = status("completed") if kind == "status" else result(OUTPUT)
    server.on(kind, Reply(content), Reply(content), good)
    assert side.run(timeout=60).output == OUTPUT


def test_an_error_that_names_its_own_request_is_still_that_error(
    server: ScriptedServer, side: Side
) -> None:
    stated = {"error_code": 400004, "error_message": "bad", "request_id": "trace-7"}
    server.on("status", Reply(stated, 400))
    with pytest.raises(errors.AuthError):
        side.run()
    assert server.count("status") == 1


FORMS = [
    ({"data": {"status": "completed"}}, {"data": {"status": "succeeded", "output": 1}}),
    ({"task_status": "completed"}, {"status": "succeeded", "output": OUTPUT}),
    ({"status": 200, "state": "completed"}, {"status": "succeeded", "output": OUTPUT}),
]


@pytest.mark.parametrize(("told", "answered"), FORMS)
def test_answers_in_the_forms_of_other_clients_mocks_are_read(
    server: ScriptedServer, side: Side, told: Any, answered: Any
) -> None:
    server.on("status", Reply(told))
    server.on("result", Reply(answered))
    done = side.run(timeout=10)
    assert done.output in (OUTPUT, {"output": 1})
    assert done.raw == answered


@pytest.mark.parametrize("kind", ["submit", "status", "result"])
def test_a_byte_order_mark_before_the_json_is_skipped(
    server: ScriptedServer, side: Side, kind: str
) -> None:
    bodies = {
        "submit": b'{"request_id": "req-1"}',
        "status": b'{"status": "completed"}',
        "result": b'{"status": "succeeded", "output": {"text": "x"}}',
    }
    server.on(kind, Reply(b"\xef\xbb\xbf" + bodies[kind]))
    side.run(timeout=5)
    assert server.count(kind) == 1


WAITING, CANCELLED = status("in_queue"), status("cancelled")
CANCELS: list[tuple[Reply, Reply, str]] = [
    # what the cancel is answered, what the status says then, the outcome
    (Reply({"outcome": "cancelled"}, 202), WAITING, "cancelled"),
    (
        Reply({"outcome": "cancelled", "status": "completed"}, 202),
        WAITING,
        "cancelled",
    ),
    (Reply({"outcome": "not_cancellable"}, 202), CANCELLED, "not_cancellable"),
    (Reply({"outcome": "not_cancellable"}, 409), WAITING, "not_cancellable"),
    (Reply({"data": {"outcome": "cancelled", "status": "x"}}), WAITING, "cancelled"),
    *[
        (Reply(body, code), told, outcome)
        for code, body in (
            (202, b""),
            (200, b"OK"),
            (202, {}),
            (200, {"status": "cancellation_requested"}),
            (202, {"outcome": "cancellation_requested"}),
            (200, {"outcome": "cancellation_requested", "status": "cancelled"}),
            (202, {"outcome": ["cancelled"]}),
        )
        for told, outcome in (
            (WAITING, "requested"),
            (status("completed"), "requested"),
            (CANCELLED, "cancelled"),
            (Reply(b"", 500), "requested"),
        )
    ],
    (Reply(b"", 204), WAITING, "requested"),
    (Reply({"outcome": "cancellation_requested"}, 409), WAITING, "requested"),
    # an unknown outcome with the status "cancelled": one read decides, whatever the code
    *[
        (Reply({"outcome": word, "status": "cancelled"}, code), told, outcome)
        for code in (200, 400, 404, 409)
        for word in ("already_cancelled", "", True)
        for told, outcome in ((CANCELLED, "cancelled"), (WAITING, "requested"))
    ],
]


@pytest.mark.parametrize(("answered", "told", "outcome"), CANCELS)
def test_the_outcome_of_a_cancel_is_stated_or_read_and_never_guessed(
    server: ScriptedServer, side: Side, answered: Reply, told: Reply, outcome: str
) -> None:
    server.on("cancel", answered)
    server.on("status", told)
    cancellation = side.cancel()
    assert cancellation.outcome == outcome
    assert cancellation.cancelled is (outcome == "cancelled")
    assert server.count("cancel") == 1


def test_a_cancel_that_is_answered_about_another_job_is_not_believed(
    server: ScriptedServer, side: Side
) -> None:
    server.on("cancel", Reply({"request_id": OTHER, "outcome": "cancelled"}))
    with pytest.raises(errors.UnreadableAnswer, match=OTHER) as caught:
        side.cancel()
    assert caught.value.job is not None
    assert server.count("cancel") == OTHER_JOB_READS


def test_at_the_deadline_a_cancel_without_an_outcome_leaves_the_state_unknown(
    server: ScriptedServer, side: Side
) -> None:
    def told(_: Any) -> Reply:
        return Reply(fault="close") if server.count("cancel") else status("in_queue")

    server.on("status", told)
    requested = {"status": "cancelled", "outcome": "cancellation_requested"}
    server.on("cancel", Reply(requested, 202))
    with pytest.raises(errors.JobTimeout) as caught:
        side.run(timeout=3)
    assert caught.value.outcome == "unknown"
    assert caught.value.may_be_billed
