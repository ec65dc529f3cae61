"""Types and their facets in a few words, for messages."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import takewhile

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
_ROOM = 40
"""Characters of a member that are shown at least."""
_BETWEEN_MEMBERS = (", ", " or ", "{")


def facet_pair(old: Type, new: Type, facet: Facet) -> tuple[str, str]:
    """One facet before and after: ``0 to 100``, ``at most 20 characters``."""
    before, after = _facet(old, facet), _facet(new, facet)
    return type_pair(old, new) if before == after else _both(before, after)


def type_pair(old: Type, new: Type) -> tuple[str, str]:
    """Two types in a few words, with as much detail as shows how they differ."""
    before, after = _summary(old), _summary(new)
    if before == after:
        before, after = (_summary(kind, detailed=True) for kind in (old, new))
    return _both(before, after)


def _facet(kind: Type, facet: Facet) -> str:
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
            return _members(kind, detailed=False)
        case _:
            return _summary(kind)


def _summary(kind: Type, *, detailed: bool = False) -> str:
    """A type in words; ``detailed`` adds its bounds, and the types of members."""
    word = _bare_summary(kind, detailed)
    bounds = _bounds(kind) if detailed else ()
    return f"{word} ({', '.join(bounds)})" if bounds else word


def _bare_summary(kind: Type, detailed: bool) -> str:
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
            listed = ", ".join(value.text for value in values)
            return f"one of {listed}" if listed else "nothing"
        case Array(items=items):
            return f"list of {_summary(items, detailed=detailed)}"
        case Object():
            return _members(kind, detailed)
        case Union(options=options):
            return " or ".join(_summary(each, detailed=detailed) for each in options)
        case Nullable(inner=inner):
            return f"{_summary(inner, detailed=detailed)} or null"
        case Anything():
            return "anything"


_FACETS_OF: Mapping[type[Type], tuple[Facet, ...]] = {
    Text: (Facet.LENGTH, Facet.PATTERN, Facet.FORMAT),
    Numeric: (Facet.RANGE, Facet.STEP),
    Array: (Facet.COUNT, Facet.REPEATS, Facet.FORMAT),
}


def _bounds(kind: Type) -> list[str]:
    """The facets of a type that restrict it."""
    match kind:
        case Text():
            free: Type = Text()
        case Numeric(integral=integral):
            free = Numeric(integral=integral)
        case Array(items=items):
            free = Array(items=items)
        case _:
            return []
    facets = _FACETS_OF[type(kind)]
    words = ((_facet(kind, facet), _facet(free, facet)) for facet in facets)
    return [own for own, unrestricted in words if own != unrestricted]


def choices_in_words(old: Choice, new: Choice) -> tuple[str, str]:
    """The removed and the added choices."""
    before = {equality_key(exact_value(value)) for value in old.values}
    after = {equality_key(exact_value(value)) for value in new.values}
    removed = [v.text for v in old.values if equality_key(exact_value(v)) not in after]
    added = [v.text for v in new.values if equality_key(exact_value(v)) not in before]
    return shorten(", ".join(removed)), shorten(", ".join(added))


def value_pair(old: Value | None, new: Value | None) -> tuple[str, str]:
    """Two published values in a few words."""
    before, after = ("none" if value is None else value.text for value in (old, new))
    return _both(before, after)


def shorten(text: str) -> str:
    """A text of at most 120 characters."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _both(old: str, new: str) -> tuple[str, str]:
    """Two texts, each shortened so that it shows the first member that differs."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
    first, start = sum(1 for _ in same), 0
    if first > _LONGEST - _ROOM:
        begins = (old.rfind(mark, 0, first) + len(mark) for mark in _BETWEEN_MEMBERS)
        start = max(*begins, first - _ROOM)
    return shorten(_from(old, start)), shorten(_from(new, start))


def _from(text: str, start: int) -> str:
    return f"…{text[start:]}" if start else text


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


def _members(kind: Object, detailed: bool) -> str:
    names = [
        _member(field.wire_name + "?" * (not field.required), field.type, detailed)
        for field in kind.fields
    ]
    names += [f"{name} (undeclared)" for name in kind.undeclared_required]
    if kind.extra is not None:
        names.append(_member("…", kind.extra, detailed))
    return f"{{{', '.join(names)}}}"


def _member(name: str, kind: Type, detailed: bool) -> str:
    return f"{name}: {_summary(kind, detailed=True)}" if detailed else name


def _plain(number: Exact) -> str:
    return decimal_text(Fraction(number))
