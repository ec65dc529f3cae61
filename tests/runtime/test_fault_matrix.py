"""The release gate: what goes wrong on the wire, and what that costs the caller.

Every row runs over a real socket, by both clients. The first rule of all: a paid request that
may have been accepted is on the wire once.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runtime.side import OUTPUT, TOKEN, Side
from support.scripted_server import (
    REQUEST_ID,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

LOST = [
    Reply(fault="close"),
    Reply(fault="reset"),
    Reply(b"", 500),
    Reply(b"", 502),
    Reply(b"<html>", 503),
    Reply({"message": "gateway"}, 504),
    Reply(b"", 408),
    Reply(b"", 409),
    Reply(b"", 425),
    Reply(b"", 503, {"Retry-After": "1"}),
]


@pytest.mark.parametrize(
    "fault", LOST, ids=lambda fault: fault.fault or str(fault.status)
)
def test_a_submit_whose_answer_is_lost_is_on_the_wire_once(
    server: ScriptedServer, side: Side, fault: Reply
) -> None:
    server.on("submit", fault)
    with pytest.raises(errors.SubmitOutcomeUnknown, match="may be billed") as caught:
        side.run()
    assert server.kinds == ["submit"]
    error = caught.value
    assert error.may_be_billed
    assert len(error.payload_sha256) == 64
    assert abs(error.sent_at - side.clock.today()) < 60


def test_a_submit_that_is_never_answered_is_on_the_wire_once(
    server: ScriptedServer, side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runcomfy_runtime.retry_and_timeouts.REQUEST_TIMEOUT", 0.3)
    server.on("submit", Reply(fault="hang"))
    with pytest.raises(errors.SubmitOutcomeUnknown):
        side.run(timeout=1)
    assert server.kinds == ["submit"]


def test_half_an_answer_keeps_the_id_that_was_in_it(
    server: ScriptedServer, side: Side
) -> None:
    padded = {"request_id": REQUEST_ID, "padding": "x" * 500}
    server.on("submit", Reply(padded, fault="half"))
    assert side.run().request_id == REQUEST_ID
    assert server.count("submit") == 1


def test_half_an_answer_without_an_id_is_accepted_and_unknown(
    server: ScriptedServer, side: Side
) -> None:
    server.on(
        "submit", Reply({"padding": "x" * 500, "request_id": REQUEST_ID}, fault="half")
    )
    with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
        side.run()
    assert caught.value.accepted
    assert server.count("submit") == 1


def test_an_id_in_the_location_is_kept(server: ScriptedServer, side: Side) -> None:
    server.on(
        "submit", Reply(b"", 201, {"Location": f"/v1/requests/{REQUEST_ID}/status"})
    )
    assert side.run().request_id == REQUEST_ID


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>hello</html>",
        b"[]",
        b'"x"',
        b"{",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_success_without_an_id_is_unknown_and_no_traceback_of_json(
    server: ScriptedServer, side: Side, body: bytes
) -> None:
    server.on("submit", Reply(body))
    with pytest.raises(errors.SubmitOutcomeUnknown, match="names no job") as caught:
        side.run()
    assert caught.value.accepted
    assert server.kinds == ["submit"]


def test_a_server_that_is_not_there_is_tried_again_and_nothing_is_billed(
    side: Side,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    side._settings["base_url"] = f"http://127.0.0.1:{port}"
    with pytest.raises(errors.NotSent, match="nothing is billed") as caught:
        side.run()
    assert not caught.value.may_be_billed
    assert len(side.clock.slept) >= 3


def test_a_429_is_obeyed_to_the_second(server: ScriptedServer, side: Side) -> None:
    server.on("submit", Reply(b"", 429, {"Retry-After": "7"}), submitted())
    assert side.run().output == OUTPUT
    assert side.clock.slept[0] == 7
    assert server.count("submit") == 2


def test_a_429_that_asks_for_no_pause_is_believed_once(
    server: ScriptedServer, side: Side
) -> None:
    server.on("submit", Reply(b"", 429, {"Retry-After": "0"}))
    with pytest.raises(errors.RateLimited):
        side.run(timeout=60.0)
    assert side.clock.slept[0] == 0
    assert server.count("submit") < 12


def test_a_429_with_a_date_is_obeyed(server: ScriptedServer, side: Side) -> None:
    late = formatdate(side.clock.today() + 40, usegmt=True)
    server.on("submit", Reply(b"", 429, {"Retry-After": late}), submitted())
    side.run()
    assert side.clock.slept[0] == pytest.approx(40)


@pytest.mark.parametrize(
    ("hint", "timeout"), [("3600", 3600.0), ("20", 10.0), ("121", None)]
)
def test_a_429_that_asks_for_too_long_is_raised_at_once(
    server: ScriptedServer, side: Side, hint: str, timeout: float | None
) -> None:
    server.on("submit", Reply({"message": "slow down"}, 429, {"Retry-After": hint}))
    with pytest.raises(errors.RateLimited) as caught:
        side.run(timeout=timeout)
    assert caught.value.retry_after == float(hint)
    assert caught.value.text == "slow down"
    assert (server.count("submit"), side.clock.slept) == (1, [])


def test_a_429_without_a_hint_is_tried_again_with_growing_pauses(
    server: ScriptedServer, side: Side
) -> None:
    server.on("submit", *[Reply(b"", 429)] * 3, submitted())
    side.run()
    assert server.count("submit") == 4
    first, second, third = side.clock.slept[:3]
    assert 0.5 <= first <= second * 1.01 or first <= 1
    assert third >= 2


REFUSALS = [
    (Reply({"error_code": 400004, "error_message": "revoked"}, 400), errors.AuthError),
    (Reply({"code": 400004, "error": "UserAccountError"}, 400), errors.AuthError),
    (Reply({"error_code": "400002", "message": "top up"}, 400), errors.NoBalance),
    (Reply({"error_code": 400001, "error_message": "no model"}, 400), errors.NotFound),
    (Reply({"error_code": 403003, "error_message": "no"}, 200), errors.SubmitRefused),
    (Reply({"error_code": 400002, "error_message": "no"}, 200), errors.NoBalance),
    (Reply({"detail": [{"msg": "width too large"}]}, 422), errors.SubmitRefused),
    (Reply(b"nope", 401), errors.AuthError),
    (Reply(b"", 402), errors.NoBalance),
    (Reply(b"<html><body>Forbidden", 403), errors.PermissionDenied),
    (Reply(b"<html>", 404), errors.NotFound),
    (Reply(b"", 413), errors.SubmitRefused),
    (Reply(b"", 301, {"Location": "https://elsewhere/"}), errors.SubmitRefused),
]


@pytest.mark.parametrize(("reply", "kind"), REFUSALS)
def test_a_refusal_is_named_costs_nothing_and_is_not_repeated(
    server: ScriptedServer, side: Side, reply: Reply, kind: type[errors.ApiError]
) -> None:
    server.on("submit", reply)
    with pytest.raises(errors.ApiError) as caught:
        side.run()
    assert type(caught.value) is kind
    assert caught.value.http_status == reply.status
    assert not caught.value.may_be_billed
    assert server.kinds == ["submit"]


READ_TROUBLE = [
    Reply(fault="close"),
    Reply(fault="reset"),
    Reply(b"", 500),
    Reply(b"<html>", 503),
    Reply(b"", 429, {"Retry-After": "3"}),
    Reply(b"", 408),
    Reply(b"<html>not json"),
    Reply({}),
    Reply({"request_id": REQUEST_ID}),
    Reply(b"", 404),
    Reply({"error_code": 404001}, 404),
    Reply({"status": "completed", "padding": "x" * 200}, fault="half"),
]


@pytest.mark.parametrize(
    "fault", READ_TROUBLE, ids=lambda fault: fault.fault or str(fault.status)
)
@pytest.mark.parametrize("kind", ["status", "result"])
def test_trouble_in_reading_a_young_job_does_not_end_the_wait(
    server: ScriptedServer, side: Side, fault: Reply, kind: str
) -> None:
    good = status("completed") if kind == "status" else result(OUTPUT)
    server.on(kind, fault, fault, good)
    assert side.run().output == OUTPUT
    assert server.count("submit") == 1
    assert server.count(kind) == 3


EARLY: list[Reply] = [
    Reply({"error_code": 400005, "error_message": "not ready"}, 400),
    Reply({"message": "not ready"}, 400),
    result(None, "in_progress"),
    result(None, "in_queue"),
    result(None, "completing"),
]


@pytest.mark.parametrize("early", EARLY)
def test_a_result_asked_for_too_early_is_asked_for_again(
    server: ScriptedServer, side: Side, early: Reply
) -> None:
    server.on("result", early, early, result(OUTPUT, "succeeded"))
    assert side.run().output == OUTPUT
    assert server.count("result") == 3


def test_unknown_and_backward_statuses_go_on(
    server: ScriptedServer, side: Side
) -> None:
    words = [
        "in_progress",
        "in_queue",
        "warming_up",
        "warming_up",
        "in_progress",
        "completed",
    ]
    server.on("status", *map(status, words))
    seen: list[str] = []
    assert side.run(on_update=lambda update: seen.append(update.state)).output == OUTPUT
    assert seen == ["in_progress", "in_queue", "warming_up", "in_progress", "completed"]


def test_an_unknown_status_is_logged_once(
    server: ScriptedServer, side: Side, caplog: pytest.LogCaptureFixture
) -> None:
    server.on("status", *map(status, ["odd\x1b", "in_queue", "odd\x1b", "completed"]))
    side.run()
    assert [
        record.getMessage()
        for record in caplog.records
        if record.levelname == "WARNING"
    ] == [f"job {REQUEST_ID}: unknown status 'odd\\x1b', the wait continues"]


def test_the_hint_of_the_server_sets_the_pace(
    server: ScriptedServer, side: Side
) -> None:
    server.on(
        "status", status("in_queue", headers={"Retry-After": "3"}), status("completed")
    )
    side.run()
    assert side.clock.slept == [3]


ENDS = [
    (result(None, "failed", error="out of memory"), errors.JobFailed, "out of memory"),
    (
        result(None, "failed", error={"message": "nsfw", "code": 7}),
        errors.JobFailed,
        "nsfw",
    ),
    (result(None, "failed"), errors.JobFailed, "no reason"),
    (
        result(None, "completed", error="lost the output"),
        errors.JobFailed,
        "lost the output",
    ),
    (
        result(None, "failed", error_code=500001, error_message="gpu"),
        errors.JobFailed,
        "gpu",
    ),
    (result(None, "cancelled"), errors.JobCancelled, "cancelled"),
    (
        Reply({"error_code": 403001, "error_message": "not yours"}, 403),
        errors.PermissionDenied,
        "yours",
    ),
    (
        Reply({"error_code": 400004, "error_message": "revoked"}, 400),
        errors.AuthError,
        "revoked",
    ),
]


@pytest.mark.parametrize(("reply", "kind", "text"), ENDS)
def test_every_error_after_acceptance_carries_the_job(
    server: ScriptedServer,
    side: Side,
    reply: Reply,
    kind: type[errors.RunComfyError],
    text: str,
) -> None:
    server.on("result", reply)
    with pytest.raises(kind, match=text) as caught:
        side.run()
    error = caught.value
    assert error.job is not None
    assert error.job.request_id == error.request_id == REQUEST_ID
    assert error.last_status is not None
    assert error.may_be_billed is (kind is not errors.JobCancelled)


def test_two_minutes_of_trouble_end_the_wait_and_keep_the_job(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", status("in_progress"), Reply(fault="close"))
    with pytest.raises(errors.PollInterrupted, match="120 s") as caught:
        side.run()
    assert caught.value.job is not None
    assert caught.value.last_status == "in_progress"
    assert 100 < sum(side.clock.slept) < 130


def test_a_job_that_is_old_and_not_found_is_gone(server: ScriptedServer) -> None:
    server.on("status", Reply({"error_code": 404001, "error_message": "expired"}, 404))
    with RunComfy(token=TOKEN, base_url=server.url) as client:
        with pytest.raises(errors.NotFound, match="expired"):
            client.job("req-old").status()
    assert server.kinds == ["status"]


Stop = Callable[[ScriptedServer], None]


@pytest.mark.parametrize(
    ("words", "cancel", "outcome", "kinds"),
    [
        (
            ["in_queue"] * 30 + ["cancelled"],
            "cancelled",
            "cancelled",
            ["cancel", "status"],
        ),
        (
            ["in_queue"] * 30 + ["in_progress"],
            "not_cancellable",
            "still_running",
            ["cancel", "status"],
        ),
        (["in_progress"], "", "still_running", []),
        (["odd"], "", "unknown", []),
    ],
)
def test_the_deadline_cancels_what_is_queued_and_tells_the_outcome(
    server: ScriptedServer,
    side: Side,
    words: list[str],
    cancel: str,
    outcome: str,
    kinds: list[str],
) -> None:
    def answer(_: Any) -> Reply:
        word = words[0] if not server.count("cancel") else words[-1]
        return status(word)

    server.on("status", answer)
    server.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": cancel}))
    with pytest.raises(errors.JobTimeout) as caught:
        side.run(timeout=5)
    error = caught.value
    assert isinstance(error, TimeoutError)
    assert error.outcome == outcome
    assert error.may_be_billed is (outcome != "cancelled")
    assert error.job is not None
    tail = server.kinds[len(server.kinds) - len(kinds) :] if kinds else []
    assert tail == kinds
    assert server.count("cancel") == (1 if kinds else 0)
    assert sum(side.clock.slept) == pytest.approx(5)


def test_a_job_that_completes_at_the_deadline_is_returned(
    server: ScriptedServer, side: Side
) -> None:
    def answer(_: Any) -> Reply:
        return status("completed" if server.count("cancel") else "in_queue")

    server.on("status", answer)
    server.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": "not_cancellable"}))
    assert side.run(timeout=3).output == OUTPUT


def test_detaching_at_the_deadline_sends_no_cancel(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", status("in_queue"))
    with pytest.raises(errors.JobTimeout) as caught:
        side.run(timeout=2, on_stop="detach")
    assert caught.value.outcome == "still_queued"
    assert server.count("cancel") == 0


def test_an_exception_of_the_callback_cancels_what_is_queued(
    server: ScriptedServer, side: Side
) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("mine")

    server.on(
        "status",
        lambda _: status("cancelled" if server.count("cancel") else "in_queue"),
    )
    server.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": "cancelled"}))
    with pytest.raises(RuntimeError, match="mine") as caught:
        side.run(on_update=fail)
    assert server.kinds == ["submit", "status", "cancel", "status"]
    assert f"{REQUEST_ID} is cancelled" in caught.value.__notes__[0]


def test_status_urls_of_another_server_are_not_followed(
    server: ScriptedServer, side: Side
) -> None:
    server.on(
        "submit",
        submitted(status_url="http://127.0.0.2:1/v1/x", result_url="https://evil/"),
    )
    assert side.run().output == OUTPUT
    assert server.kinds == ["submit", "status", "result"]


def test_status_urls_of_the_same_server_are_used_as_they_are(
    server: ScriptedServer, side: Side
) -> None:
    server.on("submit", submitted(status_url=f"{server.url}/v2/jobs/7/status"))
    side.run()
    assert server.seen[1].path == "/v2/jobs/7/status"


def test_a_redirected_read_is_not_followed(server: ScriptedServer, side: Side) -> None:
    server.on("status", Reply(b"", 302, {"Location": "http://127.0.0.2:1/"}))
    with pytest.raises(errors.ApiError, match="302"):
        side.run()
    assert server.kinds == ["submit", "status"]


def test_an_echoed_token_is_not_shown(server: ScriptedServer, side: Side) -> None:
    server.on(
        "submit", Reply({"error_code": 400004, "error_message": f"bad {TOKEN}"}, 400)
    )
    with pytest.raises(errors.AuthError) as caught:
        side.run()
    assert TOKEN not in str(caught.value)
    assert "[token]" in str(caught.value)
