"""Limits that need no file: counts, texts, numbers, and what is given together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from ..exact_numbers import exact_number
from ..report import Problem
from .compiled import (
    CompiledLimits,
    CountedTogether,
    Requirement,
    ValueRule,
    given_at,
    texts_at,
)
from .require import given_members
from .rule_grammar import CHARACTERS, COUNT, MeasureRule
from .scripts import count_in_script
from .wording import decimal, limit_problem, measured, state_of


def value_problems(
    compiled: CompiledLimits, payload: Mapping[str, Any]
) -> list[Problem]:
    """The problems of a payload that need no file."""
    problems: list[Problem] = []
    given: dict[str, Any] | None = None
    for check in compiled.values:
        if isinstance(check, Requirement):
            if given is None:
                given = given_members(payload)
            if not check.holds(given):
                problems.append(_requirement_problem(check, payload))
        elif isinstance(check, CountedTogether):
            problems += _counted_together(check, payload)
        else:
            problems += _rule_problems(check, payload)
    return problems


def _requirement_problem(check: Requirement, payload: Mapping[str, Any]) -> Problem:
    finding = state_of(check.limit, check.names, payload)
    return limit_problem(check.limit, first_given(check.limit.fields, payload), finding)


def first_given(fields: tuple[str, ...], payload: Mapping[str, Any]) -> str:
    """The pointer of the first field that is given; of the first one if none is."""
    from .compiled import steps_of

    for field in fields:
        for pointer, _ in given_at(payload, steps_of(field)):
            return pointer
    return fields[0]


def _counted_together(
    check: CountedTogether, payload: Mapping[str, Any]
) -> Iterator[Problem]:
    values = [value for steps in check.fields for _, value in given_at(payload, steps)]
    count = sum(map(_items, values))
    if values and not check.counts.contains(count):
        pointer = first_given(check.limit.fields, payload)
        finding = measured(check.rule.measure, str(count))
        yield limit_problem(
            check.limit, pointer, finding, check.rule, actual=str(count)
        )


def _items(value: object) -> int:
    return len(cast(list[object], value)) if isinstance(value, list) else 1


def _rule_problems(check: ValueRule, payload: Mapping[str, Any]) -> Iterator[Problem]:
    rule = check.rule
    for steps in check.fields:
        if len(steps) == 1 and _clearly_keeps(check, payload.get(steps[0])):
            continue
        for pointer, actual in _broken(check, payload, steps):
            finding = measured(rule.measure, actual)
            yield limit_problem(check.limit, pointer, finding, rule, actual=actual)


def _clearly_keeps(check: ValueRule, value: object) -> bool:
    """Whether a value keeps a rule, for the values that most documents have."""
    if value is None:
        return True
    name = check.rule.measure.name
    if name == CHARACTERS:
        return isinstance(value, str) and _is_clearly_short(check, value)
    if name == COUNT:
        return isinstance(value, list) and check.counts.contains(
            len(cast(list[object], value)) or 1
        )
    return type(value) is int and check.counts.contains(value)


def _broken(
    check: ValueRule, payload: Mapping[str, Any], steps: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Every value of a field that breaks a rule: its pointer and what was measured."""
    rule = check.rule
    if rule.measure.name == CHARACTERS:
        for pointer, text in texts_at(payload, steps):
            count = _characters(rule, text)
            if not check.counts.contains(count):
                yield pointer, str(count)
    elif rule.measure.name == COUNT:
        for pointer, value in given_at(payload, steps):
            if not check.counts.contains(_items(value)):
                yield pointer, str(_items(value))
    else:
        for pointer, value in given_at(payload, steps):
            for where, number in _numbers(value, pointer):
                if not rule.operator.accepts(number, rule.threshold):
                    yield where, decimal(number)


def _is_clearly_short(check: ValueRule, text: str) -> bool:
    """Whether a text keeps a rule about its characters, without counting them one by one."""
    counts = check.counts
    if not text:
        return True
    if not check.rule.measure.script:
        return counts.contains(len(text))
    # No script has more characters than the text.
    if len(text) <= counts.high and counts.low <= 0 and counts.hole is None:
        return True
    return text.isascii() and counts.contains(_characters(check.rule, text))


def _characters(rule: MeasureRule, text: str) -> int:
    measure = rule.measure
    if not measure.script:
        return len(text)
    inside = count_in_script(text, measure.script)
    return len(text) - inside if measure.outside else inside


def _numbers(value: object, pointer: str) -> Iterator[tuple[str, Fraction]]:
    """A number, or the numbers of a list, exactly."""
    if isinstance(value, list):
        for index, item in enumerate(cast(list[object], value)):
            yield from _numbers(item, f"{pointer}/{index}")
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield pointer, Fraction(exact_number(value))
