"""The reader on the descriptions of the stored models, against the limits that ship."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen import api
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.prose.draft import Reading
from runcomfy_codegen.prose.reader import draft_limits
from support.limit_facts import canonical

ROOT = Path(__file__).parents[2]
Stated = tuple[frozenset[str], str, str]


@cache
def readings() -> dict[str, tuple[Model, Reading]]:
    models = api.load(schemas=ROOT / "schemas", limits=ROOT / "limits").models
    return {model.model_id: (model, draft_limits(model)) for model in models}


def stated(
    fields: tuple[str, ...],
    rules: tuple[str, ...],
    require: Mapping[str, Any] | None,
    level: str,
) -> Iterator[Stated]:
    """A limit as one fact for each of its rules, so that two readings can be compared."""
    texts = rules or (json.dumps(canonical(require)),)
    for text in texts:
        yield frozenset(fields), text, level


def shipped(model: Model) -> set[Stated]:
    return {
        fact
        for limit in model.limits
        for fact in stated(limit.fields, limit.rules, limit.require, limit.level)
    }


def drafted(reading: Reading) -> set[Stated]:
    return {
        fact
        for draft in reading.drafts
        for fact in stated(draft.fields, draft.rules, draft.require, draft.level)
    }


def test_the_drafts_are_the_shipped_limits_with_their_values() -> None:
    right = made = wanted = 0
    for model, reading in readings().values():
        found, expected = drafted(reading), shipped(model)
        right += len(found & expected)
        made += len(found)
        wanted += len(expected)
    assert wanted > 130, "the shipped limits were read"
    assert right / wanted >= 0.97, f"found {right} of {wanted}"
    assert right / made >= 0.97, f"right {right} of {made}"


def test_every_draft_quotes_its_description() -> None:
    for model, reading in readings().values():
        texts = [
            " ".join(field.description.split())
            for field in model.input.fields
            if field.description
        ]
        for draft in reading.drafts:
            assert any(draft.quote in text for text in texts), draft


ADVICE = [
    ("alibaba/happyhorse-1.1/image-to-video", "/prompt"),
    ("bytedance/seedance-2.0-mini/video-to-video", "/video"),
    ("bytedance/seedance-2.0/pro", "/prompt"),
    ("bytedance/seedance-v1.5-pro/image-to-video", "/prompt"),
    ("wan-ai/wan-2.7/edit-video", "/duration"),
]


@pytest.mark.parametrize(("model_id", "pointer"), ADVICE)
def test_advice_is_never_drafted(model_id: str, pointer: str) -> None:
    _, reading = readings()[model_id]
    assert [draft for draft in reading.drafts if pointer in draft.fields] == []


def test_advice_next_to_a_limit_is_never_drafted() -> None:
    _, reading = readings()["bytedance/dreamina-4-0/edit"]
    assert [draft.rules for draft in reading.drafts] == [("format in [jpeg, png]",)]
    _, reading = readings()["happyhorse/happyhorse-1.0/reference-to-video"]
    assert not any("720" in draft.quote for draft in reading.drafts)


def test_formats_include_is_a_warning() -> None:
    _, reading = readings()["google/gemini-omni-flash/image-to-video"]
    assert [draft.level for draft in reading.drafts] == ["warn"]


def test_what_the_schema_states_is_not_drafted() -> None:
    _, reading = readings()["openai/gpt-image-2.5/flare/edit"]
    assert reading.drafts == ()


def test_words_about_a_field_that_is_not_there_are_left_to_a_person() -> None:
    _, reading = readings()["kling/kling-video-o3/4K/reference-to-video"]
    left = {unread.quote for unread in reading.unread}
    assert "up to 4 when a reference video is also used" in left
    assert "Only available when no reference video is provided" in left
