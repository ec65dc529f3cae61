"""Types and their facets in a few words, for messages."""

from __future__ import annotations

from fractions import Fraction

from ...ir.exact import decimal_text, equality_key, exact_value
from ...ir.model import (
    NULL,
    Anything,
    Array,
    Boolean,
    Choice,
    Exact,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
)
from .facts import Facet

_LONGEST = 120


def facet_in_words(kind: Type, facet: Facet) -> str:
    """One facet of a type: ``0 to 100``, ``at most 20 characters``."""
    match facet, kind:
        case Facet.NULL, _:
            return "null is accepted" if isinstance(kind, Nullable) else "no null"
        case Facet.RANGE, Numeric():
            return _range(kind)
        case Facet.STEP, Numeric():
            step = kind.multiple_of
            return f"multiples of {_plain(step)}" if step is not None else "any step"
        case Facet.LENGTH, Text():
            return _count(kind.min_length, kind.max_length, "characters")
        case Facet.PATTERN, Text():
            return f"pattern {kind.pattern!r}" if kind.pattern else "no pattern"
        case Facet.FORMAT, Text() | Array():
            return f"format {kind.format!r}" if kind.format else "no format"
        case Facet.COUNT, Array():
            return _count(kind.min_items, kind.max_items, "items")
        case Facet.REPEATS, Array():
            return "items may not repeat" if kind.unique_items else "items may repeat"
        case Facet.MEMBERS, Object():
            return _members(kind)
        case _:
            return type_summary(kind)


def type_summary(kind: Type) -> str:
    """A type in a few words."""
    match kind:
        case Text():
            return "string"
        case Numeric():
            return "integer" if kind.integral else "number"
        case Boolean():
            return "boolean"
        case Choice() if kind == NULL:
            return "null"
        case Choice(values=values):
            return shorten("one of " + ", ".join(value.text for value in values))
        case Array(items=items):
            return f"list of {type_summary(items)}"
        case Object():
            return _members(kind)
        case Union(options=options):
            return " or ".join(map(type_summary, options))
        case Nullable(inner=inner):
            return f"{type_summary(inner)} or null"
        case Anything():
            return "anything"


def choices_in_words(old: Choice, new: Choice) -> tuple[str, str]:
    """The removed and the added choices."""
    before = {equality_key(exact_value(value)) for value in old.values}
    after = {equality_key(exact_value(value)) for value in new.values}
    removed = [v.text for v in old.values if equality_key(exact_value(v)) not in after]
    added = [v.text for v in new.values if equality_key(exact_value(v)) not in before]
    return shorten(", ".join(removed)), shorten(", ".join(added))


def value_in_words(value: Value | None) -> str:
    """A published value, shortened."""
    return "none" if value is None else shorten(value.text)


def shorten(text: str) -> str:
    """A text of at most 120 characters."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _range(kind: Numeric) -> str:
    ends = (
        (">=", kind.minimum),
        (">", kind.exclusive_minimum),
        ("<=", kind.maximum),
        ("<", kind.exclusive_maximum),
    )
    bounds = [f"{sign} {_plain(end)}" for sign, end in ends if end is not None]
    return " and ".join(bounds) or "any"


def _count(low: int | None, high: int | None, noun: str) -> str:
    if low is None and high is None:
        return f"any number of {noun}"
    if low is None or high is None:
        return f"at least {low} {noun}" if high is None else f"at most {high} {noun}"
    return f"{low} to {high} {noun}"


def _members(kind: Object) -> str:
    names = [
        field.wire_name if field.required else f"{field.wire_name}?"
        for field in kind.fields
    ]
    names += [f"{name} (undeclared)" for name in kind.undeclared_required]
    return shorten(
        "{" + ", ".join([*names, *([] if kind.extra is None else ["…"])]) + "}"
    )


def _plain(number: Exact) -> str:
    return decimal_text(Fraction(number))
