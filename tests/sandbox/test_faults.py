from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.sandbox.faults.fault_rule import (
    FAULTS,
    InvalidFaultRule,
    parse_rules,
    parse_scenario,
)
from runcomfy_codegen.sandbox.faults.response_faults import code_fault
from runcomfy_codegen.sandbox.http_messages import Delivery
from runcomfy_runtime.error_codes import ErrorCode

from .conftest import EDIT, INPUTS, ODD, Caller, caller_with

SUBMIT = f"/v1/models/{EDIT}"


def scripted(scenario: str) -> Caller:
    return caller_with(scenario=scenario)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("bad-token", 400, 400004),
        ("no-balance", 400, 400002),
        ("unknown-model", 400, 400001),
        ("invalid-input", 422, 422001),
        ("error-in-200", 200, 403003),
        ("server-error", 500, None),
        ("rate-limited", 429, None),
    ],
)
def test_a_refusal_on_demand_has_its_body_and_makes_no_job(
    caller: Caller, fault: str, status: int, code: int | None
) -> None:
    answer = caller.send("POST", SUBMIT, INPUTS[EDIT], x_sandbox_fault=fault)
    assert (answer.status, answer.json().get("error_code")) == (status, code)
    assert answer.header("x-sandbox-fault") == f"{fault} (header)"
    assert list(caller.api.jobs) == []


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("forbidden", 403, 403001),
        ("not-found", 404, 404001),
        ("not-ready", 400, 400005),
    ],
)
def test_a_refusal_of_a_poll_leaves_the_job_as_it_is(
    caller: Caller, fault: str, status: int, code: int
) -> None:
    accepted = caller.submit()
    answer = caller.send("GET", accepted["result_url"], x_sandbox_fault=fault)
    assert (answer.status, answer.json()["error_code"]) == (status, code)
    assert caller.get(accepted["result_url"])["status"] == "in_queue"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("internal-error", 500),
        ("bad-gateway", 502),
        ("unavailable", 503),
        ("gateway-timeout", 504),
    ],
)
def test_a_gateway_s_error_is_a_page_and_no_json(
    caller: Caller, fault: str, status: int
) -> None:
    answer = caller.send("GET", "/v1/models", x_sandbox_fault=fault)
    assert answer.status == status
    assert answer.header("content-type") == "text/html"
    assert answer.body.startswith(b"<html>")


def test_retry_after_comes_in_both_forms_and_not_at_all(caller: Caller) -> None:
    def retry_after(rule: str) -> str | None:
        return caller.send("GET", "/v1/models", x_sandbox_fault=rule).header(
            "retry-after"
        )

    assert retry_after("rate-limited retry-after=7") == "7"
    assert retry_after("rate-limited retry-after=none") is None
    assert retry_after("unavailable retry-after=3") == "3"
    date = retry_after("rate-limited retry-after=date")
    assert date is not None
    assert parsedate_to_datetime(date).timestamp() == caller.clock.now() + 2


@pytest.mark.parametrize(
    ("fault", "carriage"),
    [
        ("dropped", Delivery.NEVER),
        ("reset-body", Delivery.RESET),
        ("cut-body", Delivery.CUT),
        ("dribble seconds=9", Delivery.DRIBBLE),
        ("hang", Delivery.HELD),
        ("slow seconds=0.5", Delivery.HELD),
    ],
)
def test_a_transport_fault_marks_the_answer(
    caller: Caller, fault: str, carriage: Delivery
) -> None:
    answer = caller.send("GET", "/v1/models", x_sandbox_fault=fault)
    assert answer.delivery is carriage
    assert answer.seconds == {
        "dribble seconds=9": 9,
        "hang": 300,
        "slow seconds=0.5": 0.5,
    }.get(fault, 0)


def test_a_lost_answer_leaves_a_job_that_is_on_the_bill(
    caller: Caller,
) -> None:
    answer = caller.send("POST", SUBMIT, INPUTS[EDIT], x_sandbox_fault="lost-answer")
    assert answer.delivery is Delivery.NEVER
    caller.clock.advance(10)
    again = caller.submit()
    bill = caller.get("/sandbox/ledger")
    first, second = bill["rows"]
    assert (first["status"], first["repeats"]) == ("completed", None)
    assert (second["request_id"], second["repeats"]) == (
        again["request_id"],
        first["request_id"],
    )
    assert bill["total_usd"] == pytest.approx(0.06)


