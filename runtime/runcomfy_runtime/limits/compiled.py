"""The limits of a model, parsed once: those about the document, and those about its files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from .require import Holds, compile_require, is_given
from .rule_grammar import (
    TOTAL_COUNT,
    TOTALS,
    FormatRule,
    LimitRule,
    MeasureRule,
    parse_rule,
)
from .stated_limit import Limit

Steps: TypeAlias = tuple[str, ...]
"""A pointer of a limit as names of members; ``*`` is every item of a list."""


class WholeNumbers(NamedTuple):
    """The counts that keep a comparison: fractions cost much more than whole numbers."""

    low: float
    high: float
    hole: int | None = None

    def contains(self, count: int) -> bool:
        """Whether a count keeps the comparison."""
        return self.low <= count <= self.high and count != self.hole

    @classmethod
    def of(cls, rule: MeasureRule) -> WholeNumbers:
        """The counts that keep a rule."""
        operator, limit = rule.operator, rule.threshold
        low, high = -math.inf, math.inf
        if operator.less and operator.greater:
            return cls(low, high, int(limit) if limit.denominator == 1 else None)
        if not operator.less:
            low = math.ceil(limit) if operator.equal else math.floor(limit) + 1
        if not operator.greater:
            high = math.floor(limit) if operator.equal else math.ceil(limit) - 1
        return cls(low, high)


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A comparison of a number, a text or a list: each value of each field by itself."""

    limit: Limit
    rule: MeasureRule
    fields: tuple[Steps, ...]
    counts: WholeNumbers


@dataclass(frozen=True, slots=True)
class CountedTogether:
    """A comparison of the number of items of all fields together."""

    limit: Limit
    rule: MeasureRule
    fields: tuple[Steps, ...]
    counts: WholeNumbers


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold between the members that are given."""

    limit: Limit
    holds: Holds
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRule:
    """A condition on each file of some fields."""

    limit: Limit
    rule: LimitRule
    fields: tuple[Steps, ...]


@dataclass(frozen=True, slots=True)
class FilesTogether:
    """A comparison of a sum over all files of all fields together."""

    limit: Limit
    rule: MeasureRule
    fields: tuple[Steps, ...]


def metrics_of(check: FileRule | FilesTogether) -> tuple[str, ...]:
    """The metrics that must be measured to decide a condition on files."""
    if isinstance(check.rule, FormatRule):
        return ()
    measure = check.rule.measure
    if measure.metric is not None:
        return measure.metric.names
    return (TOTALS[measure.name],)


@dataclass(frozen=True, slots=True)
class CompiledLimits:
    """The limits of one model, by what must be known to decide them."""

    limits: Sequence[Limit]
    values: tuple[ValueRule | CountedTogether | Requirement, ...]
    files: tuple[FileRule, ...]
    sums: tuple[FilesTogether, ...]

    @property
    def about_files(self) -> bool:
        """Whether a file must be measured to decide all of them."""
        return bool(self.files or self.sums)


_MOST = 4096
_CACHE: dict[int, CompiledLimits] = {}


def compile_limits(limits: Sequence[Limit]) -> CompiledLimits:
    """The same limits, parsed. The result is kept for as long as the program runs."""
    # The limits of a class are one tuple, and comparing tuples costs more than a check.
    cached = _CACHE.get(id(limits))
    if cached is not None and cached.limits is limits:
        return cached
    if len(_CACHE) >= _MOST:
        _CACHE.clear()
    cached = _CACHE[id(limits)] = _compiled(limits)
    return cached


def _compiled(limits: Sequence[Limit]) -> CompiledLimits:
    values: list[ValueRule | CountedTogether | Requirement] = []
    files: list[FileRule] = []
    sums: list[FilesTogether] = []
    for limit in limits:
        fields = tuple(map(steps_of, limit.fields))
        if limit.require is not None:
            names = tuple(steps[0] for steps in fields)
            values.append(Requirement(limit, compile_require(limit.require), names))
        for rule in map(parse_rule, limit.rules):
            if isinstance(rule, FormatRule):
                files.append(FileRule(limit, rule, fields))
            elif rule.measure.name == TOTAL_COUNT:
                together = CountedTogether(limit, rule, fields, WholeNumbers.of(rule))
                values.append(together)
            elif rule.measure.is_total:
                sums.append(FilesTogether(limit, rule, fields))
            elif rule.measure.of_files:
                files.append(FileRule(limit, rule, fields))
            else:
                values.append(ValueRule(limit, rule, fields, WholeNumbers.of(rule)))
    return CompiledLimits(limits, tuple(values), tuple(files), tuple(sums))


def steps_of(pointer: str) -> Steps:
    """The steps of a limit's pointer."""
    steps = pointer.split("/")[1:]
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def given_at(payload: Mapping[str, Any], steps: Steps) -> Iterator[tuple[str, object]]:
    """Every given value of a field, with its pointer in the payload."""
    first = steps[0]
    value: object = payload.get(first)
    if not is_given(value):
        return
    pointer = "/" + first.replace("~", "~0").replace("/", "~1")
    if len(steps) == 1:
        yield pointer, value
    else:
        yield from _inside(value, steps[1:], pointer)


def _inside(value: object, steps: Steps, pointer: str) -> Iterator[tuple[str, object]]:
    step, rest = steps[0], steps[1:]
    if step == "*" and isinstance(value, list):
        inner = [
            (f"{pointer}/{index}", item)
            for index, item in enumerate(cast(list[object], value))
        ]
    elif isinstance(value, dict):
        members = cast(dict[str, object], value)
        name = step.replace("~", "~0").replace("/", "~1")
        inner = [(f"{pointer}/{name}", members.get(step))]
    else:
        return
    for where, item in inner:
        if not is_given(item):
            continue
        if rest:
            yield from _inside(item, rest, where)
        else:
            yield where, item


def files_at(
    payload: Mapping[str, Any], steps: Steps
) -> Iterator[tuple[str, str | Path]]:
    """The same with the local files, each as its ``Path``."""
    for pointer, value in given_at(payload, steps):
        items = cast(list[object], value) if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if isinstance(item, (str, Path)) and item:
                yield f"{pointer}/{index}" if isinstance(value, list) else pointer, item


def texts_at(payload: Mapping[str, Any], steps: Steps) -> Iterator[tuple[str, str]]:
    """Every given text of a field, and of the items of a list, with its pointer."""
    for pointer, value in given_at(payload, steps):
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, list):
            for index, item in enumerate(cast(list[object], value)):
                if isinstance(item, str) and item:
                    yield f"{pointer}/{index}", item
