from __future__ import annotations

import json

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox, VirtualClock
from runcomfy_codegen.sandbox.routes import token_account

from .conftest import EDIT, INPUTS, MODELS, ODD, Caller, caller_with


def story(caller: Caller) -> None:
    """Some of everything, errors and faults included."""
    accepted = caller.submit()
    for _ in range(4):
        caller.get(accepted["status_url"])
        caller.clock.advance(1.25)
    caller.get(accepted["result_url"] + "?include_cost=true")
    caller.send("POST", f"/v1/models/{EDIT}", {})
    caller.send("GET", "/v1/models", x_sandbox_fault="bad-gateway")
    caller.send("GET", "/v1/models", host="evil.test")
    other = Caller(caller.api, caller.clock, token="two")
    other.send("POST", other.submit(ODD)["cancel_url"])
    other.send("GET", accepted["status_url"])


def test_the_same_seed_and_calls_give_the_same_journal_byte_for_byte() -> None:
    first, second, third = caller_with(), caller_with(), caller_with(seed="another")
    for caller in (first, second, third):
        story(caller)
    text = first.api.journal.text()
    assert text == second.api.journal.text()
    assert text != third.api.journal.text()
    assert len(text.splitlines()) == 12


def test_an_entry_has_the_request_and_its_outcome(caller: Caller) -> None:
    story(caller)
    entries = list(caller.api.journal.entries())
    assert [(entry.action, entry.status, entry.error_code) for entry in entries] == [
        ("submit", 200, None),
        *[("status", 200, None)] * 4,
        ("result", 200, None),
        ("submit", 422, 422001),
        ("list", 502, None),
        ("none", 403, 403000),
        ("submit", 200, None),
        ("cancel", 202, None),
        ("status", 403, 403001),
    ]
    assert [entry.number for entry in entries] == list(range(1, 13))
    assert entries[1].at == "2026-01-01T00:00:00.000Z"
    assert entries[2].at == "2026-01-01T00:00:01.250Z"
    assert entries[0].request_id == entries[1].request_id
    assert entries[0].model_id == EDIT
    assert entries[7].fault == "bad-gateway (header)"


def test_the_journal_answers_how_often_something_was_asked(caller: Caller) -> None:
    story(caller)
    journal = caller.api.journal
    assert len(list(journal.entries(action="submit", status="200"))) == 2
    account = next(iter(journal.entries())).account
    assert len(list(journal.entries(account, action="submit", status="200"))) == 1


def test_no_token_is_in_the_journal(caller: Caller) -> None:
    caller.token = "very-secret-token"
    story(caller)
    caller.send("GET", "/v1/models", authorization="Bearer <broken-secret>")
    text = caller.api.journal.text() + json.dumps(caller.get("/sandbox/journal"))
    assert "secret" not in text


def test_the_ledger_has_a_row_for_each_accepted_job_and_shows_repetitions(
    caller: Caller,
) -> None:
    first = caller.submit()
    caller.submit(ODD)
    turned = dict(reversed(INPUTS[EDIT].items()))
    again = caller.send("POST", f"/v1/models/{EDIT}", turned).json()
    caller.send("POST", f"/v1/models/{EDIT}", {})
    rows = caller.get("/sandbox/ledger")["rows"]
    assert [row["repeats"] for row in rows] == [None, None, first["request_id"]]
    assert rows[2]["request_id"] == again["request_id"]


def test_another_account_s_same_input_is_no_repetition(caller: Caller) -> None:
    caller.submit()
    Caller(caller.api, caller.clock, token="two").submit()
    assert [row["repeats"] for row in caller.get("/sandbox/ledger")["rows"]] == [
        None,
        None,
    ]


def test_a_cancelled_job_is_on_the_bill_and_costs_nothing(caller: Caller) -> None:
    caller.send("POST", caller.submit()["cancel_url"])
    bill = caller.get("/sandbox/ledger")
    assert [(row["status"], row["cost"]) for row in bill["rows"]] == [
        ("cancelled", 0.0)
    ]
    assert bill["total_usd"] == 0


@pytest.mark.parametrize("secret", ["", "wrong", "the-secre", "\xfc"])
def test_everything_below_sandbox_needs_the_secret(caller: Caller, secret: str) -> None:
    request_id = caller.submit()["request_id"]
    for method, path in (
        ("GET", "jobs"),
        ("GET", "journal"),
        ("GET", "ledger"),
        ("GET", f"jobs/{request_id}"),
        ("GET", f"jobs/{request_id}/inline/0"),
        ("GET", f"jobs/{request_id}/files/0.png"),
        ("POST", f"jobs/{request_id}/cancel"),
        ("POST", f"jobs/{request_id}/step"),
        ("POST", "reset"),
        ("GET", "clock"),
        ("POST", "clock"),
    ):
        path = f"/sandbox/{path}"
        answer = caller.send(method, path, {}, x_sandbox_secret=secret)
        assert (answer.status, answer.json()["error_code"]) == (403, 403000), path
    assert caller.get(f"/v1/requests/{request_id}/status")["status"] == "in_queue"


