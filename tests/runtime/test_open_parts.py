"""Objects inside an input: undeclared members, members without a field, and their names."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import pytest
from pydantic import Field

from runcomfy_runtime.constraint import Requires
from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart


class Closed(ModelPart):
    prompt_text: Annotated[str | None, Field(alias="promptText")] = None


class Weights(ModelPart, extra="allow"):
    if not TYPE_CHECKING:
        __pydantic_extra__: dict[str, Annotated[float, Field(multiple_of=0.1)]]

    prompt_text: Annotated[str | None, Field(alias="promptText")] = None


class Input(ModelInput[ModelOutput], frozen=True):
    MODEL_ID: ClassVar[str] = "vendor/parts"
    closed: Closed | None = None
    weights: Weights | None = None
    listed: list[Weights] | None = None
    needs: Annotated[Weights, Requires("a", "b")] | None = None
    map: Annotated[dict[str, Any], Requires("a")] | None = None


def refused(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputRejected) as caught:
        Input(**fields)
    return [(problem.pointer, problem.code) for problem in caught.value.report]


def test_undeclared_members_have_the_published_type() -> None:
    made = Input(weights={"a": 0.3, "b": 2**60})
    assert made.payload() == {"weights": {"a": 0.3, "b": 2**60}}
    assert refused(weights={"a": 0.35}) == [("/weights/a", "multipleOf")]
    assert refused(listed=[{"a": "x"}]) == [("/listed/0/a", "type")]
    assert pickle.loads(pickle.dumps(made)) == made
    assert made.model_copy() == made


def test_an_open_object_keeps_a_member_with_the_python_name_of_a_field() -> None:
    for sent in ({"prompt_text": 1}, {"prompt_text": 1, "promptText": "a"}):
        assert Input(weights=sent).payload() == {"weights": sent}
        assert Input.model_validate({"listed": [sent]}).payload() == {"listed": [sent]}
        assert Weights.model_validate(sent).model_extra == {"prompt_text": 1}


def test_a_document_is_read_by_wire_names_and_a_constructor_by_both() -> None:
    assert refused(closed={"prompt_text": "a"}) == [
        ("/closed/prompt_text", "additionalProperties")
    ]
    sent = {"closed": {"promptText": "a"}}
    assert Input(closed={"promptText": "a"}).payload() == sent
    assert Input(closed=Closed(prompt_text="a")).payload() == sent
    assert Input(closed=Closed.model_validate({"promptText": "a"})).payload() == sent
    assert Input(closed=Closed(prompt_text="a").model_copy()).payload() == sent
    assert refused(closed=Closed.model_construct(prompt_text=5)) == [
        ("/closed/promptText", "type")
    ]


def test_another_class_is_no_document() -> None:
    assert refused(closed=Weights(prompt_text="a")) == [("/closed", "type")]


def test_a_required_member_without_a_field_is_asked_for() -> None:
    assert Input(needs={"a": 1, "b": 2}).payload() == {"needs": {"a": 1, "b": 2}}
    assert Input(map={"a": None}).payload() == {"map": {"a": None}}
    assert refused(needs={"b": 1}) == [("/needs/a", "required")]
    assert refused(needs=Weights(prompt_text="x")) == [
        ("/needs/a", "required"),
        ("/needs/b", "required"),
    ]
    assert refused(map={}) == [("/map/a", "required")]