def test_a_dropped_request_is_no_job(caller: Caller) -> None:
    caller.send("POST", SUBMIT, INPUTS[EDIT], x_sandbox_fault="dropped")
    assert list(caller.api.jobs) == []


@pytest.mark.parametrize(
    ("fault", "reads"),
    [
        ("malformed-json", False),
        ("empty-body", False),
        ("byte-order-mark", False),
        ("nan", True),
        ("repeated-member", True),
        ("wrong-type", True),
        ("huge-body", True),
    ],
)
def test_a_damaged_body_is_json_or_not_as_its_fault_says(
    caller: Caller, fault: str, reads: bool
) -> None:
    body = caller.send("GET", "/v1/models/categories", x_sandbox_fault=fault).body
    assert (
        body != caller.send("GET", "/v1/models/categories").body
        or fault == "wrong-type"
    )
    try:
        json.loads(body.decode("utf-8"))
    except ValueError:
        assert not reads
    else:
        assert reads


Told = dict[str, Any]


def result(caller: Caller, fault: str) -> Told:
    accepted = caller.submit()
    caller.clock.advance(10)
    assert caller.get(accepted["status_url"])["status"] == "completed"
    return dict(
        caller.send("GET", accepted["result_url"], x_sandbox_fault=fault).json()
    )


