"""The dialect as a validator class of jsonschema: validates input documents by published schemas.

It reads the published schema and not the IR, so that it can test the IR and the generated
classes independently. It accepts as much as they do: an unsupported keyword, or one with a
malformed value, permits anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from runcomfy_runtime.rule import Rule

from ..ir.json_text import is_array, is_object, items, members
from ..ir.one_way import NOT_SENT, without_marked
from ..pattern.engine import pattern_matches
from .exact_keywords import EXACT_KEYWORDS, EXACT_TYPES
from .rule_language import (
    Keyword,
    Prober,
    measure_nothing,
    names_several,
    validations_keyword,
)

_JSONSCHEMA: Any = validators  # the stubs of `extend` say nothing
_STANDARD: Mapping[str, Any] = Draft202012Validator.VALIDATORS


@cache
def validator_class(prober: Prober = measure_nothing) -> type[Validator]:
    """The validator class of the dialect; ``prober`` measures the files for media rules."""
    unsupported = dict.fromkeys(_STANDARD, _accept_any)
    own = {
        "type": type_keyword,
        "format": format_keyword,
        "validations": validations_keyword(prober),
    }
    keywords = {**unsupported, **_KEYWORDS, **own}
    class_: type[Validator] = _JSONSCHEMA.extend(
        Draft202012Validator, validators=keywords, type_checker=EXACT_TYPES
    )
    return class_


def input_validator(
    schema: Mapping[str, Any], prober: Prober = measure_nothing
) -> Validator:
    """A validator for the inputs of a model, made from its published input schema.

    An input may only have the published members that callers send.
    """
    sent = members(without_marked({**schema}, NOT_SENT))
    closed = {**sent, "additionalProperties": False}
    closed.pop("patternProperties", None)
    return validator_class(prober)(closed)


def _accept_any(
    validator: Any, value: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """A keyword that the dialect does not have: it permits any value."""
    yield from ()


def _standard(keyword: str, readable: Callable[[Any], bool]) -> Keyword:
    """A keyword of JSON Schema that permits any value if the keyword itself is malformed."""

    def check(
        validator: Any, value: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if readable(value):
            yield from _STANDARD[keyword](validator, value, instance, schema) or ()

    return check


def _required(
    validator: Any, names: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``required``: a name without a property only if the object may have such a member."""
    if is_array(names):
        published = members(schema.get("properties"))
        is_open = "patternProperties" in schema or (
            schema.get("additionalProperties", True) is not False
        )
        possible = [
            name
            for name in names
            if isinstance(name, str) and (is_open or name in published)
        ]
        yield from _STANDARD["required"](validator, possible, instance, schema) or ()


def _unless(other: str, keyword: Keyword) -> Keyword:
    """A keyword that permits any value next to an unsupported one that would loosen it."""

    def check(
        validator: Any, value: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if other not in schema:
            yield from keyword(validator, value, instance, schema)

    return check


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _pattern(
    validator: Any, pattern: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``pattern``, by the engine of the client; a pattern that it refuses permits any value."""
    texts = isinstance(pattern, str) and isinstance(instance, str)
    if texts and pattern_matches(pattern, instance) is False:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _is_schemas(value: Any) -> bool:
    return is_object(value) and all(map(is_object, value.values()))


def _is_options(value: Any) -> bool:
    return bool(value) and is_array(value) and all(map(is_object, value))


def _any_of(
    validator: Any, options: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``anyOf``; next to ``nullable`` it permits null, as the type of the client does."""
    nullable = instance is None and schema.get("nullable") is True
    if _is_options(options) and not nullable:
        yield from _STANDARD["anyOf"](validator, options, instance, schema) or ()


def _not(
    validator: Any, value: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``"not": {}`` refuses every value. No other ``not`` is supported."""
    if value == {}:
        yield ValidationError("no value is valid")


_KEYWORDS: Mapping[str, Keyword] = {
    **EXACT_KEYWORDS,
    **{
        name: _standard(name, _is_count)
        for name in ("minLength", "maxLength", "minItems", "maxItems")
    },
    "pattern": _pattern,
    "items": _unless("prefixItems", _standard("items", is_object)),
    "properties": _standard("properties", _is_schemas),
    "required": _required,
    "additionalProperties": _unless(
        "patternProperties",
        _standard(
            "additionalProperties", lambda value: value is False or is_object(value)
        ),
    ),
    "anyOf": _any_of,
    # Wider than JSON Schema, like the generated unions.
    "oneOf": _any_of,
    "not": _not,
}


# ``type`` in the dialect's spelling: ``float`` is ``number``, and case does not matter.


JSON_TYPES = frozenset(
    {"string", "integer", "number", "boolean", "array", "object", "null"}
)
"""The types of JSON Schema."""


def standard_type(name: object) -> str:
    """A type name in the spelling of JSON Schema: ``Float`` becomes ``number``."""
    lower = str(name).lower()
    return "number" if lower == "float" else lower


def type_keyword(
    validator: Any, published: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``type``: one name or several. A name that JSON Schema does not have permits any value."""
    names = [
        standard_type(word)
        for word in (published if is_array(published) else [published])
    ]
    if instance is None and schema.get("nullable") is True:
        return
    if names and JSON_TYPES.issuperset(names):
        standard = Draft202012Validator.VALIDATORS["type"]
        yield from standard(validator, names, instance, schema) or ()


# Putting the media rules of the IR into a standard schema, as the keyword ``validations``.


def with_media_rules(schema: dict[str, Any], rules: Sequence[Rule]) -> dict[str, Any]:
    """Add every rule to the schema at its pointer. Changes and returns ``schema``."""
    for rule in rules:
        steps = [
            step.replace("~1", "/").replace("~0", "~")
            for step in rule.pointer.split("/")[1:]
        ]
        for target in _schemas_at(schema, steps):
            target.setdefault("validations", []).append(_published(rule))
    return schema


def _published(rule: Rule) -> dict[str, str]:
    """A rule in the spelling of the dialect."""
    return {
        "validation_rule": f"{rule.metric}{rule.operator}",
        "validation_value": rule.limit,
        "validation_error": rule.message,
    }


def _schemas_at(schema: Any, steps: Sequence[str]) -> Iterator[dict[str, Any]]:
    """All schemas that describe the value at a pointer; ``*`` is every item of an array."""
    if not is_object(schema):
        return
    for option in items(schema.get("anyOf")):
        yield from _schemas_at(option, steps)
    if not steps:
        if "anyOf" not in schema:
            yield schema
        return
    step, *rest = steps
    if step == "*":
        yield from _schemas_at(schema.get("items"), rest)
    else:
        yield from _schemas_at(members(schema.get("properties")).get(step), rest)


def format_keyword(
    validator: Any, format_: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``format``: the items of an array of media are texts, if ``items`` does not say what."""
    listed = names_several(format_) and not schema.keys() & {"items", "prefixItems"}
    if listed and validator.is_type(instance, "array"):
        for index, item in enumerate(instance):
            yield from validator.descend(item, {"type": "string"}, path=index)
