"""A model as the tool understands it: fields, types, media rules. All values are frozen.

There is a fixed set of types; each describes JSON values. Numbers are exact (``int`` or
``Decimal``). JSON values that nothing interprets are kept as ``Value``.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias, cast

from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.rule import Rule

Exact: TypeAlias = int | Decimal


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value that nothing interprets, kept as canonical JSON text."""

    text: str

    @classmethod
    def of(cls, value: Any) -> Value:
        """Freeze a JSON value; a ``Decimal`` keeps the digits that were published."""
        return cls(_canonical(value))

    def load(self) -> Any:
        """The JSON value, fractions as the nearest ``float``."""
        return json.loads(self.text, parse_float=_nearest)

    def exact(self) -> Any:
        """The JSON value, fractions as ``Decimal``, to the last digit."""
        return json.loads(self.text, parse_float=Decimal)

    def printed(self) -> Any:
        """The JSON value as it is printed: a fraction that no float names is a ``Decimal``."""
        return json.loads(self.text, parse_float=lambda text: printed(Decimal(text)))


def printed(number: Exact) -> int | float | Decimal:
    """A number as it is printed: a ``Decimal`` if it is not an integer, and no float names it."""
    if isinstance(number, int):
        return number
    value = float(number)
    return value if Decimal(repr(value)) == number else number


def is_note(keyword: str) -> bool:
    """Whether a keyword only informs people and refuses no value."""
    return keyword == "deprecated" or keyword.startswith("x-")


@dataclass(frozen=True, slots=True)
class Unknown:
    """An unsupported keyword. The type is wider there, and the diff cannot judge changes."""

    keyword: str
    pointer: str
    value: Value

    @property
    def is_note(self) -> bool:
        """Whether the keyword only informs people and refuses no value."""
        return is_note(self.keyword)


@dataclass(frozen=True, slots=True)
class PublishedPart:
    """A part of a document as published, without texts: what the IR was read from.

    ``understood`` means that the IR holds all of it: if the IR is equal, so is the meaning.
    """

    pointer: str
    value: Value
    understood: bool


class MediaKind(StrEnum):
    """The kind of media whose URL a field takes."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string. Lengths count code points; ``pattern`` is searched for, not anchored."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """A number, or only an integer; bounds are inclusive unless their name says otherwise."""

    integral: bool
    minimum: Exact | None = None
    maximum: Exact | None = None
    exclusive_minimum: Exact | None = None
    exclusive_maximum: Exact | None = None
    multiple_of: Exact | None = None


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false; never 1 or 0."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values, compared as JSON (``True`` is not 1)."""

    values: tuple[Value, ...]


NULL = Choice((Value("null"),))
"""The type whose only value is null."""