def is_url(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("http://localhost:8000/outputs/")


STORIES: dict[str, Callable[[Told], object]] = {
    "failed-result": lambda result: (
        result["status"] == "failed" and "output" not in result
    ),
    "error-object": lambda result: isinstance(result["error"]["message"], str),
    "completed-result": lambda result: (
        result["status"] == "completed" and result["output"]
    ),
    "echoed-input": lambda result: result["input"] == INPUTS[EDIT] and result["output"],
    "null-output": lambda result: result["output"] is None,
    "no-output": lambda result: (
        result["status"] == "succeeded" and "output" not in result
    ),
    "bare-output": lambda result: is_url(result["output"]),
    "echoed-output": lambda result: (
        result["output"]["reference_urls"] == INPUTS[EDIT]["image_urls"]
        and is_url(result["output"]["image"])
    ),
}


@pytest.mark.parametrize("fault", STORIES)
def test_a_result_tells_another_story(caller: Caller, fault: str) -> None:
    assert STORIES[fault](result(caller, fault))


def test_an_unknown_status_lasts_while_the_job_runs(caller: Caller) -> None:
    accepted = caller.submit(prompt="A boat [sandbox: unknown-status]")
    statuses: list[str] = []
    for _ in range(12):
        statuses.append(caller.get(accepted["status_url"])["status"])
        caller.clock.advance(0.4)
    assert list(dict.fromkeys(statuses)) == ["in_queue", "warming_up", "completed"]


def test_a_status_goes_backwards_and_the_job_still_completes(
    caller: Caller,
) -> None:
    accepted = caller.submit(prompt="A boat [sandbox: backward-status]")
    words = [caller.get(accepted["status_url"])["status"]]
    caller.clock.advance(1)
    words += [caller.get(accepted["status_url"])["status"] for _ in range(4)]
    assert words == ["in_queue", "in_progress", "in_queue", *["in_progress"] * 2]
    caller.clock.advance(10)
    assert caller.get(accepted["status_url"])["status"] == "completed"


def test_a_status_goes_backwards_though_the_job_has_long_ended(caller: Caller) -> None:
    accepted = caller.submit(prompt="A boat [sandbox: backward-status]")
    caller.clock.advance(100)
    answers = [caller.get(accepted["status_url"]) for _ in range(3)]
    assert [answer["status"] for answer in answers] == [
        "in_progress",
        "in_queue",
        "completed",
    ]
    other = caller.submit(prompt="A boat [sandbox: backward-status]")
    caller.clock.advance(100)
    results = [caller.get(other["result_url"]) for _ in range(3)]
    assert ["output" in each for each in results] == [False, False, True]


@pytest.mark.parametrize("drive", ["time", "polls"])
def test_a_stuck_job_stays_queued_until_it_is_cancelled(
    drive: Literal["time", "polls"],
) -> None:
    caller = caller_with(drive=drive)
    accepted = caller.submit(prompt="A boat [sandbox: stuck]")
    caller.clock.advance(1_000_000)
    result = [caller.get(accepted["result_url"]) for _ in range(9)][-1]
    assert (result["status"], "output" in result) == ("in_queue", False)
    assert caller.send("POST", accepted["cancel_url"]).json()["outcome"] == "cancelled"
    assert caller.get(accepted["status_url"])["status"] == "cancelled"
    assert caller.get("/sandbox/ledger")["total_usd"] == 0


def test_an_expired_request_tells_of_its_end_once(caller: Caller) -> None:
    accepted = caller.submit(prompt="A boat [sandbox: expired-request]")
    assert caller.get(accepted["status_url"])["status"] == "in_queue"
    caller.clock.advance(10)
    assert caller.get(accepted["status_url"])["status"] == "completed"
    for url in (accepted["result_url"], accepted["status_url"]):
        answer = caller.send("GET", url)
        assert (answer.status, answer.json()["error_code"]) == (404, 404001)


def test_a_job_may_complete_after_its_cancel_was_confirmed(caller: Caller) -> None:
    accepted = caller.submit()
    answer = caller.send("POST", accepted["cancel_url"], x_sandbox_fault="cancel-race")
    assert answer.json()["outcome"] == "cancelled"
    caller.clock.advance(10)
    assert caller.get(accepted["status_url"])["status"] == "completed"


def test_a_cancel_may_be_refused_while_the_job_is_queued(caller: Caller) -> None:
    accepted = caller.submit()
    answer = caller.send(
        "POST", accepted["cancel_url"], x_sandbox_fault="cancel-refused"
    )
    assert (answer.json()["status"], answer.json()["outcome"]) == (
        "in_queue",
        "not_cancellable",
    )


def test_files_expire_end_early_or_are_pages(caller: Caller) -> None:
    url = caller.finish(
        prompt="A boat [sandbox: expired-file first=1; cut-file first=1]"
    )["output"]["image"]
    first, second, third = (caller.send("GET", url) for _ in range(3))
    assert (first.status, second.delivery, third.delivery) == (
        403,
        Delivery.CUT,
        Delivery.WHOLE,
    )
    page = caller.send("GET", url, x_sandbox_fault="html-file")
    assert (page.header("content-type"), page.body[:6]) == ("image/png", b"<html>")


def test_first_strikes_the_first_ones_of_each_job(caller: Caller) -> None:
    for _ in range(2):
        accepted = caller.submit(
            prompt="A boat [sandbox: bad-gateway on=status first=2]"
        )
        codes = [caller.send("GET", accepted["status_url"]).status for _ in range(4)]
        assert codes == [502, 502, 200, 200]
        assert caller.send("GET", accepted["result_url"]).status == 200


def test_first_counts_submits_of_an_account(caller: Caller) -> None:
    other = Caller(caller.api, caller.clock, token="two")
    body = INPUTS[EDIT] | {"prompt": "A boat [sandbox: rate-limited on=submit first=1]"}
    assert [
        c.send("POST", SUBMIT, body).status for c in (caller, other, caller, other)
    ] == [
        429,
        429,
        200,
        200,
    ]


def test_every_strikes_each_third_one() -> None:
    caller = scripted('[[fault]]\nname = "bad-gateway"\non = ["list"]\nevery = 3')
    codes = [caller.send("GET", "/v1/models").status for _ in range(7)]
    assert codes == [200, 200, 502, 200, 200, 502, 200]


def test_a_scenario_can_mean_some_models_only() -> None:
    caller = scripted('[[fault]]\nname = "no-balance"\nmodel = "bytedance/*"')
    assert caller.send("POST", SUBMIT, INPUTS[EDIT]).json()["error_code"] == 400002
    assert caller.submit(ODD)


def test_the_header_goes_before_the_magic_value_and_that_before_the_scenario() -> None:
    caller = scripted('[[fault]]\nname = "bad-gateway"\non = "status"')
    plain = caller.submit()["status_url"]
    carrying = caller.submit(prompt="x [sandbox: unavailable on=status]")["status_url"]
    assert (
        caller.send("GET", plain).header("x-sandbox-fault") == "bad-gateway (scenario)"
    )
    assert (
        caller.send("GET", carrying).header("x-sandbox-fault") == "unavailable (input)"
    )
    sent = caller.send("GET", carrying, x_sandbox_fault="not-found")
    assert sent.header("x-sandbox-fault") == "not-found (header)"


def test_one_account_s_fault_does_not_reach_another_s_job(caller: Caller) -> None:
    accepted = caller.submit()
    other = Caller(caller.api, caller.clock, token="two")
    answer = other.send("POST", accepted["cancel_url"], x_sandbox_fault="cancel-race")
    assert answer.json()["error_code"] == 403001


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("bad-gatway", "did you mean 'bad-gateway'?"),
        ("xyzzy", "known: bad-token"),
        ("bad-gateway frist=2", "did you mean 'first'?"),
        ("bad-gateway first", "not of the form name=value"),
        ("bad-gateway first=0", "first must be a whole number from 1"),
        ("bad-gateway every=x", "every must be a whole number from 1"),
        ("bad-gateway on=stauts", "did you mean 'status'?"),
        ("hang seconds=-1", "seconds must be a number"),
        ("hang seconds=nan", "seconds must be a number"),
        (
            "rate-limited retry-after=soon",
            "retry-after must be a whole number of seconds",
        ),
    ],
)
def test_a_rule_that_cannot_be_read_says_why(
    caller: Caller, text: str, says: str
) -> None:
    with pytest.raises(InvalidFaultRule, match=says.replace("?", r"\?")):
        parse_rules(text)
    for answer in (
        caller.send("GET", "/v1/models", x_sandbox_fault=text),
        caller.send("POST", SUBMIT, INPUTS[EDIT] | {"prompt": f"[sandbox: {text}]"}),
    ):
        assert answer.status == 400
        assert says in answer.json()["error_message"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\ny = =", "not TOML: .*line 2"),
        ("x = 1", "has 'x'"),
        ("[fault]\nname = 'hang'", r"write \[\[fault\]\]"),
        ("[[fault]]\non = 'status'", "fault 1 has no name"),
        (
            "[[fault]]\nname = 'hang'\n[[fault]]\nname = 'nothing'",
            "fault 2: there is no fault",
        ),
        ("[[fault]]\nname = 'hang'\nfirst = true", "first must be a whole number"),
    ],
)
def test_a_scenario_that_cannot_be_read_says_where(text: str, says: str) -> None:
    with pytest.raises(InvalidFaultRule, match=says):
        parse_scenario(text)


