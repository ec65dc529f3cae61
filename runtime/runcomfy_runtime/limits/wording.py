"""What a problem with a stated limit says: what was measured, and whose words the limit is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, cast

from ..escaping import printable, quoted
from ..metrics_and_operators import METRICS
from ..report import Problem, ProblemVerdict
from .require import is_given
from .rule_grammar import (
    CHARACTERS,
    COUNT,
    TOTAL_COUNT,
    TOTALS,
    VALUE,
    LimitRule,
    Measure,
    MeasureRule,
)
from .stated_limit import Limit

_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        COUNT: "number of items",
        TOTAL_COUNT: "number of items together",
        CHARACTERS: "length",
        VALUE: "value",
        "total_duration_seconds": "total duration",
        "total_size_mb": "total size",
        **{name: row.phrase for name, row in METRICS.items()},
    }
)
"""How messages name a measure; any other is named as rules write it."""


def measured(measure: Measure, actual: str) -> str:
    """``duration is 12.4 s``."""
    if measure.script:
        script = measure.script.capitalize()
        which = f"characters that are not {script}" if measure.outside else script
        name = which if measure.outside else f"{which} characters"
        return f"number of {name} is {actual}"
    name = measure.name
    if measure.metric is not None and len(measure.metric.names) == 1:
        name = measure.metric.names[0]
    unit = "characters" if name == CHARACTERS else _unit(name)
    return f"{_PHRASES.get(name, name)} is {actual}{' ' * bool(unit)}{unit}"


def _unit(name: str) -> str:
    row = METRICS.get(TOTALS.get(name, name))
    if row is None:
        return ""
    return "frames per second" if row.unit.value == "1/s" else row.unit.value


def limit_problem(
    limit: Limit,
    pointer: str,
    finding: str,
    rule: LimitRule | None = None,
    *,
    actual: object = None,
    verdict: ProblemVerdict = "fail",
    evidence: tuple[str, ...] = (),
) -> Problem:
    """A problem with a limit: what was found, then the published words.

    A limit of level ``warn`` never refuses, so that its problem is not a certain one.
    """
    warns = limit.level == "warn"
    return Problem(
        pointer=pointer,
        code=_code(rule),
        message=f"{finding}; the description says: {quoted_words(limit.quote)}",
        limit=rule.limit if isinstance(rule, MeasureRule) else _stated(limit, rule),
        actual=actual,
        verdict="unknown" if warns else verdict,
        rule=rule.text if rule is not None else "",
        evidence=evidence,
        origin="limit",
        quote=limit.quote,
        level=limit.level,
        published=limit.published,
    )


def _code(rule: LimitRule | None) -> str:
    if rule is None:
        return "require"
    return rule.measure.text if isinstance(rule, MeasureRule) else "format"


def _stated(limit: Limit, rule: LimitRule | None) -> object:
    if rule is None:
        return limit.require
    return None if isinstance(rule, MeasureRule) else rule.names


def quoted_words(quote: str) -> str:
    """Published words in quotes; dots show that a sentence begins before them."""
    text = " ".join(quote.split())
    return f'"{printable(f"…{text}" if text[:1].islower() else text, 400)}"'


_MOST_PLACES = 10**20
"""A multiple of the denominators of all decimals that are written in full."""


def decimal(value: Fraction) -> str:
    """An exact number for people: a decimal if it has few digits, else a rounded one."""
    if value.denominator == 1:
        return str(value.numerator)
    if _MOST_PLACES % value.denominator == 0:
        # A rounded number may look as if it kept the limit that it breaks.
        return f"{Decimal(value.numerator) / value.denominator:f}"
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def state_of(limit: Limit, names: tuple[str, ...], payload: Mapping[str, Any]) -> str:
    """What of the fields of a requirement is given, for people."""
    shown = _named_values(limit.require)
    given = [name for name in names if is_given(payload.get(name))]
    missing = [name for name in names if name not in given]
    parts = [_shown(name, payload[name], shown) for name in given]
    if missing and not given:
        names_ = ", ".join(missing)
        return f"none of {names_} is given" if missing[1:] else f"{names_} is not given"
    if missing:
        parts.append(f"{', '.join(missing)} {'are' if missing[1:] else 'is'} not given")
    return ", ".join(parts)


def _shown(name: str, value: object, named: frozenset[str]) -> str:
    if isinstance(value, list):
        count = len(cast(list[object], value))
        return f"{name} has {count} item{'s' * (count != 1)}"
    if name in named and isinstance(value, str | int | float):
        return f"{name} is {quoted(value, 60)}"
    return f"{name} is given"


def _named_values(require: object) -> frozenset[str]:
    """The names of all properties whose value a requirement looks at."""
    names: set[str] = set()
    if isinstance(require, dict):
        for key, value in cast(dict[str, object], require).items():
            names |= _named_values(value)
            if key == "properties" and isinstance(value, dict):
                names |= cast(dict[str, object], value).keys()
    elif isinstance(require, list):
        for item in cast(list[object], require):
            names |= _named_values(item)
    return frozenset(names)
