"""The reader on text that nobody wrote: it ends soon, and every draft is well-formed."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from runcomfy_codegen.ir.model import Array, Field, MediaKind, Numeric, Object, Text
from runcomfy_codegen.limits.published_words import contains_quote
from runcomfy_codegen.limits.require_subset import malformed_parts
from runcomfy_codegen.prose.lexicon import PHRASES
from runcomfy_codegen.prose.reader import draft_limits, read_field
from runcomfy_codegen.prose.references import FieldIndex
from runcomfy_codegen.prose.subject import subjects
from runcomfy_runtime.limits.rule_grammar import parse_rule
from support.built_models import model_of

WORDS = [" ".join(phrase).replace("*", "") for phrase in sorted(PHRASES)]
NUMBERS = [
    "10",
    "2.5",
    "1:2.5",
    "1024x1024",
    "0",
    "-1",
    "4K",
    "1,000",
    "0,4",
    "3-15",
    "[1,",
    "5]",
    "1/3",
    "2^31",
    "1:30",
    "5%",
]
SIGNS = [
    ",",
    ".",
    ";",
    "(",
    ")",
    "\n",
    "video_url",
    "image_urls",
    "xyz",
    "\u0301",
    "e\u0301",
]


def some_text(source: random.Random) -> str:
    words = [
        source.choice(source.choice([WORDS, WORDS, WORDS, NUMBERS, NUMBERS, SIGNS]))
        for _ in range(source.randint(1, 25))
    ]
    return source.choice([" ", ""]).join(words)


def some_fields(text: str, source: random.Random) -> tuple[Field, ...]:
    fields = [
        Field(wire_name="image_urls", type=Array(items=Text()), required=False),
        Field(wire_name="video_url", type=Text(), required=False),
        Field(wire_name="prompt", type=Text(), required=False),
        Field(wire_name="seed", type=Numeric(integral=True), required=False),
    ]
    media = [MediaKind.IMAGE, MediaKind.VIDEO, None, None]
    own = source.randrange(4)
    return tuple(
        Field(
            wire_name=field.wire_name,
            type=field.type,
            required=False,
            media=kind,
            description=text if index == own else "",
        )
        for index, (field, kind) in enumerate(zip(fields, media, strict=True))
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_draft_is_well_formed_and_quotes_the_text(seed: int) -> None:
    source = random.Random(seed)
    made = 0
    for _ in range(500):
        text = some_text(source)
        model = subjects(Object(fields=some_fields(text, source)))
        for subject in model:
            for draft in read_field(subject, FieldIndex(model)).drafts:
                made += 1
                assert contains_quote(text, draft.quote), (text, draft)
                for rule in draft.rules:
                    parse_rule(rule)
                names = frozenset(pointer[1:] for pointer in draft.fields)
                if draft.require is not None:
                    assert not list(malformed_parts(dict(draft.require), names))
    assert made > 10


IMAGE = {"type": "string", "format": "image_uri"}


def seconds_for(properties: dict[str, Any]) -> float:
    model = model_of({"type": "object", "properties": properties}, "acme/model")
    start = time.process_time()
    draft_limits(model)
    return time.process_time() - start


@pytest.mark.parametrize(
    "part",
    [
        "1,",
        "max 5 MB and ",
        "up to 5 ",
        "(",
        "JPEG, ",
        "at least one of ",
        "x-",
        "1:2/",
    ],
)
def test_a_long_description_is_read_in_a_short_time(part: str) -> None:
    text = part * (4900 // len(part))
    assert seconds_for({"image": {**IMAGE, "description": text}}) < 3


def test_a_description_that_is_too_long_is_left_to_a_person() -> None:
    schema = {**IMAGE, "description": "Max 5 MB. " * 600}
    model = model_of({"type": "object", "properties": {"image": schema}}, "acme/model")
    reading = draft_limits(model)
    assert reading.drafts == ()
    assert "is not read" in reading.unread[0].reason


def test_many_fields_that_name_each_other_are_read_in_a_short_time() -> None:
    count = 300
    properties = {
        f"red {index} image": {
            **IMAGE,
            "description": f"Cannot be combined with the red {(index * 7) % count} image. "
            f"Only with red {index + 1} image.",
        }
        for index in range(count)
    }
    assert seconds_for(properties) < 3
