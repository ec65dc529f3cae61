"""The docstrings of a generated module: of its classes and of their fields.

The runtime reads the line of the server's defaults for the JSON Schema of the class.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from runcomfy_runtime.limits.stated_limit import Limit

from ...ir.model import Array, Exact, Field, Nullable, Numeric, Text, Type, without_null
from .names import NamedField, NamedModel

_ENDS = (".", "!", "?", "。")
_EXPONENT = re.compile(r"\dE[+-]")


def field_docstring(field: NamedField, stated: Sequence[str] = ()) -> str:
    """The docstring of a field, as paragraphs; empty if there is nothing to say.

    The facts end the description, and each limit is a line of its own. ``stated`` are the
    limits that its description states and no keyword does.
    """
    description = field.description or _own_title(field)
    limits = "\n".join((*field_limits(field), *stated))
    paragraphs = [description, bounds_and_default(field), limits]
    if description.endswith(_ENDS) and "\n" not in description:
        paragraphs[:2] = [" ".join(filter(None, paragraphs[:2]))]
    return "\n\n".join(filter(None, paragraphs))


def bounds_and_default(field: NamedField) -> str:
    """The bounds of a field's type, the server's default and the published name."""
    facts = (_bounds(field.type), _default(field), _wire_name(field))
    return " ".join(filter(None, facts))


def field_limits(field: NamedField) -> tuple[str, ...]:
    """Each limit that the type of a field does not state, as a sentence."""
    article = "Each" if isinstance(without_null(field.type), Array) else "The"
    file = field.media.value if field.media else "file"
    conditions = (" ".join(rule.condition.split()) for rule in field.rules)
    return tuple(f"{article} {file}: {condition}." for condition in conditions)


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
    """The server's default as Python writes it; empty without a default."""
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


def input_docstring(model: NamedModel) -> str:
    """The docstring of the input class, as paragraphs."""
    paragraphs = (
        model.title or f"What ``{model.model_id}`` takes.",
        model.description,
        _defaults(model.input.fields),
    )
    return "\n\n".join(filter(None, paragraphs))


def part_docstring(fields: Iterable[NamedField], side: str) -> str:
    """The docstring of the class of a nested object in the input or the output."""
    defaults = _defaults(fields) if side == "input" else ""
    return "\n\n".join(filter(None, (f"A part of the {side}.", defaults)))


def _defaults(fields: Iterable[NamedField]) -> str:
    """What the server uses for fields that are not sent, as keyword arguments."""
    texts = ((field.name, default_text(field)) for field in fields)
    line = ", ".join(f"{name}={text}" for name, text in texts if text)
    return f"Server defaults: {line}." if line else ""


def stated_limits(limits: Iterable[Limit]) -> dict[str, tuple[str, ...]]:
    """What the docstring of each field says about its limits, by the pointer of the field."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for limit in limits:
        for field in limit.fields:
            lines[field].append(_limit_line(limit, field))
    return {field: tuple(texts) for field, texts in lines.items()}


def _limit_line(limit: Limit, field: str) -> str:
    others = [other.lstrip("/") for other in limit.fields if other != field]
    together = limit.require is not None or any(
        "total_" in rule for rule in limit.rules
    )
    with_others = f", with {', '.join(others)}" if others and together else ""
    warning = " (a warning)" if limit.level == "warn" else ""
    condition = limit.condition if limit.require is None else f'"{limit.quote}"'
    end = "" if condition.endswith(tuple(f'{end}"' for end in _ENDS)) else "."
    return f"Stated limit{with_others}{warning}: {condition}{end}"
