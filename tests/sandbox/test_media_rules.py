"""Media rules in the sandbox: decided on what an input holds itself, and nothing is fetched."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from runcomfy_codegen.sandbox import Api, Settings
from runcomfy_codegen.sandbox.http_messages import ApiResponse
from runcomfy_codegen.sandbox.sample_media import png
from runcomfy_runtime.rule import Rule

from .conftest import EDIT, IMAGES, INPUTS, PROMPT, Caller, a_model

SUBMIT = f"/v1/models/{EDIT}"
WITHIN = "The input image aspect ratio must be within [1/3, 3]."
RULES = tuple(
    Rule(
        pointer="/image_urls/*",
        metric="width/height",
        operator=operator,
        limit=limit,
        message=WITHIN,
    )
    for operator, limit in ((">=", "0.33"), ("<=", "3"))
)
MODEL = a_model(EDIT, replace(IMAGES, rules=RULES), PROMPT)


def data(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


def picture(width: int, height: int) -> str:
    return data(png(width, height, 0.5))


def submitted(*sources: Any) -> ApiResponse:
    caller = Caller(Api({EDIT: MODEL}, Settings(base_url="http://localhost")))
    document = {**INPUTS[EDIT], "image_urls": list(sources)}
    return caller.send("POST", SUBMIT, document)


def test_inline_media_that_break_a_rule_are_refused_in_its_published_words() -> None:
    answer = submitted(picture(300, 100), picture(301, 100))
    assert answer.status == 422
    assert answer.json()["detail"] == [
        {"pointer": "/image_urls/1", "code": "validations", "message": WITHIN}
    ]


def test_inline_media_that_keep_all_rules_are_taken() -> None:
    assert submitted(picture(300, 100), picture(33, 100)).status == 200


def test_a_page_where_a_picture_belongs_is_refused() -> None:
    answer = submitted(data(b"<html><body>403 Forbidden</body></html>"))
    assert answer.status == 422
    assert "HTML page" in answer.json()["detail"][0]["message"]


@pytest.mark.parametrize(
    "source",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://host.invalid/boat.png",
        "file:///etc/passwd",
        "data:image/x-tga;base64,AAAA",
        "data:image/png;base64,?",
    ],
)
def test_what_is_not_fetched_or_cannot_be_measured_is_taken(source: str) -> None:
    assert submitted(source).status == 200
