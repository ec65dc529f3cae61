"""Schemas that could cost minutes, or for ever, are decided or left open at once."""

from __future__ import annotations

from typing import Any

import pytest

from runcomfy_codegen.ir.model import Choice, Text
from runcomfy_codegen.subtype import No, Yes
from runcomfy_codegen.subtype.is_subschema import is_subschema
from support.built_models import model_of, properties


def test_lists_of_choices_are_read_in_linear_time() -> None:
    """Two thousand choices, each of which would meet each: it would take minutes."""
    choices = [*range(1_000), *(float(index) for index in range(1_000)), True]
    kind = model_of(properties(field={"enum": choices})).input.fields[0].type
    assert isinstance(kind, Choice)
    assert len(kind.values) == 1_001


def test_alternatives_of_alternatives_are_decided() -> None:
    """Asked about anew each time, this would take a million questions."""

    def nest(depth: int, longest: int) -> dict[str, Any]:
        if depth == 0:
            return {"type": "string", "maxLength": longest}
        lists = [
            {"type": "array", "items": nest(depth - 1, longest), "maxItems": most}
            for most in (3, 4, 5)
        ]
        return {"anyOf": lists}

    old, new = (
        model_of(properties(field=nest(5, longest))).input.fields[0].type
        for longest in (5, 6)
    )
    assert isinstance(is_subschema(old, new), Yes)
    assert isinstance(is_subschema(new, old), No)


@pytest.mark.parametrize(
    "pattern", ["^([a-zA-Z0-9]+)*@x$", "^(((a*)*)*)*b$", "a?" * 40 + "b"]
)
def test_a_pattern_that_could_run_for_ever_is_decided(pattern: str) -> None:
    short, long = (Text(pattern=pattern, max_length=most) for most in (30, 40))
    answer = is_subschema(long, short)
    assert isinstance(answer, No)
    assert 30 < len(answer.witness) <= 40
    assert isinstance(is_subschema(short, long), Yes)
