"""Null is sent on purpose and only where it is published; equal inputs are equal payloads."""

from __future__ import annotations

import copy
import pickle
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field

from runcomfy_runtime.constraint import AcceptsNull
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart


class Part(ModelPart, extra="allow"):
    style: Annotated[str | None, AcceptsNull()] = None
    size: int | None = None


class Input(ModelInput[ModelOutput], frozen=True):
    MODEL_ID: ClassVar[str] = "vendor/null"
    style: Annotated[str | None, Field(alias="the style"), AcceptsNull()] = None
    size: float | None = None
    part: Part | None = None
    parts: list[Part] | None = None
    map: dict[str, Part | None] | None = None
    anything: Annotated[Any | None, AcceptsNull()] = None


@pytest.mark.parametrize(
    ("fields", "payload"),
    [
        ({}, {}),
        ({"style": None}, {"the style": None}),
        ({"the style": None}, {"the style": None}),
        ({"size": None}, {}),
        ({"anything": None}, {"anything": None}),
        ({"part": {"style": None}}, {"part": {"style": None}}),
        ({"part": {"size": None}}, {"part": {}}),
        ({"part": Part(style=None, size=None)}, {"part": {"style": None}}),
        ({"part": {"extra": None}}, {"part": {"extra": None}}),
        ({"parts": [{"style": None}, {}]}, {"parts": [{"style": None}, {}]}),
        ({"map": {"a": None}}, {"map": {"a": None}}),
    ],
)
def test_a_given_null_is_sent_where_null_is_published(
    fields: dict[str, Any], payload: dict[str, Any]
) -> None:
    made = Input(**fields)
    assert made.payload() == payload
    for again in (
        Input.model_validate(fields),
        pickle.loads(pickle.dumps(made)),
        copy.copy(made),
        copy.deepcopy(made),
        made.model_copy(),
        Input(**made.payload()),
    ):
        assert again.payload() == payload
        assert again == made
        assert hash(again) == hash(made)
        assert repr(again) == repr(made)


def test_model_copy_can_add_a_null() -> None:
    assert Input().model_copy(update={"style": None}).payload() == {"the style": None}
    assert Input(style="a").model_copy(update={"style": None}) == Input(style=None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"size": None}),
        ({"size": 1}, {"size": 1.0}),
        ({"the style": "a"}, {"style": "a"}),
        ({"part": {}}, {"part": Part(size=None)}),
        ({"anything": {"a": 1, "b": [1]}}, {"anything": {"b": [1.0], "a": 1}}),
    ],
)
def test_inputs_with_one_payload_are_equal(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert Input(**one) == Input(**other)
    assert len({Input(**one), Input(**other)}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"style": None}),
        ({"part": {}}, {"part": {"style": None}}),
        ({"part": {}}, {}),
        ({"anything": 1}, {"anything": True}),
        ({"anything": [0]}, {"anything": [False]}),
        ({"anything": "1"}, {"anything": 1}),
    ],
)
def test_inputs_with_different_payloads_are_different(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert Input(**one) != Input(**other)
    assert len({Input(**one), Input(**other)}) == 2


def test_an_extension_counts_and_another_model_never_equals() -> None:
    class Other(Input, frozen=True):
        MODEL_ID: ClassVar[str] = "vendor/other"

    assert Input().extended(new=1) == Input().extended(new=1.0)
    assert Input().extended(new=1) != Input()
    assert Input() != Other()
    assert Input() != {}
    assert Part(size=1) == Part(size=1)
    assert Part(style=None) != Part()


def test_the_repr_shows_what_is_sent() -> None:
    assert repr(Input(style=None, size=None)) == "vendor/null:Input(style=null)"


def test_a_dump_makes_nulls_of_what_was_not_set() -> None:
    """The documentation warns of this; `payload` is what to keep."""
    made = Input(size=1)
    assert Input.model_validate(made.model_dump()) != made
    assert Input.model_validate(made.payload()) == made