def test_every_fault_says_what_it_is_and_does_something() -> None:
    assert len(FAULTS) > 35
    for name, fault in FAULTS.items():
        assert fault.description
        assert fault.on
        done = [
            way
            for way in (fault.replace_response, fault.change_response, fault.change_job)
            if way
        ]
        assert len(done) == 1, name


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_can_strike_all_its_calls_without_breaking_the_sandbox(
    caller: Caller, name: str
) -> None:
    calls = ",".join(FAULTS[name].allowed - {"openapi"})
    accepted = caller.submit()
    caller.clock.advance(10)
    file = caller.get(accepted["result_url"])["output"]["image"]
    for method, path in (
        ("GET", "/v1/models"),
        ("GET", SUBMIT),
        ("POST", SUBMIT),
        ("GET", accepted["status_url"]),
        ("GET", accepted["result_url"]),
        ("POST", accepted["cancel_url"]),
        ("GET", "/prod/v2/balance"),
        ("GET", file),
        ("GET", "/v1/requests/unknown/result"),
    ):
        answer = caller.send(method, path, {}, x_sandbox_fault=f"{name} on={calls}")
        assert 200 <= answer.status < 600
        assert answer.header("x-sandbox-fault") in (f"{name} (header)", None)
        assert b"cannot be read" not in answer.body


def test_a_fault_moves_nothing_else() -> None:
    quiet = caller_with()
    loud = scripted('[[fault]]\nname = "server-error"\non = "status"\nfirst = 2')
    for caller in (quiet, loud):
        caller.send("GET", caller.submit()["status_url"])
    assert [job.plan for job in quiet.api.jobs] == [job.plan for job in loud.api.jobs]


def test_a_failed_job_is_completed_by_its_status_and_failed_by_its_result_and_free(
    caller: Caller,
) -> None:
    result = caller.finish(prompt="A boat [sandbox: failed-job]")
    assert (result["status"], result["cost"], "output" in result) == (
        "failed",
        0,
        False,
    )
    assert isinstance(result["error"], str)
    status = caller.get(f"/v1/requests/{result['request_id']}/status")
    assert status["status"] == "completed"
    (row,) = caller.get("/sandbox/ledger")["rows"]
    assert (row["status"], row["cost"]) == ("failed", 0)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("long-queue seconds=30", ["in_queue", "in_queue", "completed"]),
        ("long-run seconds=30", ["in_queue", "in_progress", "completed"]),
    ],
)
def test_a_job_takes_longer_on_demand(
    caller: Caller, rule: str, words: list[str]
) -> None:
    accepted = caller.submit(prompt=f"A boat [sandbox: {rule}]")
    statuses: list[str] = []
    for _ in range(3):
        statuses.append(caller.get(accepted["status_url"])["status"])
        caller.clock.advance(20)
    assert statuses == words


