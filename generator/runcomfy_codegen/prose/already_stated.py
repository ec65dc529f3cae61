"""Which drafts say nothing new, because the schema or a published rule says the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.metrics_and_operators import OPERATORS, parse_metric

from ..ir.model import Array, Choice, Numeric, Text, types_in
from .draft import Draft, condition_text
from .subject import Subject

Known = tuple[str, str, Fraction]
"""A measure, an operator and a number."""

_VACUOUS: tuple[Known, ...] = (
    ("count", ">=", Fraction(1)),
    ("characters", ">=", Fraction(1)),
)
"""What is true of everything that is given."""


def is_stated(draft: Draft, fields: Sequence[Subject]) -> bool:
    """Whether schema and published rules already refuse all that a draft refuses."""
    named = [field for field in fields if field.pointer in draft.fields]
    if draft.require is not None:
        return _is_stated_count(draft.require, named)
    return bool(named) and all(
        _is_implied(rule, [*_known(field), *_VACUOUS])
        for rule in draft.rules
        for field in named
    )


def is_limited(draft: Draft, limits: Sequence[Limit]) -> bool:
    """Whether a stated limit says what a draft says, or what a person made of its words."""
    return any(_is_same(draft, limit) for limit in limits)


def _is_same(draft: Draft, limit: Limit) -> bool:
    if not set(draft.fields) & set(limit.fields):
        return False
    if draft.rules and set(draft.rules) <= set(limit.rules):
        return True
    if limit.require is not None and draft.condition == condition_text(limit.require):
        return True
    one, other = (" ".join(text.split()) for text in (draft.quote, limit.quote))
    if one not in other and other not in one:
        return False
    # The same words: a person may have decided for another number, or for a condition.
    measures = {rule.split(" ")[0] for rule in limit.rules}
    return not measures or {rule.split(" ")[0] for rule in draft.rules} <= measures


def _is_stated_count(require: Mapping[str, Any], named: Sequence[Subject]) -> bool:
    """Whether a conditional number of items is no smaller than the unconditional one."""
    then = cast("Mapping[str, Any]", require.get("then", {}))
    members = cast("Mapping[str, Mapping[str, Any]]", then.get("properties", {}))
    if set(then) != {"properties"} or len(members) != 1:
        return False
    ((name, keywords),) = members.items()
    bounds = {"maxItems": "<=", "minItems": ">="}
    if not set(keywords) <= set(bounds):
        return False
    field = next((row for row in named if row.field.wire_name == name), None)
    known = list(_known(field)) if field is not None else []
    return all(
        _is_implied(f"count {bounds[keyword]} {number}", [*known, *_VACUOUS])
        for keyword, number in keywords.items()
    )


def _is_implied(rule: str, known: Sequence[Known]) -> bool:
    if rule.startswith("format in"):
        return False
    measure, symbol, written = rule.rsplit(" ", 2)
    limit = _number(written)
    measure = _same_measure(measure, symbol)
    bounds = [(operator, number) for name, operator, number in known if name == measure]
    symbols = ("<=", ">=") if symbol == "==" else (symbol,)
    return all(
        any(_implies(operator, number, wanted, limit) for operator, number in bounds)
        for wanted in symbols
    )


def _number(written: str) -> Fraction:
    for sign in ":/":
        above, separator, below = written.partition(sign)
        if separator:
            return Fraction(above) / Fraction(below)
    return Fraction(written)


def _same_measure(measure: str, symbol: str) -> str:
    """Another measure whose upper bound is one for this measure too."""
    if measure.startswith("characters") and OPERATORS[symbol].end == "upper":
        return "characters"
    expression = parse_metric(measure)
    if expression is None:
        return measure
    return "*".join(expression.factors) + "".join(
        f"/{name}" for name in expression.divisors
    )


def _implies(one: str, number: Fraction, other: str, limit: Fraction) -> bool:
    """Whether every value that keeps the first bound keeps the other."""
    first, second = OPERATORS[one], OPERATORS[other]
    if first.end != second.end:
        return False
    if number == limit:
        return second.equal or not first.equal
    return number < limit if second.end == "upper" else number > limit


def _known(field: Subject) -> Iterator[Known]:
    for kind in types_in(field.field.type):
        match kind:
            case Array():
                yield from _bounds("count", kind.min_items, kind.max_items)
            case Text():
                yield from _bounds("characters", kind.min_length, kind.max_length)
            case Numeric():
                yield from _bounds("value", kind.minimum, kind.maximum)
                ends = (kind.exclusive_minimum, kind.exclusive_maximum)
                yield from _bounds("value", *ends, strict=True)
            case Choice():
                values = [value.exact() for value in kind.values]
                if values and all(type(value) is int for value in values):
                    yield from _bounds("value", min(values), max(values))
            case _:
                pass
    yield from _rules(field)


def _bounds(
    measure: str, low: Any, high: Any, *, strict: bool = False
) -> Iterator[Known]:
    if low is not None:
        yield measure, ">" if strict else ">=", Fraction(low)
    if high is not None:
        yield measure, "<" if strict else "<=", Fraction(high)


def _rules(field: Subject) -> Iterator[Known]:
    rules: list[Known] = []
    for rule in field.field.rules:
        if rule.expression is not None and rule.threshold is not None:
            measure = _same_measure(rule.metric, rule.operator)
            rules.append((measure, rule.operator, rule.threshold))
    yield from rules
    # Both sides bound the shorter and the longer one.
    for name, end in (("short_side_pixels", "lower"), ("long_side_pixels", "upper")):
        for operator, row in OPERATORS.items():
            sides = [
                [
                    limit
                    for measure, symbol, limit in rules
                    if measure == side and symbol == operator
                ]
                for side in ("width_pixels", "height_pixels")
            ]
            if row.end == end and all(sides):
                ends = [max(side) if end == "lower" else min(side) for side in sides]
                yield name, operator, min(ends) if end == "lower" else max(ends)
