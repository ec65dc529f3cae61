"""The flow of a public client, from the documented contract alone: no code of the project.

List, price, submit, poll, result, download, cancel, balance: plain HTTP over a socket, read
as RunComfy's own clients read the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from runcomfy_codegen.ir.model import Nullable, Numeric, Text, Union
from runcomfy_codegen.sandbox import Api, DirectTransport, Sandbox, SandboxSettings
from runcomfy_codegen.sandbox.faults.fault_rule import (
    InvalidFaultRule,
    parse_rules,
    parse_scenario,
)
from runcomfy_codegen.workspace.model_listing import listed_model
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import SubmitRefused
from runcomfy_runtime.responses import error_text
from support.shipped_models import models

from .conftest import EDIT, Caller, a_field, a_model

TEXT_TO_IMAGE = "wan-ai/wan-2.7/text-to-image"
WAITING, ENDED = {"in_queue", "in_progress"}, {"completed", "cancelled"}
RESULTS = {"succeeded", "failed", "in_queue", "in_progress", "cancelled"}


@pytest.fixture(scope="module")
def api() -> Iterator[httpx.Client]:
    with (
        Sandbox(models(), drive="polls", polls=(1, 1)) as sandbox,
        httpx.Client(
            base_url=sandbox.url,
            headers={"Authorization": f"Bearer {sandbox.token}"},
            trust_env=False,
            timeout=60,
        ) as client,
    ):
        yield client


def balance(api: httpx.Client) -> Any:
    answer = api.get("/prod/v2/balance").json()
    assert answer["currency"] == "USD"
    assert answer["balance_microdollars"] == round(answer["balance_usd"] * 1e6)
    return answer["balance_usd"]


def submit(api: httpx.Client) -> dict[str, Any]:
    answer = api.post(f"/v1/models/{TEXT_TO_IMAGE}", json={"prompt": "A boat"})
    assert answer.status_code in (200, 202), answer.text
    accepted: dict[str, Any] = answer.json()
    assert set(accepted) >= {"request_id", "status_url", "result_url", "cancel_url"}
    return accepted


def test_the_whole_flow_of_a_public_client(api: httpx.Client) -> None:
    before = balance(api)
    listed = api.get(
        "/v1/models", params={"category": "text-to-image", "search": "WAN-2.7"}
    ).json()
    assert (listed["limit"], listed["offset"]) == (100, 0)
    assert TEXT_TO_IMAGE in [entry["model_id"] for entry in listed["models"]]
    entry = api.get(f"/v1/models/{TEXT_TO_IMAGE}").json()
    assert set(entry["required_inputs"]) <= set(entry["input_schema"]["properties"])
    price, unit = entry["base_price_usd"], entry["price_unit"]
    assert unit == "output"

    accepted = submit(api)
    seen: list[str] = []
    for _ in range(10):
        status = api.get(accepted["status_url"]).json()
        seen.append(status["status"])
        assert ("queue_position" in status) == (status["status"] == "in_queue")
        if status["status"] in ENDED:
            break
        assert status["status"] in WAITING
        early = api.get(accepted["result_url"]).json()
        assert early["status"] in RESULTS
    assert seen[-1] == "completed"

    result = api.get(accepted["result_url"], params={"include_cost": "true"}).json()
    assert result["status"] == "succeeded"
    assert result["cost"] == price
    assert balance(api) == pytest.approx(before - price)
    download(result["output"]["image"])


def download(url: str) -> None:
    # A file has no token, and its host is not that of RunComfy: the sandbox is on loopback.
    assert urlsplit(url).hostname == "127.0.0.1"
    file = httpx.get(url, trust_env=False, timeout=60)
    assert file.headers["content-type"].startswith("image/")
    assert len(file.content) == int(file.headers["content-length"]) > 100


def test_an_accepted_cancel_is_202_and_a_late_one_says_not_cancellable(
    api: httpx.Client,
) -> None:
    before = balance(api)
    accepted = submit(api)
    first = api.post(accepted["cancel_url"])
    assert (first.status_code, first.json()["outcome"]) == (202, "cancelled")
    late = api.post(accepted["cancel_url"])
    assert (late.status_code, late.json()["outcome"]) == (200, "not_cancellable")
    profiles = [answer.headers["x-sandbox-profile"] for answer in (first, late)]
    assert profiles == ["documented", "assumed"]
    assert api.get(accepted["result_url"]).json()["status"] == "cancelled"
    assert balance(api) == before


def test_errors_have_the_documented_codes(api: httpx.Client) -> None:
    missing = api.get("/v1/requests/nothing/status")
    assert (missing.status_code, missing.json()["error_code"]) == (404, 404001)
    unknown = api.post("/v1/models/no/model", json={})
    assert (unknown.status_code, unknown.json()["error_code"]) == (400, 400001)
    url = api.base_url.join("/prod/v2/balance")
    stranger = httpx.get(url, trust_env=False, timeout=60)
    assert (stranger.status_code, stranger.json()["error_code"]) == (400, 400004)


def test_every_category_is_a_task_and_lists_its_models(api: httpx.Client) -> None:
    answer = api.get("/v1/models/categories")
    assert answer.headers["x-sandbox-profile"] == "assumed"
    names = answer.json()["categories"]
    assert {"text-to-image", "image-to-image", "video-to-video"} <= set(names)
    assert all("-to-" in name for name in names)
    totals = [
        api.get("/v1/models", params={"category": name}).json()["total"]
        for name in names
    ]
    assert sum(totals) == len(models())


@pytest.mark.parametrize(
    ("model_id", "category"),
    [
        ("bytedance/seedance-2.5/image-to-video/1080p", "image-to-video"),
        ("blackforestlabs/flux-3/first-last-frame-to-video/draft", "image-to-video"),
        ("blackforestlabs/flux-3/image", "text-to-image"),
        ("pixverse/pixverse-v6/extend", "video-to-video"),
        ("elevenlabs/elevenlabs/music-generation", "text-to-audio"),
        ("acestep-ai/ace-step/audio-outpaint", "audio-to-audio"),
        ("bytedance/seedance-2.0/pro", "text-to-video"),
    ],
)
def test_the_last_segment_that_is_a_task_decides_the_category(
    api: httpx.Client, model_id: str, category: str
) -> None:
    assert api.get(f"/v1/models/{model_id}").json()["categories"] == [category]


def test_an_assumed_price_says_so(api: httpx.Client) -> None:
    answer = api.get(f"/v1/models/{TEXT_TO_IMAGE}")
    assert answer.headers["x-sandbox-profile"] == "assumed"
    assert answer.json()["pricing_note"].startswith("Assumed by the sandbox")


def test_the_list_of_models_shows_no_assumed_price(api: httpx.Client) -> None:
    assumed = api.get(f"/v1/models/{TEXT_TO_IMAGE}").json()
    assert listed_model(assumed).price == ""
    published = assumed | {"pricing_note": "For each picture."}
    assert listed_model(published).price == "$0.03 / output"


def test_a_lora_goes_with_any_schema_that_has_none(api: httpx.Client) -> None:
    url = f"/v1/models/{TEXT_TO_IMAGE}"
    fine = api.post(url, json={"prompt": "A boat", "lora": {"path": "my-style"}})
    assert fine.status_code == 200
    for wrong in ("my-style", {"pth": "x"}, {"path": 1}, {"path": ""}, None):
        refused = api.post(url, json={"prompt": "A boat", "lora": wrong})
        assert refused.status_code == 422, wrong
        assert refused.json()["detail"][0]["pointer"].startswith("/lora")
    schema = api.get(url).json()["input_schema"]
    assert "lora" not in schema["properties"]


def test_an_input_with_null_is_refused_for_what_is_wrong_with_its_value() -> None:
    name = a_field("name", Nullable(inner=Text(max_length=3)), required=True)
    either = a_field(
        "size", Union((Text(max_length=1), Numeric(integral=False, maximum=2)))
    )
    model = a_model("v/m", name, either)
    caller = Caller(
        Api({"v/m": model}, SandboxSettings(base_url="http://localhost:8000"))
    )
    detail = caller.send("POST", "/v1/models/v/m", {"name": "long"}).json()["detail"]
    assert [(each["pointer"], each["code"]) for each in detail] == [
        ("/name", "maxLength")
    ]
    body = {"name": None, "size": []}
    (problem,) = caller.send("POST", "/v1/models/v/m", body).json()["detail"]
    assert "(1) it must be of type string" in problem["message"]
    assert "(2) it must be of type number" in problem["message"]


def test_the_client_shows_each_problem_with_its_pointer(caller: Caller) -> None:
    wrong = {"prompt": "x" * 900, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
    with (
        RunComfy(
            token="any",
            base_url="http://localhost:8000",
            transport=DirectTransport(caller.api, caller.clock),
        ) as client,
        pytest.raises(SubmitRefused) as caught,
    ):
        client.submit(EDIT, wrong)
    for pointer in ("/image_urls is required", *map("/{} is not".format, [*wrong][1:])):
        assert str(caught.value).count(pointer) == 1, pointer


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            {"detail": [{"loc": ["body", "seed"], "msg": "too big"}]},
            "/body/seed too big",
        ),
        (
            {"error": "bad", "detail": [{"pointer": "/a", "message": "no"}]},
            "bad: /a no",
        ),
        ({"message": "/a no", "detail": [{"pointer": "/a", "message": "no"}]}, "/a no"),
        ({"detail": [{"msg": str(n)} for n in range(7)]}, "0; 1; 2; 3; 4; 5; 6"),
    ],
)
def test_every_problem_of_an_error_body_is_read(body: object, text: str) -> None:
    assert error_text(body) == text


def test_a_refusal_lists_each_problem_whole(caller: Caller) -> None:
    urls = [f"https://example.com/{number}.jpg" for number in range(11)]
    wrong = {"prompt": "x" * 900, "image_urls": urls, "one": 1, "two": 2, "three": 3}
    body = caller.send("POST", f"/v1/models/{EDIT}", wrong).json()
    assert len(body["detail"]) == 5
    for problem in body["detail"]:
        assert f"{problem['pointer']} {problem['message']}" in body["error_message"]


def test_a_completed_result_is_a_fault_and_the_old_name_has_a_hint() -> None:
    assert parse_rules("completed-result")[0].fault.name == "completed-result"
    scenario = '[[fault]]\nname = "succeeded-result"'
    for read, text in ((parse_rules, "succeeded-result"), (parse_scenario, scenario)):
        with pytest.raises(InvalidFaultRule, match="write 'completed-result'"):
            read(text)