def test_with_the_secret_a_job_is_seen_and_cancelled(caller: Caller) -> None:
    request_id = caller.submit()["request_id"]
    assert len(caller.get("/sandbox/jobs")["jobs"]) == 1
    path = f"/sandbox/jobs/{request_id}/cancel"
    assert caller.send("POST", path).json()["status"] == "cancelled"
    for method, path in (("GET", "jobs/x"), ("POST", "jobs/x/step")):
        unknown = caller.send(method, f"/sandbox/{path}")
        assert unknown.json()["error_code"] == 404001


def test_without_a_secret_nothing_can_be_changed_by_hand() -> None:
    caller = caller_with()
    api = type(caller.api)(
        MODELS, type(caller.api.settings)(base_url="http://localhost")
    )
    assert Caller(api).send("POST", "/sandbox/reset", {}).status == 403


def test_a_reset_of_one_account_leaves_the_others(caller: Caller) -> None:
    other = Caller(caller.api, caller.clock, token="two")
    mine, theirs = caller.submit(), other.submit()
    account = next(iter(caller.api.journal.entries())).account
    path = f"/sandbox/reset?account={account}"
    assert caller.send("POST", path, {}, x_sandbox_secret="the-secret").status == 200
    assert caller.send("GET", mine["status_url"]).status == 404
    assert other.get(theirs["status_url"])["status"] == "in_queue"
    assert caller.submit()["request_id"] == mine["request_id"]


def test_what_control_calls_do_is_not_in_the_journal(caller: Caller) -> None:
    caller.get("/sandbox/jobs")
    assert list(caller.api.journal.entries()) == []


def test_a_running_sandbox_hands_out_its_journal_and_its_bill() -> None:
    with Sandbox(MODELS, drive="steps") as sandbox:
        caller = Caller(sandbox.api, token="one")
        accepted = caller.submit()
        Caller(sandbox.api, token="two").submit()
        sandbox.step(accepted["request_id"])
        assert sandbox.step(accepted["request_id"]) == "in_progress"
        assert len(sandbox.journal()) == 2
        assert [entry.action for entry in sandbox.journal("one")] == ["submit"]
        assert [row.status for row in sandbox.ledger("one")] == ["in_progress"]
        assert len(sandbox.ledger()) == 2
        sandbox.reset("one")
        assert (len(sandbox.ledger()), len(sandbox.ledger("one"))) == (1, 0)


def served_story() -> str:
    """The journal of some calls over a socket, in real time."""
    with Sandbox(MODELS, drive="polls") as sandbox:
        headers = {"Authorization": "Bearer one"}
        with httpx.Client(
            base_url=sandbox.url, headers=headers, trust_env=False
        ) as http:
            accepted = http.post(f"/v1/models/{EDIT}", json=INPUTS[EDIT]).json()
            for _ in range(4):
                http.get(accepted["status_url"])
            http.get(accepted["result_url"])
            http.get("/nowhere")
            http.post(f"/v1/models/{EDIT}", content=b"{")
        return sandbox.api.journal.text()


def test_in_real_time_too_the_same_calls_give_the_same_bytes() -> None:
    first = served_story()
    assert first == served_story()
    assert len(first.splitlines()) == 8


def test_a_member_that_entries_do_not_have_is_no_condition(caller: Caller) -> None:
    with pytest.raises(TypeError, match="no 'acton'; did you mean 'action'"):
        caller.api.journal.entries(acton="submit")
    with (
        Sandbox(MODELS) as sandbox,
        pytest.raises(TypeError, match="did you mean 'status'"),
    ):
        sandbox.journal(statu=200)


