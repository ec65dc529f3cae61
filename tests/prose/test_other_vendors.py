"""The reader on sentences of other vendors, which its tables were not made from."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.ir.model import (
    Array,
    Choice,
    Field,
    MediaKind,
    Numeric,
    Object,
    Text,
    Type,
    Value,
)
from runcomfy_codegen.prose.draft import Draft, Reading
from runcomfy_codegen.prose.reader import read_field
from runcomfy_codegen.prose.references import FieldIndex
from runcomfy_codegen.prose.subject import subjects
from support.limit_facts import canonical

CASES = tomllib.loads(
    Path(__file__).with_name("other_vendors.toml").read_text("utf-8")
)["case"]
TEXT, LIST = Text(), Array(items=Text())
IMAGE, VIDEO, AUDIO = MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO


def _choice(*values: str) -> Choice:
    return Choice(tuple(Value.of(value) for value in values))


FIELDS: dict[str, tuple[str, Type, MediaKind | None]] = {
    "image": ("image_url", TEXT, IMAGE),
    "images": ("image_urls", LIST, IMAGE),
    "video": ("video_url", TEXT, VIDEO),
    "videos": ("video_urls", LIST, VIDEO),
    "audio": ("audio_url", TEXT, AUDIO),
    "audios": ("audio_urls", LIST, AUDIO),
    "mask": ("mask_url", TEXT, IMAGE),
    "tail": ("tail_image_url", TEXT, IMAGE),
    "prompt": ("prompt", TEXT, None),
    "tags": ("tags", LIST, None),
    "seed": ("seed", Numeric(integral=True), None),
    "strength": ("strength", Numeric(integral=False), None),
    "duration": ("duration", Numeric(integral=True), None),
    "mode": ("mode", _choice("std", "pro"), None),
    "resolution": ("resolution", _choice("480p", "720p", "1080p"), None),
}


def _field(key: str, description: str = "") -> Field:
    name, kind, media = FIELDS[key]
    return Field(
        wire_name=name, type=kind, required=False, media=media, description=description
    )


def read(case: dict[str, Any]) -> Reading:
    fields = [_field(case["field"], case["text"])]
    fields += [_field(key) for key in case.get("with", [])]
    model = subjects(Object(fields=tuple(fields)))
    return read_field(model[0], FieldIndex(model))


def wanted(case: dict[str, Any]) -> set[tuple[str, str]]:
    found = {
        (rule, level)
        for level in ("error", "warn")
        for rule in case.get("rules" if level == "error" else "warn", [])
    }
    texts = [
        *case.get("requires", []),
        *([case["require"]] if "require" in case else []),
    ]
    return found | {
        (json.dumps(canonical(json.loads(text))), "error") for text in texts
    }


def optional(case: dict[str, Any]) -> set[tuple[str, str]]:
    texts = case.get("optional", [])
    return {
        (json.dumps(canonical(json.loads(text))) if text[0] == "{" else text, "error")
        for text in texts
    }


def drafted(drafts: tuple[Draft, ...]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for draft in drafts:
        texts = draft.rules or (json.dumps(canonical(draft.require)),)
        found |= {(text, draft.level) for text in texts}
    return found


def test_most_drafts_of_other_vendors_words_are_right() -> None:
    right = made = stated = 0
    for case in CASES:
        found, expected = drafted(read(case).drafts) - optional(case), wanted(case)
        right += len(found & expected)
        made += len(found)
        stated += len(expected)
    assert right / made >= 0.95, f"precision {right}/{made}"
    assert right / stated >= 0.95, f"recall {right}/{stated}"


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if not wanted(case) | optional(case)],
    ids=lambda case: case["text"],
)
def test_advice_and_other_numbers_make_no_draft(case: dict[str, Any]) -> None:
    assert read(case).drafts == ()
