"""Models made by hand, and two ways to the same API: over a socket and without one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

import httpx
import pytest

from runcomfy_codegen.ir.model import (
    Anything,
    Array,
    Choice,
    Field,
    MediaKind,
    Model,
    Numeric,
    Object,
    Text,
    Type,
    Value,
)
from runcomfy_codegen.sandbox import Sandbox, VirtualClock
from runcomfy_codegen.sandbox.api import Api
from runcomfy_codegen.sandbox.http_messages import ApiRequest, ApiResponse
from runcomfy_codegen.sandbox.settings import SandboxOptions, settings_from_options

SECRET = "the-secret"
EDIT = "bytedance/dreamina-4-0/edit"
IMAGE_TO_VIDEO = "bytedance/dreamina-3-0/pro/image-to-video"
SEEDANCE = "bytedance/seedance-v1.5-pro/image-to-video"
MUSIC = "acestep-ai/ace-step/text-to-audio"
ODD = "kling/kling-video o3/4K.5/text-to-image"

URL = Text(format="uri")
OUTPUT = Object(
    fields=(
        Field(wire_name="image", type=URL, required=False),
        Field(wire_name="video", type=URL, required=False),
        Field(wire_name="images", type=Array(items=URL), required=False),
        Field(wire_name="videos", type=Array(items=URL), required=False),
    ),
    extra=Anything(),
)


def a_field(
    name: str, kind: Type, *, required: bool = False, default: Any = None
) -> Field:
    return Field(
        wire_name=name,
        type=kind,
        required=required,
        default=None if default is None else Value.of(default),
        media=MediaKind.IMAGE if "image_url" in name else None,
    )


def a_model(model_id: str, *fields: Field, output: Object = OUTPUT) -> Model:
    return Model(
        model_id=model_id,
        title=model_id.rpartition("/")[2].title(),
        description="Made by hand.",
        locale="en",
        input=Object(fields=fields),
        output=output,
        schema_sha256="0" * 64,
        documents=(),
    )


PROMPT = a_field("prompt", Text(max_length=800), required=True)
IMAGES = a_field(
    "image_urls", Array(items=Text(), min_items=1, max_items=10), required=True
)
SIZES = Choice((Value.of("1024x1024(1:1)"), Value.of("2560x1440(16:9)")))

MODELS: Mapping[str, Model] = {
    model.model_id: model
    for model in (
        a_model(
            EDIT,
            IMAGES,
            PROMPT,
            a_field("width×height", SIZES, default="1024x1024(1:1)"),
        ),
        a_model(
            IMAGE_TO_VIDEO,
            PROMPT,
            IMAGES,
            a_field("resolution", Text(), default="720p"),
        ),
        a_model(
            SEEDANCE,
            a_field("prompt", Text(), required=True),
            a_field("first_frame_image_url", Text(), required=True),
            a_field(
                "duration", Numeric(integral=True, minimum=2, maximum=12), default=5
            ),
        ),
        a_model(MUSIC, a_field("tags", Text(), required=True)),
        a_model(ODD, PROMPT, a_field("num_images", Numeric(integral=True), default=1)),
    )
}

INPUTS: Mapping[str, dict[str, Any]] = {
    EDIT: {
        "image_urls": ["https://example.com/boat.jpg"],
        "prompt": "A girl on a boat",
    },
    IMAGE_TO_VIDEO: {
        "prompt": "A street",
        "image_urls": ["https://example.com/street.jpg"],
    },
    SEEDANCE: {
        "prompt": "A breeze",
        "first_frame_image_url": "https://example.com/girl.png",
    },
    MUSIC: {"tags": "piano, rain"},
    ODD: {"prompt": "A cat"},
}


@dataclass
class Caller:
    """Calls the API without a socket, at a time that stands still until it is moved."""

    api: Api
    clock: VirtualClock = field(default_factory=VirtualClock)
    token: str = "one"

    def send(
        self,
        method: str,
        path: str,
        value: Any = None,
        *,
        body: bytes = b"",
        **headers: str,
    ) -> ApiResponse:
        path, _, query = path.removeprefix(self.api.settings.base_url).partition("?")
        sent = {
            "host": "localhost",
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            **({"x-sandbox-secret": SECRET} if path.startswith("/sandbox/") else {}),
        } | {name.replace("_", "-"): text for name, text in headers.items()}
        return self.api.handle(
            ApiRequest(
                method=method,
                path=path,
                query=query,
                headers=tuple(sent.items()),
                body=body if value is None else json.dumps(value).encode(),
            ),
            self.clock.now(),
        )

    def get(self, path: str) -> Any:
        return self.send("GET", path).json()

    def submit(self, model_id: str = EDIT, **changed: Any) -> dict[str, Any]:
        answer = self.send("POST", f"/v1/models/{model_id}", INPUTS[model_id] | changed)
        assert answer.status == 200, answer.body
        return dict(answer.json())

    def finish(self, model_id: str = EDIT, **changed: Any) -> Any:
        """Submit, wait long enough, and read the result."""
        accepted = self.submit(model_id, **changed)
        self.clock.advance(10)
        return self.get(accepted["result_url"] + "?include_cost=true")


def caller_with(**options: Unpack[SandboxOptions]) -> Caller:
    return Caller(
        Api(MODELS, settings_from_options("http://localhost:8000", SECRET, options))
    )


@pytest.fixture
def caller() -> Caller:
    return caller_with()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(MODELS, speed=50) as running:
        yield running


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False) as client:
        yield client