def test_the_journal_is_asked_over_http_as_from_python(caller: Caller) -> None:
    story(caller)
    answer = caller.get("/sandbox/journal?action=submit&status=200")
    assert [entry["action"] for entry in answer["entries"]] == ["submit"] * 2
    assert answer["total"] == 2
    assert len(caller.get("/sandbox/journal?action=submit&limit=1")["entries"]) == 1
    for path in ("journal?acton=submit", "jobs?action=submit", "ledger?x=1"):
        answer = caller.send("GET", f"/sandbox/{path}")
        assert answer.status == 400
        assert "There is no parameter" in answer.json()["error_message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/sandbox/jobs", "GET, HEAD"),
        ("GET", "/sandbox/reset", "POST"),
        ("DELETE", "/sandbox/clock", "GET, HEAD, POST"),
    ],
)
def test_a_control_call_has_its_method(
    caller: Caller, method: str, path: str, allowed: str
) -> None:
    answer = caller.send(method, path)
    assert (answer.status, answer.header("allow")) == (405, allowed)


def test_a_virtual_clock_is_advanced_from_outside() -> None:
    clock = VirtualClock()
    with Sandbox(MODELS, clock=clock) as sandbox:
        caller = Caller(sandbox.api, clock)
        secret = sandbox.secret
        accepted = caller.submit()
        path = "/sandbox/clock?advance=10"
        answer = caller.send("POST", path, x_sandbox_secret=secret).json()
        assert answer == {"now": "2026-01-01T00:00:10.000Z", "virtual": True}
        assert caller.get(accepted["status_url"])["status"] == "completed"
        for wrong in ("-1", "nan", "x", "", "1e300"):
            path = f"/sandbox/clock?advance={wrong}"
            answer = caller.send("POST", path, x_sandbox_secret=secret)
            assert answer.status == 400


def test_real_time_cannot_be_advanced(sandbox: Sandbox) -> None:
    caller = Caller(sandbox.api)
    path = "/sandbox/clock?advance=10"
    answer = caller.send("POST", path, x_sandbox_secret=sandbox.secret)
    assert answer.status == 400
    assert "virtual clock" in answer.json()["error_message"]


def test_a_file_is_written_down_for_whom_it_was_made() -> None:
    with Sandbox(MODELS, clock=(clock := VirtualClock())) as sandbox:
        caller = Caller(sandbox.api, clock, token="one")
        accepted = caller.submit()
        clock.advance(10)
        output = caller.get(accepted["result_url"])["output"]
        caller.send("GET", output["image"], authorization="")
        assert [entry.status for entry in sandbox.journal("one", action="file")] == [
            200
        ]
        sandbox.reset("one")
        assert sandbox.journal() == []


DAMAGED = ["huge-body", "malformed-json", "empty-body", "byte-order-mark", "nan"]


@pytest.mark.parametrize("fault", [*DAMAGED, "lost-answer", "repeated-member"])
def test_the_job_of_a_damaged_answer_is_in_the_journal(
    caller: Caller, fault: str
) -> None:
    caller.send("POST", f"/v1/models/{EDIT}", INPUTS[EDIT], x_sandbox_fault=fault)
    (job,) = caller.api.jobs
    (entry,) = caller.api.journal.entries()
    assert entry.request_id == job.request_id
    base = f"/v1/requests/{job.request_id}"
    for call, method in (("status", "GET"), ("cancel", "POST")):
        rule = fault + " on=status,cancel"
        caller.send(method, f"{base}/{call}", x_sandbox_fault=rule)
    _, polled, cancelled = caller.api.journal.entries()
    assert (polled.job_status, polled.outcome) == ("in_queue", "")
    assert (cancelled.job_status, cancelled.outcome) == ("cancelled", "cancelled")


def test_the_journal_is_filtered_by_the_status_of_jobs(caller: Caller) -> None:
    accepted = caller.submit(prompt="A boat [sandbox: unknown-status]")
    for seconds in (1, 1, 20, 0):
        caller.get(accepted["status_url"])
        caller.clock.advance(seconds)
    caller.send("POST", accepted["cancel_url"])
    statuses = [
        entry.job_status for entry in caller.api.journal.entries(action="status")
    ]
    assert statuses == ["in_queue", "warming_up", "warming_up", "completed"]
    path = "/sandbox/journal?outcome=not_cancellable&job_status=completed"
    assert caller.get(path)["total"] == 1


def test_an_account_s_journal_is_the_same_again_after_its_reset(
    caller: Caller,
) -> None:
    def text_of_one() -> str:
        start = caller.clock.now()
        url = caller.finish()["output"]["image"]
        other.submit()
        caller.send("GET", url)
        caller.clock.advance(20 - (caller.clock.now() - start))
        return caller.api.journal.text(account)

    other = Caller(caller.api, caller.clock, token="two")
    other.submit()
    account = token_account(caller.token, caller.api.settings.seed)
    first = text_of_one()
    caller.api.reset(account)
    assert text_of_one() == first
    numbers = [json.loads(line)["number"] for line in first.splitlines()]
    assert numbers == [1, 2, 3]
