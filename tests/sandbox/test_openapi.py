from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runcomfy_codegen.sandbox import Api, Settings
from runcomfy_codegen.sandbox.settings import settings_from_options
from support.judges import model_with

from .conftest import EDIT, INPUTS, MODELS, PROMPT, SECRET, Caller, a_model


@pytest.fixture
def document(caller: Caller) -> Any:
    return caller.send("GET", "/openapi.json", authorization="").json()


def validator(schema: Any) -> Any:
    return Draft202012Validator(schema)


def answers(document: Any, path: str, method: str, status: int) -> Any:
    """What an answer must be, by the document."""
    response = document["paths"][path][method]["responses"][str(status)]
    schema = response["content"]["application/json"]["schema"]
    return validator({**schema, "components": document["components"]})


def test_limits_and_choices_are_published_to_the_last_digit() -> None:
    odd = '{"type": "number", "minimum": 0.1234567890123456789012, "enum": [1e3000, 2]}'
    model = model_with(f'{{"anyOf": [{odd}, {{"enum": [1e-999999, "é"]}}]}}')
    options = settings_from_options("http://localhost:8000", SECRET, {})
    caller = Caller(Api({model.model_id: model}, options))
    for path in ("/openapi.json", "/v1/models?include_schema=true"):
        body = caller.send("GET", path).body.decode("ascii")
        values = json.loads(body, parse_float=Decimal)
        assert "1E+3000, 2, 1E-999999" in body
        assert "\\u00e9" in body
        assert values


