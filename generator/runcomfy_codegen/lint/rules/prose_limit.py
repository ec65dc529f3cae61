"""A description states a limit that no rule or bound does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain

from runcomfy_runtime.metrics_and_operators import UNIT_WORDS

from ...ir.diagnostic import Severity
from ...ir.model import Array, Choice, Field, Model, Numeric, Text, Type, types_in
from ..fields import fields_with_pointers
from ..message import NUMBER, possible_values, stated_numbers
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="prose-limit",
    severity=Severity.INFO,
    notices=(
        "A description states a limit, and no media rule and no bound has its "
        "numbers."
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


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every number with a unit in a description that nothing states formally."""
    for model in models:
        for field, pointer in fields_with_pointers(model):
            stated = {*_rule_numbers(field), *_bounds(field.type)}
            for text in _limits(field):
                if not all(stated & {*possible_values(told)} for told in _ends(text)):
                    message = f"{field.wire_name!r}: no rule or bound states {text!r}"
                    yield LintFinding(model.model_id, f"{pointer}/description", message)


_WORDS = (*chain(*UNIT_WORDS.values()), "character", "characters", "chars")
_UNITS = rf"(?:{'|'.join(_WORDS)})\b"
_TO = r"\s*(?:-|–|to|and|x|×)\s*"
_LIMIT = re.compile(
    rf"\b(?:{NUMBER}{_TO})?{NUMBER}\s*{_UNITS}" rf"|\brange:?\s*{NUMBER}{_TO}{NUMBER}",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"\b(?:up to|at most|at least|max(?:imum)?(?: of)?) {NUMBER} "
    r"(?:images?|videos?|files?|items?|references?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(NUMBER)


def _limits(field: Field) -> list[str]:
    """What a description calls a limit; how many there may be is one of lists alone."""
    found = _LIMIT.findall(field.description)
    if any(isinstance(each, Array) for each in types_in(field.type)):
        found += _COUNT.findall(field.description)
    return list(dict.fromkeys(found))


def _ends(text: str) -> list[str]:
    """The numbers of a limit; from 0 on is no limit."""
    return [told for told in _NUMBER.findall(text) if told != "0"]


def _rule_numbers(field: Field) -> set[Fraction]:
    limits = (rule.threshold for rule in field.rules)
    return {limit for limit in limits if limit is not None}


def _bounds(kind: Type) -> set[Fraction]:
    """Every number that a type states: bounds, lengths, choices."""
    found: set[Fraction] = set()
    for each in types_in(kind):
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
            case Array():
                counts = (each.min_items, each.max_items)
                found |= {Fraction(end) for end in counts if end is not None}
            case Choice(values=values):
                found |= {
                    number for value in values for number in stated_numbers(value.text)
                }
            case _:
                pass
    return found


RULE = LintRule(ABOUT, check)
