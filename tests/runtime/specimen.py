"""A generated module as the generator writes it, with every kind of field."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from runcomfy_runtime.constraint import OneOf, UniqueItems
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart
from runcomfy_runtime.rule import Rule

MODEL_ID = "vendor/specimen/edit"
RULES: tuple[Rule, ...] = (
    Rule(pointer="/image_urls/*", metric="file_size_mb", operator="<=", limit="15"),
)


class Output(ModelOutput):
    image: str | list[str] | None = None
    images: list[str] | str | None = None


class Lora(ModelPart):
    path: str
    scale: float | None = None
    wide: Annotated[int | None, Field(alias="w×h")] = None


class Input(ModelInput[Output]):
    MODEL_ID: ClassVar[str] = MODEL_ID
    OUTPUT: ClassVar[type[ModelOutput]] = Output
    RULES: ClassVar[tuple[Rule, ...]] = RULES
    image_urls: Annotated[list[str], Field(min_length=1, max_length=3)]
    prompt: Annotated[str, Field(max_length=20)]
    nothing: str | None
    width_height: Annotated[
        Literal["1024x1024(1:1)", "512x512(1:1)"] | None, Field(alias="width×height")
    ] = None
    wide: Annotated[str | None, Field(alias="breite")] = None
    count: Annotated[Literal[0, 1], OneOf(0, 1)] | None = None
    steps: Annotated[int | None, Field(ge=1, le=50, multiple_of=2)] = None
    strength: Annotated[float | None, Field(gt=0, lt=1)] = None
    seed: Annotated[str | None, Field(pattern="[0-9]", min_length=2)] = None
    tags: Annotated[list[Any] | None, UniqueItems()] = None
    either: str | list[str] | None = None
    lora: Lora | None = None
    loras: list[Lora] | None = None


def good(**more: Any) -> Input:
    given = {
        "image_urls": ["https://host/boat.jpg"],
        "prompt": "A boat",
        "nothing": None,
    }
    return Input(**{**given, **more})
