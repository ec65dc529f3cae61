from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from runcomfy_codegen.ir.model import Nullable, Numeric, Text
from runcomfy_codegen.sandbox import Api, Settings

from .conftest import EDIT, INPUTS, SEEDANCE, Caller, a_field, a_model, caller_with

SUBMIT = f"/v1/models/{EDIT}"
DEEP = b'{"prompt":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic b25lOnR3bw==",
        "Bearer $T",
        "Bearer a b",
    ],
)
def test_a_malformed_token_is_400004(caller: Caller, header: str) -> None:
    answer = caller.send("POST", SUBMIT, INPUTS[EDIT], authorization=header)
    assert (answer.status, answer.json()["error_code"]) == (400, 400004)


@pytest.mark.parametrize("header", ["Bearer x", "bearer x", "BEARER a-._~+/1=="])
def test_any_well_formed_token_is_accepted(caller: Caller, header: str) -> None:
    assert caller.send("POST", SUBMIT, INPUTS[EDIT], authorization=header).status == 200


def test_the_request_of_another_token_is_403001_everywhere(caller: Caller) -> None:
    accepted = caller.submit()
    other = Caller(caller.api, caller.clock, token="two")
    for method, url in (
        ("GET", accepted["status_url"]),
        ("GET", accepted["result_url"]),
        ("POST", accepted["cancel_url"]),
    ):
        answer = other.send(method, url)
        assert (answer.status, answer.json()["error_code"]) == (403, 403001)
    assert caller.get(accepted["status_url"])["status"] == "in_queue"


@pytest.mark.parametrize("request_id", ["none", "..", "%00", "a" * 4000, "a%2Fb"])
def test_an_unknown_request_is_404001(caller: Caller, request_id: str) -> None:
    answer = caller.send("GET", f"/v1/requests/{request_id}/status")
    assert (answer.status, answer.json()["error_code"]) == (404, 404001)
    assert len(answer.body) < 1000


@pytest.mark.parametrize(
    "model_id",
    [
        "no/such-model",
        "../../control",
        "a/../b",
        "%2e%2e/x",
        "x",
        "a//b",
        "%00/x",
        "v" * 4096,
    ],
)
def test_an_unknown_model_is_400001(caller: Caller, model_id: str) -> None:
    for method in ("GET", "POST"):
        answer = caller.send(method, f"/v1/models/{model_id}", {})
        assert (answer.status, answer.json()["error_code"]) == (400, 400001)
        assert len(answer.body) < 1000


def test_an_account_that_cannot_pay_a_job_is_400002() -> None:
    caller = caller_with(balance=0.05)
    caller.submit()
    answer = caller.send("POST", SUBMIT, INPUTS[EDIT])
    assert (answer.status, answer.json()["error_code"]) == (400, 400002)
    assert caller.get("/prod/v2/balance")["balance_usd"] == pytest.approx(0.02)
    assert len(list(caller.api.jobs)) == 1


@pytest.mark.parametrize(
    ("balance", "status"), [(0.03, 200), (0.029, 400), (0, 400), (-5.5, 400)]
)
def test_a_balance_must_cover_the_job(balance: float, status: int) -> None:
    caller = caller_with(balance=balance)
    assert caller.get("/prod/v2/balance")["balance_usd"] == balance
    assert caller.send("POST", SUBMIT, INPUTS[EDIT]).status == status


def test_a_wrong_input_gets_all_problems_at_once_with_pointers(caller: Caller) -> None:
    wrong: dict[str, Any] = {
        "prompt": "x" * 900,
        "image_urls": [1, "https://example.com/a.jpg"],
        "width×height": "huge",
        "seed": 1,
    }
    answer = caller.send("POST", SUBMIT, wrong)
    assert (answer.status, answer.json()["error_code"]) == (422, 422001)
    assert ("x-sandbox-profile", "assumed") in answer.headers
    answers = {
        (problem["pointer"], problem["code"]) for problem in answer.json()["detail"]
    }
    assert answers == {
        ("/prompt", "maxLength"),
        ("/image_urls/0", "type"),
        ("/width×height", "enum"),
        ("/seed", "additionalProperties"),
    }


def test_each_missing_field_is_named(caller: Caller) -> None:
    detail = caller.send("POST", SUBMIT, {}).json()["detail"]
    assert [(problem["pointer"], problem["code"]) for problem in detail] == [
        ("/image_urls", "required"),
        ("/prompt", "required"),
    ]


def test_a_refused_input_makes_no_job_and_costs_nothing(caller: Caller) -> None:
    caller.send("POST", SUBMIT, {})
    assert list(caller.api.jobs) == []
    assert caller.get("/prod/v2/balance")["balance_usd"] == 100


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"prompt": NaN}', "NaN"),
        (b'{"prompt": 1e999}', "1e999 is outside the range of a double"),
        (
            b'{"prompt": %s}' % (b"1" * 5000),
            "not JSON: a number has more than 4,300 digits",
        ),
        (b'{"prompt": "a", "prompt": "b"}', "twice"),
        (DEEP, "nested"),
        (b"[" * 65 + b"]" * 65, "must be a JSON object"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested"),
    ],
)
def test_a_body_that_is_no_input_is_refused_and_says_why(
    caller: Caller, body: bytes, says: str
) -> None:
    answer = caller.send("POST", SUBMIT, body=body)
    assert answer.status == 400
    assert says in answer.json()["error_message"]


