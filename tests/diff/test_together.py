"""Changes that do nothing alone, and something together: they are one change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runcomfy_codegen.diff.finding import DiffFinding, DiffVerdict
from support.built_models import compared, model_of, properties


def found(before: dict[str, Any], after: dict[str, Any]) -> tuple[DiffFinding, ...]:
    return compared(
        [model_of(properties(field=before))], [model_of(properties(field=after))]
    )


def received(before: dict[str, Any], after: dict[str, Any]) -> tuple[DiffFinding, ...]:
    """The same with the field in an output, as it stands."""
    old, new = (model_of(properties(field=each)) for each in (before, after))
    return compared([replace(old, output=old.input)], [replace(old, output=new.input)])


def test_a_step_and_a_bound_that_only_together_let_a_number_pass() -> None:
    zero = {"type": "integer", "minimum": 0, "maximum": 5, "multipleOf": 10}
    seven = {"type": "integer", "minimum": 0, "maximum": 7, "multipleOf": 7}
    (each,) = found(zero, seven)
    assert each.verdict is DiffVerdict.COMPATIBLE
    (each,) = received(zero, seven)
    assert each.verdict is DiffVerdict.BREAKING
    assert each.witness is not None
    assert each.witness.value == 7


def image(*told: tuple[str, object]) -> dict[str, Any]:
    rules = [
        {"validation_rule": rule, "validation_value": value, "validation_error": ""}
        for rule, value in told
    ]
    return {"type": "string", "format": "image_uri", "validations": rules}


def test_limits_that_only_together_let_a_file_pass() -> None:
    four = image(("width_pixels<=", 4), ("width*height<=", 16), ("height_pixels==", 4))
    eight = image(("width_pixels<=", 8), ("width*height<=", 32), ("height_pixels==", 4))
    (each,) = found(four, eight)
    assert (each.rule, each.verdict) == ("media-limit-widened", DiffVerdict.COMPATIBLE)
    (each,) = received(four, eight)
    assert each.verdict is DiffVerdict.RISKY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            image(("width_pixels<=", 4), ("height_pixels>=", 4)),
            image(("width/height<=", 1), ("width_pixels*height_pixels>=", 1)),
        ),
        (
            image(("width_pixels==", 4), ("height_pixels==", 4)),
            image(("width_pixels<=", 9), ("height_pixels<=", 9)),
        ),
    ],
)
def test_wider_limits_are_never_silent(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert found(before, after)
    assert not any(
        each.verdict is DiffVerdict.BREAKING for each in found(before, after)
    )


PART = {
    "type": "object",
    "properties": {"url": {"type": "string"}, "scale": {"type": "number"}},
}


@pytest.mark.parametrize(
    "holder",
    [
        PART,
        {"type": "array", "items": PART},
        {"anyOf": [PART, {"type": "null"}]},
        {"anyOf": [PART, {"type": "string"}]},
        {"type": "object", "additionalProperties": PART},
        {"type": "object", "properties": {"inner": PART}},
    ],
    ids=["object", "list", "nullable", "union", "map", "nested"],
)
@pytest.mark.parametrize("output", [False, True], ids=["input", "output"])
def test_a_renamed_field_that_holds_an_object_is_one_change(
    holder: dict[str, Any], output: bool
) -> None:
    old, new = (
        model_of(properties(**{name: holder, "other": {"type": "string"}}))
        for name in ("image_part", "image_parts")
    )
    if output:
        old, new = (replace(old, output=each.input) for each in (old, new))
    rules = {each.rule for each in compared([old], [new])}
    assert "field-renamed" in rules
    assert rules.isdisjoint({"field-removed", "field-added"})