def test_each_model_is_a_call_of_its_own_with_its_input_schema(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://localhost:8000"}]
    for model_id, body in INPUTS.items():
        path = "/v1/models/" + model_id.replace(" ", "%20")
        schema = document["paths"][path]["post"]["requestBody"]["content"][
            "application/json"
        ]
        validator(schema["schema"]).validate(body)
    submits = [
        path
        for path, calls in document["paths"].items()
        if path.startswith("/v1/models/") and "post" in calls
    ]
    assert len(submits) == len(MODELS)


def test_the_submit_links_to_the_calls_about_its_request(document: Any) -> None:
    links = document["paths"][f"/v1/models/{EDIT}"]["post"]["responses"]["200"]["links"]
    known = {
        call["operationId"]
        for calls in document["paths"].values()
        for call in calls.values()
    }
    assert {link["operationId"] for link in links.values()} == {
        "status",
        "result",
        "cancel",
    }
    assert {link["operationId"] for link in links.values()} <= known


def test_assumed_answers_are_marked(document: Any) -> None:
    responses = document["paths"][f"/v1/models/{EDIT}"]["post"]["responses"]
    assumed = {status for status in responses if responses[status].get("x-assumed")}
    assert assumed == {"403", "405", "408", "413", "415", "422", "500"}
    assert "x-assumed" not in responses["400"]


def test_every_answer_of_a_story_is_what_the_document_says(
    caller: Caller, document: Any
) -> None:
    submit = f"/v1/models/{EDIT}"
    exchanges: list[tuple[str, str, Any]] = [
        (submit, "post", caller.send("POST", submit, INPUTS[EDIT])),
        (submit, "post", caller.send("POST", submit, {})),
        (submit, "post", caller.send("POST", submit, body=b"{")),
        (submit, "post", caller.send("POST", submit, content_type="text/plain")),
        (submit, "get", caller.send("GET", submit)),
        ("/v1/models", "get", caller.send("GET", "/v1/models?include_schema=true")),
        ("/v1/models", "get", caller.send("GET", "/v1/models?limit=0")),
        ("/v1/models/categories", "get", caller.send("GET", "/v1/models/categories")),
        ("/prod/v2/balance", "get", caller.send("GET", "/prod/v2/balance")),
    ]
    request_id = exchanges[0][2].json()["request_id"]
    for advance in (0, 1, 10):
        caller.clock.advance(advance)
        for call in ("status", "result"):
            path = f"/v1/requests/{request_id}/{call}"
            exchanges.append((path, "get", caller.send("GET", path)))
    path = f"/v1/requests/{request_id}/cancel"
    exchanges.append((path, "post", caller.send("POST", path)))
    other = Caller(caller.api, caller.clock, token="two")
    exchanges.append((path, "post", other.send("POST", path)))
    exchanges.append((path, "post", caller.send("POST", path.replace(request_id, "x"))))
    for path, method, answer in exchanges:
        shared = path.replace(request_id, "{request_id}")
        answers(document, shared, method, answer.status).validate(answer.json())
    assert {answer.status for _, _, answer in exchanges} == {
        200,
        400,
        403,
        404,
        415,
        422,
    }


def test_braces_of_an_id_are_no_parameters_of_the_path() -> None:
    model = a_model("odd/{x}/text-to-image", PROMPT)
    caller = Caller(Api({model.model_id: model}, Settings(base_url="http://localhost")))
    paths = caller.get("/openapi.json")["paths"]
    (path,) = [path for path in paths if "odd" in path]
    assert path == "/v1/models/odd/%7Bx%7D/text-to-image"
    assert caller.send("POST", path, {"prompt": "x"}).status == 200


def told_of(document: Any, caller: Caller, method: str, path: str, shared: str) -> int:
    """Make a call, and hold its answer against the document; the status."""
    answer = caller.send(method.upper(), path)
    responses = document["paths"][shared][method]["responses"]
    assert str(answer.status) in responses, (shared, answer.status, answer.body)
    if answer.header("content-type") == "application/json":
        answers(document, shared, method, answer.status).validate(answer.json())
    return answer.status


def test_the_calls_that_only_a_sandbox_has_are_documented_too(
    caller: Caller, document: Any
) -> None:
    request_id = caller.submit()["request_id"]
    one, shared = f"/sandbox/jobs/{request_id}", "/sandbox/jobs/{request_id}"
    caller.clock.advance(10)
    statuses = {
        (method, shared_path): told_of(document, caller, method, path, shared_path)
        for method, path, shared_path in (
            ("get", "/sandbox/jobs", "/sandbox/jobs"),
            ("get", one, shared),
            ("get", f"{one}/inline/0", f"{shared}/inline/{{number}}"),
            ("get", f"{one}/files/0.png", f"{shared}/files/{{name}}"),
            ("get", "/sandbox/journal?status=200", "/sandbox/journal"),
            ("get", "/sandbox/ledger", "/sandbox/ledger"),
            ("get", "/sandbox/clock", "/sandbox/clock"),
            ("post", "/sandbox/clock?advance=1", "/sandbox/clock"),
            ("post", f"{one}/step", f"{shared}/step"),
            ("post", f"{one}/cancel", f"{shared}/cancel"),
            ("get", f"/outputs/{request_id}/0.png", "/outputs/{request_id}/{name}"),
            ("post", "/sandbox/reset", "/sandbox/reset"),
        )
    }
    own = {
        (method, path)
        for path, calls in document["paths"].items()
        for method in calls
        if not path.startswith(("/v1/", "/prod/"))
    }
    assert statuses.keys() == own
    assert set(statuses.values()) == {200, 400, 404}


def test_every_answer_says_what_marks_it(document: Any) -> None:
    answer = document["paths"]["/v1/models"]["get"]["responses"]["200"]
    assert set(answer["headers"]) == {"x-sandbox-profile", "x-sandbox-fault"}
    components = document["components"]
    assert set(components["headers"]) >= set(answer["headers"])
    assert components["parameters"]["Fault"]["name"] == "x-sandbox-fault"
    assert components["securitySchemes"]["secret"]["name"] == "x-sandbox-secret"


def test_a_sandbox_without_models_tells_how_any_model_is_submitted() -> None:
    caller = Caller(Api(None, Settings(base_url="http://localhost")))
    document = caller.get("/openapi.json")
    calls = document["paths"]["/v1/models/{model_id}"]
    (parameter,) = calls["post"]["parameters"]
    assert parameter["name"] == "model_id"
    for path in ("/v1/models/a/b", "/v1/models/a%2Fb"):
        assert caller.send("POST", path, {}).status == 200
