"""A range that the description of a number states, next to other bounds."""

from __future__ import annotations

from typing import Any

import pytest

from lint.test_default_rules import found

CODE = "range-against-description"
BOUNDED: dict[str, Any] = {"type": "integer", "minimum": 4, "maximum": 15}


@pytest.mark.parametrize(
    ("field", "description", "quote"),
    [
        (BOUNDED, "Duration between 5 and 30 seconds.", "between 5 and 30"),
        (BOUNDED, "Between 4 and 30.", "4 and 30"),
        (BOUNDED, "Range: 1-15", "1-15"),
        (BOUNDED, "取值范围 5~30", "5~30"),
        ({"type": ["number", "null"], "minimum": 0, "exclusiveMaximum": 1}, "From 0 to 2.", "0 to 2"),
        ({"type": "integer", "enum": [4, 5, 6]}, "Between 4 and 8.", "4 and 8"),
    ],
)  # fmt: skip
def test_another_range_is_reported_once(
    field: dict[str, Any], description: str, quote: str
) -> None:
    answer = {**field, "description": description}
    (message,) = found(answer, CODE)
    assert quote in message
    assert found(answer, "prose-limit") == []


@pytest.mark.parametrize(
    ("field", "description"),
    [
        (BOUNDED, "Between 4 and 15 seconds."),
        (BOUNDED, "Duration in seconds."),
        (BOUNDED, "Recommended between 5 and 10."),
        (BOUNDED, "Values between 5 and 10 give the best results."),
        (BOUNDED, "For the turbo model between 5 and 10."),
        (BOUNDED, "Between 4 and 15, or between 5 and 10 with audio."),
        (BOUNDED, "Used together with videos of 5 to 30 seconds."),
        ({**BOUNDED, "minimum": 4000, "maximum": 15000}, "Between 4 and 15 seconds."),
        ({"type": "integer", "minimum": 4}, "Between 5 and 30."),
        ({"type": "string"}, "Between 5 and 30."),
    ],
)
def test_the_same_range_advice_and_conditions_are_fine(
    field: dict[str, Any], description: str
) -> None:
    assert found({**field, "description": description}, CODE) == []