@pytest.mark.parametrize(
    ("fault", "call"),
    [
        ("invalid-input", "submit"),
        ("not-ready", "result"),
        ("unknown-status", "status"),
        ("null-output", "result"),
        ("bare-output", "result"),
        ("error-in-200", "list"),
    ],
)
def test_an_answer_in_an_unpublished_form_says_so(
    caller: Caller, fault: str, call: str
) -> None:
    accepted = caller.submit()
    caller.clock.advance(1 if call == "status" else 10)
    method, path = {
        "submit": ("POST", SUBMIT),
        "list": ("GET", "/v1/models"),
        "status": ("GET", accepted["status_url"]),
        "result": ("GET", accepted["result_url"]),
    }[call]
    answer = caller.send(method, path, INPUTS[EDIT], x_sandbox_fault=fault)
    assert answer.header("x-sandbox-fault") == f"{fault} (header)"
    assert answer.header("x-sandbox-profile") == "assumed"


@pytest.mark.parametrize("fault", ["bad-token", "no-balance", "failed-job"])
def test_an_answer_in_a_published_form_says_so_too(caller: Caller, fault: str) -> None:
    answer = caller.send("POST", SUBMIT, INPUTS[EDIT], x_sandbox_fault=fault)
    assert answer.header("x-sandbox-profile") == "documented"


def carrying(caller: Caller, prompt: str, **escaped: str) -> int:
    text = json.dumps(INPUTS[EDIT] | {"prompt": prompt})
    for plain, instead in escaped.items():
        text = text.replace({"slash": "/"}[plain], instead)
    return caller.send("POST", SUBMIT, body=text.encode()).status


def test_first_counts_each_input_with_a_rule_of_its_own(caller: Caller) -> None:
    rule = "[sandbox: bad-gateway on=submit first=1]"
    prompts = [f"A cat {rule}", f"A dog {rule}", f"A cat {rule}", f"A dog {rule}"]
    assert [carrying(caller, each) for each in prompts] == [502, 502, 200, 200]


def test_rules_of_headers_that_say_something_else_are_counted_apart(
    caller: Caller,
) -> None:
    def ask(rule: str) -> int:
        return caller.send("GET", "/v1/models", x_sandbox_fault=rule).status

    one, two = "bad-gateway first=1", "bad-gateway first=1 on=list"
    assert [ask(one), ask(two), ask(one), ask(two)] == [502, 502, 200, 200]


def test_every_marker_of_an_input_counts(caller: Caller) -> None:
    prompt = "One [sandbox: long-run] and two [sandbox: unavailable first=1 on=status]"
    accepted = caller.submit(prompt=prompt)
    assert caller.send("GET", accepted["status_url"]).status == 503
    assert caller.get(accepted["status_url"])["status"] == "in_queue"
    (job,) = caller.api.jobs
    assert job.plan.running > 60


def test_a_marker_is_read_as_the_text_it_is_and_not_as_its_json(
    caller: Caller,
) -> None:
    prompt = "A cat [sandbox: bad-gateway model=bytedance/*]"
    assert carrying(caller, prompt, slash="\\/") == 502
    assert carrying(caller, '"[sandbox: bad-gateway on=submit; ]" said she') == 502


def test_a_marker_deep_inside_counts_and_one_in_a_name_does_not() -> None:
    caller = caller_with(validation="off")
    deep = {"elements": [{"prompt": "[sandbox: bad-gateway]"}]}
    assert caller.send("POST", SUBMIT, deep).status == 502
    assert caller.send("POST", SUBMIT, {"[sandbox: bad-gateway]": 1}).status == 200


def test_a_rule_that_cannot_be_read_is_refused_though_a_header_goes_before_it(
    caller: Caller,
) -> None:
    document = INPUTS[EDIT] | {"prompt": "[sandbox: bad-gatway]"}
    for rule in ("long-run", "bad-gateway on=status"):
        answer = caller.send("POST", SUBMIT, document, x_sandbox_fault=rule)
        assert answer.status == 400
        assert "did you mean 'bad-gateway'?" in answer.json()["error_message"]
    assert list(caller.api.jobs) == []


