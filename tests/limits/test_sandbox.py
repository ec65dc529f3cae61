"""Stated limits in the sandbox: the client's verdicts, marked in the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limits import media_samples as sample
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.sandbox.api import Api
from runcomfy_codegen.sandbox.settings import settings_from_options
from runcomfy_runtime.limits.stated_limit import Limit
from sandbox.conftest import Caller
from support.built_models import model_of, properties


def limited(*limits: Limit) -> Model:
    model = model_of(
        properties(
            image={"type": "string", "format": "image_uri"},
            video={"type": "string", "format": "video_uri"},
            images={"type": "array", "items": {"type": "string"}},
        )
    )
    return replace(model, limits=limits)


ONE_OF = Limit(
    ("/image", "/video"),
    require={"anyOf": [{"required": ["image"]}, {"required": ["video"]}]},
    quote="an image or a video",
)
WIDTH = Limit(("/image",), ("width_pixels <= 100",), quote="at most 100 pixels wide")
FEW = Limit(("/images",), ("count <= 1",), quote="keep under 2", level="warn")


def submit(document: dict[str, Any], *limits: Limit, **options: Any) -> Any:
    model = limited(*limits)
    settings = settings_from_options("http://localhost", "secret", options)
    caller = Caller(Api({model.model_id: model}, settings))
    return caller.send("POST", f"/v1/models/{model.model_id}", document)


def test_a_broken_limit_is_refused_and_marked() -> None:
    answer = submit({"images": []}, ONE_OF)
    assert answer.status == 422
    assert answer.header("x-sandbox-profile") == "stated"
    [problem] = answer.json()["detail"]
    assert (problem["origin"], problem["quote"]) == ("limit", ONE_OF.quote)
    assert "descriptions state" in answer.json()["error_message"]


def test_a_schema_problem_is_not_marked_as_stated() -> None:
    answer = submit({"image": 3}, ONE_OF)
    assert answer.status == 422
    assert answer.header("x-sandbox-profile") == "assumed"


@pytest.mark.parametrize(
    ("image", "status"),
    [
        (sample.picture(100, 1), 200),
        (sample.picture(101, 1), 422),
        ("https://example.com/wide.png", 200),
    ],
)
def test_limits_on_files_are_checked_on_inline_media(image: str, status: int) -> None:
    assert submit({"image": image}, WIDTH).status == status


def test_a_limit_that_warns_is_a_header() -> None:
    answer = submit({"images": ["a", "b"]}, FEW)
    assert answer.status == 200
    assert "/images" in answer.header("x-sandbox-warning")
    assert (
        submit({"images": ["a", "b"]}, FEW, validation="off").header(
            "x-sandbox-warning"
        )
        is None
    )
    assert submit({"images": []}, ONE_OF, validation="warn").status == 200


def test_the_openapi_document_has_the_limits() -> None:
    model = limited(ONE_OF, WIDTH)
    settings = settings_from_options("http://localhost", "secret", {})
    document = Caller(Api({model.model_id: model}, settings)).get("/openapi.json")
    text = str(document)
    assert "'allOf'" in text
    assert "x-limits" in text
