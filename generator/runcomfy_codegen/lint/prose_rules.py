"""Numbers in prose, and the rule about limits that only a description states.

Published texts are translated, write decimal commas (``0,4``), ratios (``1:16``, ``1/3``)
and sizes (``4096x4096``). Numbers in them are compared with rules; they never decide anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

from runcomfy_runtime.metrics_and_operators import UNIT_WORDS

from ..ir.diagnostic import Severity
from ..ir.model import Array, Choice, Field, Numeric, Text, Type, types_in
from .rule import each_field, lint_rule

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
"""A number in prose, with separators of thousands or a decimal comma."""

_RATIO = re.compile(rf"({NUMBER})\s*[:/]\s*({NUMBER})")
_PLAIN = re.compile(NUMBER)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")

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


@lint_rule(
    "prose-limit",
    Severity.INFO,
    summary="A description states a limit that no media rule and no bound states.",
    why="The client cannot check the limit before a job is paid for.",
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "description": '
        '"Up to 30MB."}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "description": '
        '"Up to 30MB.", "validations": [{"validation_rule": "file_size_mb<=", '
        '"validation_value": 30, "validation_error": ""}]}}'
    ),
    advice="Check the limit yourself, and tell the publisher that a rule is missing.",
)
@each_field
def prose_limit(field: Field, pointer: str) -> Iterator[tuple[str, str]]:
    """A number with a unit in a description that no rule and no bound states."""
    stated = {*_rule_numbers(field), *_bounds(field.type)}
    for text in _limits(field):
        if not all(stated & {*possible_values(number)} for number in _ends(text)):
            message = f"{field.wire_name!r}: no rule or bound states {text!r}"
            yield f"{pointer}/description", message


def stated_numbers(text: str) -> set[Fraction]:
    """Every number in a text; for a ratio its quotient, its inverse and its terms."""
    numbers = {
        value for number in _PLAIN.findall(text) for value in possible_values(number)
    }
    for one, other in _RATIO.findall(text):
        upper, lower = possible_values(one)[0], possible_values(other)[0]
        if upper and lower:
            numbers |= {upper / lower, lower / upper}
    return numbers


def possible_values(number: str) -> list[Fraction]:
    """What a number in prose can mean: ``4,096`` is 4096, or 4.096 with a decimal comma."""
    if _THOUSANDS.fullmatch(number):
        decimal = number.count(",") == 1 and "." not in number
        texts = [number.replace(",", "")] + [number.replace(",", ".")] * decimal
        return [Fraction(text) for text in texts]
    return [Fraction(number.replace(",", "."))]


def _limits(field: Field) -> list[str]:
    """The limits in a description. A number of items is a limit of lists only."""
    limits = _LIMIT.findall(field.description)
    if any(isinstance(inner, Array) for inner in types_in(field.type)):
        limits += _COUNT.findall(field.description)
    return list(dict.fromkeys(limits))


def _ends(text: str) -> list[str]:
    """The numbers of a limit; a lower end of 0 does not count."""
    return [number for number in _NUMBER.findall(text) if number != "0"]


def _rule_numbers(field: Field) -> set[Fraction]:
    limits = (rule.threshold for rule in field.rules)
    return {limit for limit in limits if limit is not None}


def _bounds(kind: Type) -> set[Fraction]:
    """Every number that a type states: bounds, lengths, choices."""
    numbers: set[Fraction] = set()
    for inner in types_in(kind):
        match inner:
            case Numeric():
                ends = (
                    inner.minimum,
                    inner.maximum,
                    inner.exclusive_minimum,
                    inner.exclusive_maximum,
                )
                numbers |= {Fraction(end) for end in ends if end is not None}
            case Text():
                lengths = (inner.min_length, inner.max_length)
                numbers |= {Fraction(end) for end in lengths if end is not None}
            case Array():
                counts = (inner.min_items, inner.max_items)
                numbers |= {Fraction(end) for end in counts if end is not None}
            case Choice(values=values):
                numbers |= {
                    number for value in values for number in stated_numbers(value.text)
                }
            case _:
                pass
    return numbers


RULES = (prose_limit,)