def test_a_reset_of_an_account_resets_what_was_counted_of_its_files(
    caller: Caller,
) -> None:
    fault = "A boat [sandbox: expired-file first=1]"
    for _ in range(2):
        url = caller.finish(prompt=fault)["output"]["image"]
        codes = [caller.send("GET", url, authorization="").status for _ in range(2)]
        assert codes == [403, 200]
        account = next(iter(caller.api.jobs)).account
        caller.api.reset(account)


def test_a_dribble_without_a_body_ends_too(
    http: httpx.Client, sandbox: Sandbox
) -> None:
    accepted = http.post(SUBMIT, json=INPUTS[EDIT]).json()
    rule = {"X-Sandbox-Fault": "dribble seconds=0.05 on=file"}
    url = f"/outputs/{accepted['request_id']}/0.png"
    until = [http.get(accepted["status_url"]) for _ in range(200)]
    assert until[-1].json()["status"] == "completed"
    etag = http.get(url).headers["etag"]
    answer = http.get(url, headers={"If-None-Match": etag, **rule})
    assert (answer.status_code, answer.content) == (304, b"")
    assert http.get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("failed-job on=status", "failed-job cannot strike status; it strikes submit"),
        ("stuck on=submit,result", "stuck cannot strike result"),
        ("cancel-race on=submit", "it strikes cancel"),
        ("expired-file on=result", "it strikes file"),
        ("cut-file on=status", "it strikes file"),
        ("null-output on=status", "it strikes result"),
        ("unknown-status on=cancel", "it strikes result, status"),
        ("nan on=file", "nan cannot strike file"),
        ("unavailable on=page", "unavailable cannot strike page"),
        ("unavailable on=control", "unavailable cannot strike control"),
    ],
)
def test_a_fault_that_could_never_do_anything_there_is_refused(
    caller: Caller, rule: str, says: str
) -> None:
    answer = caller.send("POST", SUBMIT, INPUTS[EDIT], x_sandbox_fault=rule)
    assert answer.status == 400
    assert says in answer.json()["error_message"]
    name, _, on = rule.partition(" on=")
    with pytest.raises(InvalidFaultRule, match="fault 1: "):
        parse_scenario(f"[[fault]]\nname = '{name}'\non = '{on}'")


def test_a_story_counts_only_where_it_changes_the_answer(caller: Caller) -> None:
    accepted = caller.submit(
        prompt="A boat [sandbox: unknown-status first=2 on=status; null-output first=1]"
    )
    url = accepted["status_url"]
    assert [caller.get(url)["status"] for _ in range(3)] == ["in_queue"] * 3
    assert caller.send("GET", accepted["result_url"]).header("x-sandbox-fault") is None
    caller.clock.advance(1)
    answers = [caller.send("GET", url) for _ in range(3)]
    words = [answer.json()["status"] for answer in answers]
    assert words == ["warming_up", "warming_up", "in_progress"]
    assert [answer.header("x-sandbox-fault") for answer in answers] == [
        "unknown-status (input)",
        "unknown-status (input)",
        None,
    ]
    caller.clock.advance(10)
    outputs = [caller.get(accepted["result_url"])["output"] for _ in range(2)]
    assert outputs[0] is None
    assert outputs[1]


def test_a_fault_of_a_job_counts_only_once_there_is_a_job(caller: Caller) -> None:
    rule = "failed-job first=1"
    assert caller.send("POST", SUBMIT, {}, x_sandbox_fault=rule).status == 422
    for _ in range(2):
        caller.send("POST", SUBMIT, INPUTS[EDIT], x_sandbox_fault=rule)
    assert [job.plan.fails for job in caller.api.jobs] == [True, False]


def test_a_new_error_code_has_a_fault_by_itself() -> None:
    fault = code_fault(ErrorCode(400999, "TooManyTags", 400, source="assumed"))
    assert (fault.name, fault.description) == (
        "too-many-tags",
        "HTTP 400 with error_code 400999",
    )
    assert {FAULTS[name].description for name in ("bad-token", "invalid-input")} == {
        "HTTP 400 with error_code 400004",
        "HTTP 422 with error_code 422001",
    }
