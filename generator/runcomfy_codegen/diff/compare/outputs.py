"""An output before and after: what is published, and what the old class can parse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...ir.json_text import pointer_token
from ...ir.model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    Model,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
)
from ...subtype.is_subschema import alternatives, is_subschema
from .facts import Fact, RequiredChanged, SchemaLocation, ValuesChanged
from .fields import field_facts
from .source import annotation_facts


@dataclass(frozen=True, slots=True)
class PublishedOutputs:
    """The published outputs of both sides, by model id.

    The output of a model itself is what the generated class reads.
    """

    old: Mapping[str, Object]
    new: Mapping[str, Object]

    def of(self, old: Model, new: Model) -> tuple[Object, Object]:
        """The published outputs of a model; its classes if one side publishes none."""
        one, other = self.old.get(old.model_id), self.new.get(new.model_id)
        if one is None or other is None:
            return old.output, new.output
        return one, other


NO_PUBLISHED_OUTPUTS = PublishedOutputs({}, {})
"""No published outputs: only the models are compared."""


def output_facts(
    old: Model, new: Model, published: tuple[Object, Object], location: SchemaLocation
) -> Iterator[Fact]:
    """Everything that changed in an output.

    The published schema says what servers may send. Callers wrote code against the class.
    """
    for fact in field_facts(*published, location):
        match fact:
            case ValuesChanged():
                kind = type_read_by(
                    old.output, _pointer_tokens(fact.location, location)
                )
                yield replace(fact, readable=is_subschema(fact.isolated, kind))
            case RequiredChanged():
                yield replace(
                    fact, required_by_class=_is_required_by_class(old.output, fact)
                )
            case _:
                yield fact
    yield from annotation_facts(old.output, new.output, location)


def _pointer_tokens(at: SchemaLocation, root: SchemaLocation) -> list[str]:
    return at.pointer.removeprefix(root.pointer).split("/")[1:]


def _is_required_by_class(output: Object, fact: RequiredChanged) -> bool:
    """Whether the generated class requires the field."""
    wire_name = fact.field.wire_name
    return any(f.required for f in output.fields if f.wire_name == wire_name)


# What the generated class of an output can parse: more than its annotation says.
#
# pydantic converts in lax mode (its conversion table): numbers from booleans and from texts,
# booleans from 0, 1 and a few words. The patterns for texts are generous here, so that the
# class does refuse every value that is said to be refused.


_NUMBER_TEXTS = Text(pattern="(?i)[0-9]|inf|nan")
_BOOLEAN_TEXTS = Text(pattern="(?i)^(0|1|t|f|y|n|on|off|yes|no|true|false)$")
_BITS = Choice((Value.of(0), Value.of(1)))


def type_read_by(output: Object, steps: Sequence[str]) -> Type:
    """What the class of an output can parse at a place; ``steps`` are the pointer's tokens."""
    kind: Type = _lax_type(output)
    for keyword, name in _paired(steps):
        parts = [
            part
            for option in alternatives(kind)
            for part in _below(option, keyword, name)
        ]
        kind = Union(tuple(parts))
    return kind


def _paired(steps: Sequence[str]) -> list[tuple[str, str]]:
    """Keywords with names: ``properties`` is followed by a name, ``items`` is not."""
    pairs: list[tuple[str, str]] = []
    rest = iter(steps)
    for keyword in rest:
        pairs.append((keyword, next(rest) if keyword == "properties" else ""))
    return pairs


def _below(kind: Type, keyword: str, name: str) -> list[Type]:
    match kind:
        case Anything():
            return [kind]
        case Array(items=items) if keyword == "items":
            return [items]
        case Object() if keyword == "properties":
            types = (f.type for f in kind.fields if pointer_token(f.wire_name) == name)
            return [next(types, Anything())]
        case _:
            return []


def _lax_type(kind: Type) -> Type:
    match kind:
        case Numeric():
            return Union((kind, Boolean(), _NUMBER_TEXTS))
        case Boolean():
            return Union((kind, _BITS, _BOOLEAN_TEXTS))
        case Array(items=items):
            return replace(kind, items=_lax_type(items))
        case Nullable(inner=inner):
            return Nullable(_lax_type(inner))
        case Union(options=options):
            return Union(tuple(map(_lax_type, options)))
        case Object():
            return replace(
                kind, fields=tuple(map(_member, kind.fields)), extra=Anything()
            )
        case Text() | Choice() | Anything():
            return kind


def _member(field: Field) -> Field:
    kind = _lax_type(field.type)
    return replace(field, type=kind if field.required else Nullable(kind))
