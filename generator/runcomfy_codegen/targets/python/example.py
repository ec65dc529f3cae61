"""An example of an input: what is published where it fits, else the least that is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from runcomfy_runtime.limits.check_values import value_problems
from runcomfy_runtime.limits.compiled import compile_limits
from runcomfy_runtime.media.format_table import KINDS

from ...ir.exact import exact_value
from ...ir.json_text import is_array
from ...ir.model import (
    Array,
    Field,
    MediaKind,
    Nullable,
    Text,
    Type,
    Union,
    Value,
    without_null,
)
from ...subtype.accepts import accepts
from ...subtype.examples import smallest_example
from ..line_layout import WIDTH, call_text
from ..source_text import literal
from .names import NamedField, NamedModel

_PROMPT = "A girl on a boat"
_PROMPTS = frozenset({"prompt", "text", "lyrics", "caption", "tags"})
_LONGEST = 200
"""The most characters of a value. A longer one hides the call around it."""


def example_code(model: NamedModel) -> str:
    """A call that runs, with the least input that says something; empty if no input can be made."""
    values = _example_values(model)
    if values is None:
        return ""
    arguments = [f"{field.name}={literal(value)}" for field, value in values.items()]
    name = f"{model.path[-1]}.Input"
    line = f"client.run({name}({', '.join(arguments)}))"
    # The code is a block of the docstring of a class.
    if len(line) + 8 <= WIDTH:
        return line
    return f"client.run(\n    {call_text(name, arguments, indent=4)}\n)"


def example_payload(model: NamedModel) -> dict[str, Any]:
    """The input of that call, by published names; empty if there is none."""
    values = _example_values(model) or {}
    return {field.wire_name: value for field, value in values.items()}


def _example_values(model: NamedModel) -> dict[NamedField, Any] | None:
    values = {field: _example(field) for field in _fields_shown(model)}
    values = _within_limits(model, values)
    if None in values.values() or _limits_broken(model, values):
        return None
    return values


def _within_limits(
    model: NamedModel, values: dict[NamedField, Any]
) -> dict[NamedField, Any]:
    """The values with as many other fields as the stated limits of the model require."""
    named = {name.lstrip("/") for limit in model.limits for name in limit.fields}
    others = [
        field
        for field in model.input.fields
        if field.wire_name in named and field not in values
    ]
    for field in sorted(others, key=lambda field: not _is_prompt(field)):
        before = _limits_broken(model, values)
        if not before:
            break
        more = {**values, field: _example(field)}
        if _limits_broken(model, more) < before:
            values = more
    return values


def _limits_broken(model: NamedModel, values: dict[NamedField, Any]) -> int:
    payload = {field.wire_name: value for field, value in values.items()}
    return len(list(value_problems(compile_limits(model.limits), payload)))


def _fields_shown(model: NamedModel) -> list[NamedField]:
    """The required fields, or the prompt of a model that requires nothing."""
    required = [field for field in model.input.fields if field.required]
    prompts = (field for field in model.input.fields if _is_prompt(field))
    return required or list(prompts)[:1]


def _example(field: Field) -> Any:
    """A value that the field accepts; None if none is found."""
    for value in _candidates(field):
        exact = exact_value(Value.of(value))
        says_nothing = value in ("", [], None) or len(literal(value)) > _LONGEST
        if not says_nothing and accepts(field.type, exact) is not False:
            return value
    return None


def _candidates(field: Field) -> Iterator[Any]:
    if field.sample is not None:
        yield _short(field.sample.load(), field.type)
    yield from _telling(field.type, field)
    yield from map(_as_json, smallest_example(field.type))


def _short(sample: Any, kind: Type) -> Any:
    """A published sample, with no more items than there must be."""
    array = without_null(kind)
    if isinstance(array, Array) and is_array(sample):
        return sample[: max(array.min_items or 0, 1)]
    return sample


def _telling(kind: Type, field: Field) -> Iterator[Any]:
    """Values that show a reader what the field is for."""
    match kind:
        case Nullable(inner=inner):
            yield from _telling(inner, field)
        case Union(options=options):
            for option in options:
                yield from _telling(option, field)
        case Array(items=inner, min_items=low):
            for value in _telling(inner, field):
                yield [value] * max(low or 1, 1)
        case Text() if field.media is not None:
            yield _url(field.media)
        case Text() if _is_prompt(field):
            yield _PROMPT
        case Text():
            yield field.wire_name
        case _:
            return


def _url(media: MediaKind) -> str:
    return f"https://example.com/{media}.{KINDS[media.value].extension}"


def _is_prompt(field: Field) -> bool:
    words = re.findall("[a-z]+", field.wire_name.lower())
    return not _PROMPTS.isdisjoint(words) and "negative" not in words


def _as_json(value: Any) -> Any:
    """An exact value as JSON has it."""
    if isinstance(value, Fraction):
        return float(value)
    return json.loads(json.dumps(value, default=float))