NOTHING = Choice(())
"""The type without values: an impossible schema, for example a ``type`` next to a ``const`` of
another type. It is never an option of a ``Union``, and never inside a ``Nullable``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """A list of values of one type. ``format`` is the array's own, not that of its items."""

    items: Type
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    format: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """Members by name. ``extra`` is the type of undeclared members; None forbids them.

    ``undeclared_required`` are required names that no field declares. ``path`` has the steps from the
    input or output to this object: published names of members, ``item`` for the items of an
    array, ``value`` for undeclared members, ``option_`` and a word for one of several schemas.
    ``pointer`` is that of the schema in the document. Comparing objects ignores both.
    ``left_out`` are the published members that go the other way alone: ``readOnly`` ones of an
    input, ``writeOnly`` ones of an output. They are no fields.
    """

    fields: tuple[Field, ...] = ()
    extra: Type | None = None
    undeclared_required: tuple[str, ...] = ()
    left_out: tuple[tuple[str, Value], ...] = ()
    path: tuple[str, ...] = field(default=(), compare=False)
    pointer: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Union:
    """Any of several types."""

    options: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Nullable:
    """The inner type, or null."""

    inner: Type


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value: the type of a schema that is not understood."""


Type: TypeAlias = (
    Text | Numeric | Boolean | Choice | Array | Object | Union | Nullable | Anything
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One member of an object.

    ``wire_name`` is the published name. ``default`` is the server's default for a missing
    field; ``sample`` is a published example. Neither is ever sent. ``rule_pointers`` are the
    JSON pointers of the rules in the document.
    """

    wire_name: str
    type: Type
    required: bool
    title: str = ""
    description: str = ""
    default: Value | None = None
    sample: Value | None = None
    media: MediaKind | None = None
    rules: tuple[Rule, ...] = ()
    rule_pointers: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of the catalog, in one locale.

    ``published_output`` is the output as the server publishes it, ``output`` the wider type
    that is read, ``published`` the parts of the document that both were read from.
    ``schema_sha256`` covers the document whose texts are shown; ``documents`` are
    (locale, hash) of every document of the model. ``limits`` are the stated limits that
    apply: their words are in the published descriptions.
    """

    model_id: str
    title: str
    description: str
    locale: str
    input: Object
    output: Object
    schema_sha256: str
    documents: tuple[tuple[str, str], ...]
    kind: str = ""
    unknown: tuple[Unknown, ...] = ()
    published_output: Object | None = None
    published: tuple[PublishedPart, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every media rule of the input, in the order of the fields."""
        return tuple(rule for field in fields_in(self.input) for rule in field.rules)


def has_null(kind: Type) -> bool:
    """Whether a type accepts null."""
    match kind:
        case Nullable() | Anything():
            return True
        case Choice(values=values):
            return any(value.text == "null" for value in values)
        case Union(options=options):
            return any(map(has_null, options))
        case _:
            return False


def without_null(kind: Type) -> Type:
    """A type without the null that it may be published with."""
    return kind.inner if isinstance(kind, Nullable) else kind


def types_in(kind: Type) -> Iterator[Type]:
    """A type and all types inside it, parents before their children."""
    yield kind
    for part in _parts(kind):
        yield from types_in(part)


def fields_in(kind: Type) -> tuple[Field, ...]:
    """All fields inside a type, parents before their children."""
    return tuple(
        field
        for part in types_in(kind)
        if isinstance(part, Object)
        for field in part.fields
    )


def _parts(kind: Type) -> tuple[Type, ...]:
    match kind:
        case Array(items=inner) | Nullable(inner=inner):
            return (inner,)
        case Union(options=options):
            return options
        case Object(fields=fields, extra=extra):
            members = tuple(field.type for field in fields)
            return members if extra is None else (*members, extra)
        case _:
            return ()


def _nearest(number: str) -> float:
    """The nearest finite double: JSON has no infinity."""
    value = float(number)
    return math.copysign(sys.float_info.max, value) if math.isinf(value) else value


def _canonical(value: Any) -> str:
    """Compact ASCII JSON; members keep their order."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return (
            "{" + ",".join(f"{json.dumps(k)}:{_canonical(v)}" for k, v in members) + "}"
        )
    if isinstance(value, list | tuple):
        return (
            "[" + ",".join(_canonical(item) for item in cast("list[Any]", value)) + "]"
        )
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


# Changing every field of a type, at any depth.


def map_fields(kind: Type, change: Callable[[Field], Field]) -> Type:
    """The type with ``change`` applied to every field inside it, innermost fields first."""

    def inner(type_: Type) -> Type:
        return map_fields(type_, change)

    match kind:
        case Object(fields=fields, extra=extra):
            fields_changed = (
                change(replace(field, type=inner(field.type))) for field in fields
            )
            extra_changed = None if extra is None else inner(extra)
            return replace(kind, fields=tuple(fields_changed), extra=extra_changed)
        case Array(items=items):
            return replace(kind, items=inner(items))
        case Nullable(inner=inner_type):
            return Nullable(inner(inner_type))
        case Union(options=options):
            return Union(tuple(map(inner, options)))
        case _:
            return kind
