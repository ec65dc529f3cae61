"""A description states a limit that no rule or bound does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from ...ir.diagnostic import Severity
from ...ir.model import Choice, Field, Model, Numeric, Text, Type, within
from ..fields import placed
from ..message import numbers
from ..rule import About, Note, Rule

ABOUT = About(
    code="prose-limit",
    severity=Severity.INFO,
    notices=(
        "A description states a limit in a known unit, and neither a media rule nor"
        " a bound has that number."
    ),
    why="The limit is not checked before anything is paid.",
    wrong=(
        '{"image_url": {"type": "string", "format": "image_uri", "description": "Up'
        ' to 30MB."}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "description": "Up'
        ' to 30MB.", "validations": [{"validation_rule": "file_size_mb<=", '
        '"validation_value": 30, "validation_error": ""}]}}'
    ),
    instead=(
        "Check the limit yourself, and tell the publisher that a rule is missing."
    ),
)


def check(models: Sequence[Model]) -> Iterator[Note]:
    """Every number with a unit in a description that nothing states formally."""
    for model in models:
        for field, pointer in placed(model):
            stated = {*_rule_numbers(field), *_bounds(field.type)}
            for text in _limits(field.description):
                if not numbers(text) & stated:
                    message = f"{field.wire_name!r}: no rule or bound states {text!r}"
                    yield Note(model.model_id, f"{pointer}/description", message)


_LIMIT = re.compile(
    r"\b(?:\d+(?:\.\d+)?\s*(?:-|–|to)\s*)?\d+(?:\.\d+)?\s*"
    r"(?:MB|MP|megapixels?|pixels?|px|seconds?|fps|characters?)\b",
    re.IGNORECASE,
)


def _limits(description: str) -> list[str]:
    return list(dict.fromkeys(_LIMIT.findall(description)))


def _rule_numbers(field: Field) -> set[Fraction]:
    limits = (rule.threshold for rule in field.rules)
    return {limit for limit in limits if limit is not None}


def _bounds(kind: Type) -> set[Fraction]:
    """Every number that a type states: bounds, lengths, choices."""
    found: set[Fraction] = set()
    for each in within(kind):
        match each:
            case Numeric():
                ends = (
                    each.minimum,
                    each.maximum,
                    each.exclusive_minimum,
                    each.exclusive_maximum,
                )
                found |= {Fraction(end) for end in ends if end is not None}
            case Text():
                ends_ = (each.min_length, each.max_length)
                found |= {Fraction(end) for end in ends_ if end is not None}
            case Choice(values=values):
                found |= {number for value in values for number in numbers(value.text)}
            case _:
                pass
    return found


RULE = Rule(ABOUT, check)
