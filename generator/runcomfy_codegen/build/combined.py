"""``anyOf``, ``oneOf`` and ``allOf`` of a single schema; ``enum`` and ``const``."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import cast

from runcomfy_runtime.exact_numbers import exact_number, json_identity

from ..dialect.validator import validator_class
from ..ir.as_json import to_json_schema
from ..ir.diagnostic import Severity
from ..ir.exact import equality_key
from ..ir.json_text import JsonValue, is_array, is_object, items, members
from ..ir.model import (
    NULL,
    Anything,
    Array,
    Boolean,
    Choice,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
)
from .reader_context import Collector, SchemaPath

_FLOATS_END = 10**308
"""Whole numbers from here on are sent as integers."""
_EVERY = frozenset({"null", "boolean", "number", "string", "array", "object"})


def combined_schemas(schema: dict[str, JsonValue]) -> tuple[str, list[JsonValue]]:
    """The combining keyword and its schemas; both empty if there is none."""
    for keyword in ("anyOf", "oneOf"):
        if schema.get(keyword) is not None:
            return keyword, items(schema[keyword])
    single = items(schema.get("allOf"))
    return ("allOf", single) if len(single) == 1 else ("", [])


def schema_alternatives(
    schema: dict[str, JsonValue], path: SchemaPath
) -> list[tuple[dict[str, JsonValue], SchemaPath]]:
    """The alternatives of a schema without its own ``type``, except null."""
    if schema.get("type") is not None:
        return []
    keyword, options = combined_schemas(schema)
    return [
        (members(option), path.option(keyword, index))
        for index, option in enumerate(options)
        if not _is_null(members(option))
    ]


def with_sole_alternative(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema completed by the keywords of its only alternative other than null."""
    others = schema_alternatives(schema, SchemaPath(""))
    return (
        {**with_sole_alternative(others[0][0]), **schema}
        if len(others) == 1
        else schema
    )


def union_of(options: Sequence[Type]) -> Type:
    """One type that accepts the values of all ``options``."""
    not_null = [option for option in options if option != NULL]
    if not not_null:
        return NULL if options else Anything()
    if any(isinstance(option, Anything) for option in not_null):
        return Anything()
    union = _together(not_null)
    nullable = len(not_null) < len(options) and not isinstance(union, Nullable)
    return Nullable(union) if nullable else union


def are_disjoint(options: Sequence[Type]) -> bool:
    """Whether certainly no value belongs to two of the types."""
    identities: set[object] = set()
    choice_words: set[str] = set()
    type_words: set[str] = set()
    for option in options:
        words = _words(option)
        if isinstance(option, Choice):
            own = _identities(option)
            if not identities.isdisjoint(own) or not type_words.isdisjoint(words):
                return False
            identities |= own
            choice_words |= words
        else:
            if not (choice_words | type_words).isdisjoint(words):
                return False
            type_words |= words
    return True


def _is_null(schema: dict[str, JsonValue]) -> bool:
    if schema.get("type") in ("null", ["null"]):
        return True
    return schema.get("enum") == [None] or ("const", None) in schema.items()


def _together(options: list[Type]) -> Type:
    if len(options) == 1:
        return options[0]
    if all(isinstance(option, Choice) for option in options):
        choices = cast("list[Choice]", options)
        values = {
            equality_key(value.exact()): value
            for choice in choices
            for value in choice.values
        }
        return Choice(tuple(values.values()))
    return Union(tuple(options))


def _identities(kind: Choice) -> set[object]:
    return {equality_key(value.exact()) for value in kind.values}


def _words(kind: Type) -> frozenset[str]:
    """The JSON types of the values of a type."""
    match kind:
        case Choice(values=values):
            return frozenset(_word(value.load()) for value in values)
        case Union(options=options):
            return frozenset[str]().union(*map(_words, options))
        case Nullable(inner=inner):
            return _words(inner) | {"null"}
        case Text():
            return frozenset({"string"})
        case Numeric():
            return frozenset({"number"})
        case Boolean():
            return frozenset({"boolean"})
        case Array():
            return frozenset({"array"})
        case Object():
            return frozenset({"object"})
        case Anything():
            return _EVERY


def _word(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if is_array(value):
        return "array"
    return "object" if is_object(value) else "number"


# ``enum`` and ``const``.


def apply_choices(
    schema: dict[str, JsonValue],
    kind: Type,
    path: SchemaPath,
    collector: Collector,
    *,
    nullable: bool,
) -> Type:
    """The type with ``enum`` and ``const`` applied, or null if it is nullable.

    Values that the rest of the schema refuses are removed and reported. If no value is left,
    the type does not change, and the keyword is kept as unsupported.
    """
    for keyword, published in (
        ("enum", items(schema.get("enum"))),
        ("const", [schema["const"]] if "const" in schema else []),
    ):
        if published:
            pointer = path.keyword(keyword)
            kind, nullable = _narrowed(kind, published, pointer, collector, nullable)
    return make_nullable(kind) if nullable else kind


def make_nullable(kind: Type) -> Type:
    """The type extended by null."""
    has_null = isinstance(kind, Anything | Nullable) or kind == NULL
    return kind if has_null else Nullable(kind)


def _narrowed(
    kind: Type,
    published: list[JsonValue],
    pointer: str,
    collector: Collector,
    nullable: bool,
) -> tuple[Type, bool]:
    """The type restricted to the published values, and whether null is one of them.

    A published null makes any type nullable: the dialect uses it that way.
    """
    null = None in published
    values = _distinct(
        _as_integer(value, kind) for value in published if value is not None
    )
    validator = validator_class()(to_json_schema(kind, exact=True))
    possible = [
        value
        for value in values
        if validator.is_valid(value.exact()) and _sendable(value)
    ]
    if len(possible) < len(values):
        _report(len(values) - len(possible), len(values), pointer, collector, null)
    if possible:
        return Choice(tuple(possible)), null
    if null:
        return NULL, False
    collector.keep(pointer.rpartition("/")[2], pointer, published)
    return kind, nullable


def _report(
    refused: int, number: int, pointer: str, collector: Collector, null: bool
) -> None:
    keyword = pointer.rpartition("/")[2]
    impossible = refused == number and not null
    collector.report(
        "impossible-enum",
        f"{refused} of {number} values of {keyword!r} are refused"
        " by the rest of the schema",
        pointer,
        (
            "no input could be valid, so the keyword is ignored"
            if impossible
            else "they are removed, because no input could use them"
        ),
        Severity.ERROR if impossible else Severity.WARNING,
    )


def _as_integer(value: JsonValue, kind: Type) -> JsonValue:
    """A whole number as an integer, if its type is one or no float names it for sure."""
    if not isinstance(value, Decimal):
        return value
    whole = exact_number(value)
    integral = isinstance(kind, Numeric) and kind.integral
    return whole if integral or value.copy_abs() >= _FLOATS_END else value


def _sendable(value: Value) -> bool:
    """Whether Python has this value, and JSON can hold it.

    Half a surrogate pair is not text (RFC 8259, section 8.2), and inside a list or an object
    a fraction with more digits than a double is no float.
    """
    try:
        json.dumps(value.load(), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    exact = value.exact()
    return isinstance(exact, Decimal) or (
        json_identity(value.load()) == json_identity(exact)
    )


def _distinct(values: Iterable[JsonValue]) -> list[Value]:
    """The values without repetitions, by JSON equality of exact values: no digit is lost."""
    distinct: dict[Hashable, Value] = {}
    for value in map(Value.of, values):
        distinct.setdefault(equality_key(value.exact()), value)
    return list(distinct.values())
