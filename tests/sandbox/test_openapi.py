from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runcomfy_codegen.sandbox import Api, Settings

from .conftest import EDIT, INPUTS, MODELS, PROMPT, Caller, a_model


@pytest.fixture
def document(caller: Caller) -> Any:
    return caller.send("GET", "/openapi.json", authorization="").json()


def validator(schema: Any) -> Any:
    return Draft202012Validator(schema)


def answers(document: Any, path: str, method: str, status: int) -> Any:
    """What an answer must be, by the document."""
    told = document["paths"][path][method]["responses"][str(status)]
    schema = told["content"]["application/json"]["schema"]
    return validator({**schema, "components": document["components"]})


def test_each_model_is_a_call_of_its_own_with_its_input_schema(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://localhost:8000"}]
    for model_id, given in INPUTS.items():
        path = "/v1/models/" + model_id.replace(" ", "%20")
        schema = document["paths"][path]["post"]["requestBody"]["content"][
            "application/json"
        ]
        validator(schema["schema"]).validate(given)
    assert (
        sum("post" in calls for calls in document["paths"].values()) == len(MODELS) + 1
    )


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
    assert [status for status in responses if responses[status].get("x-assumed")] == [
        "413",
        "415",
        "422",
    ]


def test_every_answer_of_a_story_is_what_the_document_says(
    caller: Caller, document: Any
) -> None:
    submit = f"/v1/models/{EDIT}"
    told: list[tuple[str, str, Any]] = [
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
    request_id = told[0][2].json()["request_id"]
    for advance in (0, 1, 10):
        caller.clock.advance(advance)
        for call in ("status", "result"):
            path = f"/v1/requests/{request_id}/{call}"
            told.append((path, "get", caller.send("GET", path)))
    path = f"/v1/requests/{request_id}/cancel"
    told.append((path, "post", caller.send("POST", path)))
    other = Caller(caller.api, caller.clock, token="two")
    told.append((path, "post", other.send("POST", path)))
    told.append((path, "post", caller.send("POST", path.replace(request_id, "x"))))
    for path, method, answer in told:
        shared = path.replace(request_id, "{request_id}")
        answers(document, shared, method, answer.status).validate(answer.json())
    assert {answer.status for _, _, answer in told} == {200, 400, 403, 404, 415, 422}


def test_braces_of_an_id_are_no_parameters_of_the_path() -> None:
    model = a_model("odd/{x}/text-to-image", PROMPT)
    caller = Caller(Api({model.model_id: model}, Settings(base_url="http://localhost")))
    paths = caller.get("/openapi.json")["paths"]
    (path,) = [path for path in paths if "odd" in path]
    assert path == "/v1/models/odd/%7Bx%7D/text-to-image"
    assert caller.send("POST", path, {"prompt": "x"}).status == 200