def test_a_lone_surrogate_is_data_like_any_other(caller: Caller) -> None:
    body = json.dumps(INPUTS[EDIT] | {"prompt": "\ud800"}).encode()
    assert caller.send("POST", SUBMIT, body=body).status == 200


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded"]
)
def test_only_json_is_taken(caller: Caller, content_type: str) -> None:
    answer = caller.send("POST", SUBMIT, INPUTS[EDIT], content_type=content_type)
    assert answer.status == 415
    assert (
        caller.send(
            "POST", SUBMIT, INPUTS[EDIT], content_type="application/json; charset=utf-8"
        ).status
        == 200
    )


def test_a_long_text_is_refused_where_inline_media_of_that_size_are_taken(
    caller: Caller,
) -> None:
    size = 9 * 1024 * 1024
    assert (
        caller.send("POST", SUBMIT, INPUTS[EDIT] | {"prompt": "x" * size}).status == 413
    )
    inline = ["data:image/png;base64," + "A" * size]
    assert (
        caller.send("POST", SUBMIT, INPUTS[EDIT] | {"image_urls": inline}).status == 200
    )


def test_errors_quote_only_the_beginning_of_what_was_sent(caller: Caller) -> None:
    answer = caller.send(
        "POST", SUBMIT, INPUTS[EDIT] | {"width×height": "x" * 1_000_000}
    )
    assert answer.status == 422
    assert len(answer.body) < 2000


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", SUBMIT, "GET, HEAD, POST"),
        ("POST", "/v1/models", "GET, HEAD"),
        ("PUT", "/v1/models/categories", "GET, HEAD"),
        ("POST", "/v1/requests/x/status", "GET, HEAD"),
        ("GET", "/v1/requests/x/cancel", "POST"),
        ("POST", "/outputs/x/0.png", "GET, HEAD"),
    ],
)
def test_a_wrong_method_gets_the_allowed_ones(
    caller: Caller, method: str, path: str, allowed: str
) -> None:
    answer = caller.send(method, path)
    assert (answer.status, dict(answer.headers)["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/sandbox",
        "/sandbox/x",
        "/v2/models",
        "/v1/requests/x",
        "/v1/requests/x/y",
    ],
)
def test_an_unknown_path_is_404001(caller: Caller, path: str) -> None:
    answer = caller.send("GET", path)
    assert (answer.status, answer.json()["error_code"]) == (404, 404001)


@pytest.mark.parametrize(
    "host",
    ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "192.168.0.1", "", "["],
)
def test_a_foreign_host_name_is_refused(caller: Caller, host: str) -> None:
    assert caller.send("GET", "/v1/models", host=host).status == 403


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"]
)
def test_this_machine_s_host_names_are_answered(caller: Caller, host: str) -> None:
    assert caller.send("GET", "/v1/models", host=host).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "http://localhost.evil.test"]
)
def test_a_page_of_another_site_cannot_submit(caller: Caller, origin: str) -> None:
    assert caller.send("POST", SUBMIT, INPUTS[EDIT], origin=origin).status == 403
    assert list(caller.api.jobs) == []


def test_every_answer_forbids_sniffing(caller: Caller) -> None:
    for method, path in (("GET", "/v1/models"), ("GET", "/nowhere"), ("POST", SUBMIT)):
        assert ("x-content-type-options", "nosniff") in caller.send(
            method, path
        ).headers


def test_the_token_is_kept_nowhere(caller: Caller) -> None:
    caller.token = "very-secret-token"
    caller.submit()
    caller.send("GET", "/v1/requests/none/status")
    assert "very-secret-token" not in repr(list(caller.api.jobs))
    assert next(iter(caller.api.jobs)).account not in ("", "very-secret-token")


def test_a_number_that_cannot_be_checked_is_refused_and_breaks_nothing() -> None:
    half = Numeric(integral=False, multiple_of=Decimal("0.5"), maximum=10)
    broken = Text(pattern="(")
    model = a_model("x/y", a_field("scale", half), a_field("name", broken))
    caller = Caller(Api({"x/y": model}, Settings(base_url="http://localhost")))
    for body in (b'{"scale": 1' + b"0" * 400 + b"}", b'{"scale": 0.3}'):
        assert caller.send("POST", "/v1/models/x/y", body=body).status == 422
    good = {"scale": 1.5, "name": "a pattern that is none permits anything"}
    assert caller.send("POST", "/v1/models/x/y", good).status == 200


@pytest.mark.parametrize(
    ("value", "status"), [(5, 200), (5.0, 200), (5.5, 422), (None, 422), (True, 422)]
)
def test_numbers_and_null_are_what_json_schema_says(
    caller: Caller, value: Any, status: int
) -> None:
    # JSON Schema 2020-12: 5.0 is an integer, true is none, null only where a type says so.
    document = INPUTS[SEEDANCE] | {"duration": value}
    assert caller.send("POST", f"/v1/models/{SEEDANCE}", document).status == status


def test_null_is_taken_where_the_schema_has_it() -> None:
    may_be_null = a_field("seed", Nullable(Numeric(integral=True)))
    caller = Caller(
        Api({"x/y": a_model("x/y", may_be_null)}, Settings(base_url="http://localhost"))
    )
    assert caller.send("POST", "/v1/models/x/y", {"seed": None}).status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_cancel_with_a_body_takes_json_only(caller: Caller, kind: str) -> None:
    accepted = caller.submit()
    url = accepted["cancel_url"]
    answer = caller.send("POST", url, body=b"not json", content_type=kind)
    assert answer.status == 415
    assert "application/json" in answer.json()["error_message"]
    assert caller.get(accepted["status_url"])["status"] == "in_queue"
    assert caller.send("POST", url, content_type=kind).json()["outcome"] == "cancelled"
