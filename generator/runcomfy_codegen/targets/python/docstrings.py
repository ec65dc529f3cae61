"""The docstring of a field: description, limits, rules, the server's default."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from ...ir.model import Array, Exact, Field, Nullable, Numeric, Text, Type
from .names import NamedField

_ENDS = (".", "!", "?", "。")
_EXPONENT = re.compile(r"\dE[+-]")


def field_docstring(field: NamedField, stated: Sequence[str] = ()) -> str:
    """The docstring of a field, as paragraphs; empty if there is nothing to say.

    The facts end the description, and each limit is a line of its own. ``stated`` are the
    limits that its description states and no keyword does.
    """
    description = field.description or _own_title(field)
    limits = "\n".join((*field_limits(field), *stated))
    paragraphs = [description, field_facts(field), limits]
    if description.endswith(_ENDS) and "\n" not in description:
        paragraphs[:2] = [" ".join(filter(None, paragraphs[:2]))]
    return "\n\n".join(filter(None, paragraphs))


def field_facts(field: NamedField) -> str:
    """The bounds of a field's type, the server's default and the published name."""
    facts = (_bounds(field.type), _default(field), _wire_name(field))
    return " ".join(filter(None, facts))


def field_limits(field: NamedField) -> tuple[str, ...]:
    """Each limit that the type of a field does not state, as a sentence."""
    return _rules(field)


def _own_title(field: NamedField) -> str:
    """The title, unless it says no more than the name."""
    same = field.title.lower().replace(" ", "_") in (field.name, field.wire_name)
    return "" if same or not field.title else f"{field.title}."


def _bounds(kind: Type) -> str:
    match kind:
        case Text(min_length=low, max_length=high):
            return _counted(low, high, "character")
        case Array(items=inner, min_items=low, max_items=high):
            return " ".join(filter(None, (_counted(low, high, "item"), _bounds(inner))))
        case Numeric():
            return _range(kind)
        case Nullable(inner=inner):
            return _bounds(inner)
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


def default_text(field: Field) -> str:
    """The server's default as Python writes it; empty if there is none."""
    if field.default is None:
        return ""
    # A float may not be exact: 1E+400 is beyond all of them.
    text, printed = field.default.text, field.default.printed()
    has_exponent = not text.startswith(('"', "{", "[")) and _EXPONENT.search(text)
    if has_exponent or isinstance(printed, Decimal):
        return text
    # The words of a docstring have single blanks between them.
    return repr(printed).replace("  ", " \\x20")


def _default(field: Field) -> str:
    text = default_text(field)
    return f"Server default: {text}." if text else ""


def _wire_name(field: NamedField) -> str:
    return f"Published as {field.wire_name!r}." if field.wire_name != field.name else ""


def _rules(field: Field) -> tuple[str, ...]:
    each = "Each" if isinstance(_bare(field.type), Array) else "The"
    file = field.media.value if field.media else "file"
    conditions = (" ".join(rule.condition.split()) for rule in field.rules)
    return tuple(f"{each} {file}: {condition}." for condition in conditions)


def _bare(kind: Type) -> Type:
    return kind.inner if isinstance(kind, Nullable) else kind
