"""What a rule about one value leaves of a type: the given values that keep it, or more."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeGuard

from runcomfy_runtime.limits.require import is_given
from runcomfy_runtime.limits.rule_grammar import CHARACTERS, COUNT, VALUE, MeasureRule
from runcomfy_runtime.metrics_and_operators import Operator

from ..ir.json_text import is_array, items
from ..ir.model import Array, Choice, Nullable, Numeric, Text, Type, Union
from ..subtype.accepts import is_empty


def narrowed(kind: Type, rules: Iterable[MeasureRule]) -> Type | None:
    """A type that has every given value of ``kind`` that keeps the rules; None if no value does.

    It may have more values, but None is proved.
    """
    rules = tuple(rules)
    match kind:
        case Nullable(inner=inner):
            return narrowed(inner, rules)
        case Union(options=options):
            left = [narrowed(option, rules) for option in options]
            known = tuple(option for option in left if option is not None)
            return Union(known) if known else None
        case Choice(values=values):
            kept = tuple(
                value
                for value in values
                if is_given(value.exact())
                and all(_keeps(value.exact(), rule) for rule in rules)
            )
            return Choice(kept) if kept else None
        case _:
            for rule in rules:
                kind = _restricted(kind, rule)
            kind = _given(kind)
            return None if is_empty(kind) else kind


def _given(kind: Type) -> Type:
    if isinstance(kind, Text):
        return replace(kind, min_length=max(kind.min_length or 0, 1))
    if isinstance(kind, Array):
        return replace(kind, min_items=max(kind.min_items or 0, 1))
    return kind


def _keeps(value: object, rule: MeasureRule) -> bool:
    """Whether a constant keeps a rule; what the rule is not about keeps it."""
    name, accepts = rule.measure.name, rule.operator.accepts
    if name == COUNT:
        count = len(items(value)) if is_array(value) else 1
        return accepts(count, rule.threshold)
    if name == CHARACTERS and isinstance(value, str) and not rule.measure.script:
        return accepts(len(value), rule.threshold)
    if name == VALUE and is_plain_number(value):
        return accepts(value, rule.threshold)
    return True


def is_plain_number(value: object) -> TypeGuard[int | Decimal]:
    """Whether a value of JSON is a number; true and false are not."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _restricted(kind: Type, rule: MeasureRule) -> Type:
    """A type without some of the values that break a rule."""
    name, operator = rule.measure.name, rule.operator
    if operator.less and operator.greater:
        return kind
    low, high = _whole_bounds(rule)
    if name == COUNT and isinstance(kind, Array):
        low, high = _most(kind.min_items, low), _least(kind.max_items, high)
        return replace(kind, min_items=low, max_items=high)
    if name == CHARACTERS and isinstance(kind, Text):
        low = _most(kind.min_length, low)
        # As many characters of one script mean at least as many in all.
        most = None if rule.measure.script else high
        return replace(kind, min_length=low, max_length=_least(kind.max_length, most))
    if name == VALUE and isinstance(kind, Numeric):
        return _bounded(kind, operator, Decimal(rule.limit))
    return kind


def _bounded(kind: Numeric, operator: Operator, limit: Decimal) -> Numeric:
    if not operator.less:
        if operator.equal:
            kind = replace(kind, minimum=_most(kind.minimum, limit))
        else:
            tighter = _most(kind.exclusive_minimum, limit)
            kind = replace(kind, exclusive_minimum=tighter)
    if not operator.greater:
        if operator.equal:
            kind = replace(kind, maximum=_least(kind.maximum, limit))
        else:
            tighter = _least(kind.exclusive_maximum, limit)
            kind = replace(kind, exclusive_maximum=tighter)
    return kind


def _whole_bounds(rule: MeasureRule) -> tuple[int | None, int | None]:
    """The whole numbers that keep a rule: the least and the greatest."""
    operator, limit = rule.operator, rule.threshold
    low = high = None
    if not operator.less:
        low = math.ceil(limit) if operator.equal else math.floor(limit) + 1
    if not operator.greater:
        high = math.floor(limit) if operator.equal else math.ceil(limit) - 1
    # A type has no lengths below 0: a bound of -1 leaves nothing that is given, as does 0.
    return low, None if high is None else max(high, 0)


def _most(one: Any, other: Any) -> Any:
    known = [bound for bound in (one, other) if bound is not None]
    return max(known, default=None)


def _least(one: Any, other: Any) -> Any:
    known = [bound for bound in (one, other) if bound is not None]
    return min(known, default=None)
