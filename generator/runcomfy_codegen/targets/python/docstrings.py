"""The docstring of a field: description, limits, rules, the server's default."""

from __future__ import annotations

import re
from decimal import Decimal

from ...ir.model import Array, Exact, Field, Nullable, Numeric, Text, Type
from .names import NamedField

_LONGEST_DEFAULT = 60
_EXPONENT = re.compile(r"\dE[+-]")


def field_docstring(field: NamedField, limits: str = "") -> str:
    """The docstring of a field, as paragraphs; empty if there is nothing to say.

    ``limits`` is what its description limits and no keyword does.
    """
    paragraphs = [
        field.description or _own_title(field),
        " ".join(
            filter(None, (_limits(field.type), _default(field), _wire_name(field)))
        ),
        _rules(field),
        limits,
    ]
    return "\n\n".join(filter(None, paragraphs))


def _own_title(field: NamedField) -> str:
    """The title, unless it says no more than the name."""
    same = field.title.lower().replace(" ", "_") in (field.name, field.wire_name)
    return "" if same or not field.title else f"{field.title}."


def _limits(kind: Type) -> str:
    match kind:
        case Text(min_length=low, max_length=high):
            return _counted(low, high, "character")
        case Array(items=inner, min_items=low, max_items=high):
            return " ".join(filter(None, (_counted(low, high, "item"), _limits(inner))))
        case Numeric():
            return _range(kind)
        case Nullable(inner=inner):
            return _limits(inner)
        case _:
            return ""


def _counted(low: int | None, high: int | None, noun: str) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return f"At most {high} {_plural(noun, high)}."
    if high is None:
        return f"At least {low} {_plural(noun, low)}."
    if low == high:
        return f"Exactly {high} {_plural(noun, high)}."
    return f"{low} to {high} {_plural(noun, high)}."


def _plural(noun: str, number: int | None) -> str:
    return noun if number == 1 else f"{noun}s"


def _range(kind: Numeric) -> str:
    if kind.minimum is not None and kind.maximum is not None:
        text = f"{kind.minimum} to {kind.maximum}."
    else:
        bounds: list[tuple[str, Exact | None]] = [
            ("At least", kind.minimum),
            ("More than", kind.exclusive_minimum),
            ("At most", kind.maximum),
            ("Less than", kind.exclusive_maximum),
        ]
        text = " ".join(
            f"{word} {bound}." for word, bound in bounds if bound is not None
        )
    step = f"A multiple of {kind.multiple_of}." if kind.multiple_of is not None else ""
    return " ".join(filter(None, (text, step)))


def _default(field: Field) -> str:
    if field.default is None:
        return ""
    value = field.default
    is_text = value.text.startswith(('"', "{"))
    has_exponent = not is_text and _EXPONENT.search(value.text) is not None
    printed = value.printed()
    # A float may not be exact: 1E+400 is beyond all of them.
    as_published = has_exponent or isinstance(printed, Decimal)
    shown = value.text if as_published else repr(printed)
    return f"Server default: {shown}." if len(shown) <= _LONGEST_DEFAULT else ""


def _wire_name(field: NamedField) -> str:
    return f"Published as {field.wire_name!r}." if field.wire_name != field.name else ""


def _rules(field: Field) -> str:
    if not field.rules:
        return ""
    subject = "Each file: " if isinstance(_bare(field.type), Array) else "File: "
    rules = (f"{rule.metric} {rule.operator} {rule.limit}" for rule in field.rules)
    return subject + ", ".join(rules) + "."


def _bare(kind: Type) -> Type:
    return kind.inner if isinstance(kind, Nullable) else kind
