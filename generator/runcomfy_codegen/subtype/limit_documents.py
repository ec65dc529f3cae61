"""Can limits between fields be kept at all? Decided on documents of boundary values.

The values of each field are one of every kind between which the limits distinguish. If no
document of them keeps the limits, no document does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, product
from math import prod
from typing import Any, cast

from runcomfy_runtime.exact_numbers import json_identity
from runcomfy_runtime.limits.check_values import value_problems
from runcomfy_runtime.limits.compiled import compile_limits
from runcomfy_runtime.limits.rule_grammar import MeasureRule, parse_rule
from runcomfy_runtime.limits.stated_limit import Limit

from ..ir.model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    Model,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)

_MOST = 4_000
"""The most documents that are tried; beyond that nothing is said."""
_MOST_ITEMS = 100
_ABSENT = object()
_SCRIPTS = {
    "han": "一",
    "hiragana": "あ",
    "katakana": "ア",
    "hangul": "가",
    "latin": "a",
    "cyrillic": "а",
}
"""A character of each script."""


def documents_for(limits: Sequence[Limit], model: Model) -> list[dict[str, Any]] | None:
    """Documents for the fields of limits, with one value of every kind; None if too many."""
    names = {field[1:].split("/")[0] for limit in limits for field in limit.fields}
    if any("/" in field[1:] for limit in limits for field in limit.fields):
        return None
    fields = [field for field in model.input.fields if field.wire_name in names]
    points = _Points.of(limits)
    choices = [_choices(field, points) for field in fields]
    if prod(map(len, choices)) > _MOST:
        return None
    wire = [field.wire_name for field in fields]
    return [
        {
            name: value
            for name, value in zip(wire, row, strict=True)
            if value is not _ABSENT
        }
        for row in product(*choices)
    ]


def some_keeps(limits: Sequence[Limit], documents: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the documents keeps all limits."""
    compiled = compile_limits(tuple(limits))
    return any(not value_problems(compiled, document) for document in documents)


def all_keep(limit: Limit, documents: Iterable[Mapping[str, Any]]) -> bool:
    """Whether every document keeps a limit."""
    compiled = compile_limits((limit,))
    return all(not value_problems(compiled, document) for document in documents)


class _Points:
    """The constants, sizes and numbers at which the limits may change their answer."""

    def __init__(self) -> None:
        self.constants: list[Any] = []
        self.sizes = {1}
        self.numbers: set[Decimal] = set()
        self.scripts: dict[str, None] = {}

    @classmethod
    def of(cls, limits: Iterable[Limit]) -> _Points:
        """The constants, sizes and numbers that these limits name."""
        points = cls()
        for limit in limits:
            points._add(limit.require)
            for rule in limit.rules:
                parsed = parse_rule(rule)
                if isinstance(parsed, MeasureRule):
                    threshold = parsed.threshold
                    if parsed.measure.script:
                        points.scripts[_SCRIPTS[parsed.measure.script]] = None
                    points._add_bound(
                        Decimal(threshold.numerator) / threshold.denominator
                    )
        return points

    def _add(self, part: object) -> None:
        if isinstance(part, dict):
            for key, value in cast(dict[str, Any], part).items():
                if key == "const":
                    self.constants.append(value)
                elif key == "enum":
                    self.constants += value
                elif isinstance(value, int | float | Decimal):
                    self._add_bound(Decimal(value))
                else:
                    self._add(value)
        elif isinstance(part, list):
            for item in cast(list[object], part):
                self._add(item)

    def _add_bound(self, bound: Decimal) -> None:
        self.numbers.add(bound)
        if 0 <= bound <= 20_000:
            self.sizes |= {int(bound), int(bound) + 1, max(int(bound) - 1, 1)}


def _choices(field: Field, points: _Points) -> list[Any]:
    choices = {json_identity(value): value for value in _values(field.type, points)}
    absent = [] if field.required and not _may_be_empty(field.type) else [_ABSENT]
    return [*absent, *choices.values()]


def _may_be_empty(kind: Type) -> bool:
    """Whether a type may have null, an empty text or an empty list."""
    match kind:
        case Text(min_length=low):
            return not low
        case Array(min_items=low):
            return not low
        case Choice(values=values):
            return any(value.exact() in (None, "", []) for value in values)
        case Nullable() | Anything():
            return True
        case Union(options=options):
            return any(map(_may_be_empty, options))
        case _:
            return False


def _values(kind: Type, points: _Points) -> Iterator[Any]:
    match kind:
        case Nullable(inner=inner):
            yield from _values(inner, points)
        case Union(options=options):
            for option in options:
                yield from _values(option, points)
        case Choice(values=values):
            yield from (v.exact() for v in values if v.exact() not in (None, "", []))
        case Boolean():
            yield from (True, False)
        case Text(min_length=low, max_length=high):
            sizes = _sizes(points, low, high)
            yield from (_other_text(size, points) for size in sizes)
            yield from (sample * size for sample in points.scripts for size in sizes)
            yield from (
                constant
                for constant in points.constants
                if isinstance(constant, str) and constant
            )
        case Numeric():
            yield from _numbers(kind, points)
        case Array(min_items=low, max_items=high):
            sizes = [size for size in _sizes(points, low, high) if size <= _MOST_ITEMS]
            yield from ([f"item {index}" for index in range(size)] for size in sizes)
            yield from (
                constant
                for constant in points.constants
                if isinstance(constant, list) and constant
            )
        case Object():
            yield {"": ""}
        case Anything():
            for other in (
                Boolean(),
                Numeric(integral=False),
                Text(),
                Array(items=kind),
            ):
                yield from _values(other, points)


def _sizes(points: _Points, low: int | None, high: int | None) -> list[int]:
    ends = {max(low or 0, 1), *({high} if high else set[int]())}
    return sorted(
        size
        for size in points.sizes | ends
        if size >= max(low or 0, 1) and (high is None or size <= high)
    )


def _other_text(size: int, points: _Points) -> str:
    """A text of this length that is not a constant."""
    return next(
        text
        for text in (character * size for character in "¤§¶†‡")
        if text not in points.constants
    )


def _numbers(kind: Numeric, points: _Points) -> Iterator[Any]:
    ends = (kind.minimum, kind.maximum, kind.exclusive_minimum, kind.exclusive_maximum)
    known = {Decimal(end) for end in ends if end is not None} | points.numbers
    known |= {Decimal(c) for c in points.constants if isinstance(c, int | Decimal)}
    marks = sorted(known or {Decimal(0)})
    between = [(one + other) / 2 for one, other in pairwise(marks)]
    near = [mark + step for mark in marks for step in (-1, 0, 1)]
    for number in sorted({*between, *near}):
        whole = number == number.to_integral_value()
        if kind.integral and not whole:
            continue
        if _in_bounds(kind, number):
            yield int(number) if whole else number


def _in_bounds(kind: Numeric, number: Decimal) -> bool:
    return (
        (kind.minimum is None or number >= kind.minimum)
        and (kind.maximum is None or number <= kind.maximum)
        and (kind.exclusive_minimum is None or number > kind.exclusive_minimum)
        and (kind.exclusive_maximum is None or number < kind.exclusive_maximum)
    )
