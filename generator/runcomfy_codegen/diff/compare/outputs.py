"""An output before and after: what is published, and what the old class can parse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...ir.json_text import pointer_token
from ...ir.model import (
    Anything,
    Array,
    Model,
    Object,
    Type,
    Union,
)
from ...ir.output_fields import EVERY_OUTPUT_FIELD
from ...subtype.is_subschema import alternatives, is_subschema
from .facts import (
    Fact,
    FieldRemoved,
    RequiredChanged,
    SchemaLocation,
    TextsChanged,
    ValuesChanged,
)
from .fields import at_field, field_facts
from .source import SurfacePair


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
    old: Object,
    published: tuple[Object, Object],
    location: SchemaLocation,
    surfaces: SurfacePair | None,
) -> Iterator[Fact]:
    """Everything that changed in an output.

    The published schema says what servers may send. Callers wrote code against
    the class of the ``old`` output.
    """
    for fact in field_facts(*published, location):
        match fact:
            case ValuesChanged() if surfaces is not None:
                steps = _pointer_tokens(fact.location, location)
                kind = _type_read_at(steps, surfaces[0].reads)
                yield replace(fact, readable=is_subschema(fact.isolated, kind))
            case RequiredChanged():
                yield replace(fact, required_by_class=_is_required_by_class(old, fact))
            case _:
                yield fact


def output_class_facts(
    old: Object, new: Object, published: tuple[Object, Object], location: SchemaLocation
) -> Iterator[Fact]:
    """Fields that the class no longer has because the catalog says what the model makes.

    If nothing was known before, no value is lost: the model never sent these fields, and they
    are None at run time.
    """
    was, now, kept = (
        {field.wire_name for field in output.fields} for output in (*published, new)
    )
    lost = [
        field
        for field in old.fields
        if field.wire_name not in kept
        and (field.wire_name not in was or field.wire_name in now)
    ]
    if lost and old.fields == EVERY_OUTPUT_FIELD:
        names = ", ".join(repr(field.wire_name) for field in lost)
        at = replace(location, pointer="/facts")
        yield TextsChanged(at, (f"the class of the output (now without {names})",))
    else:
        yield from (
            FieldRemoved(at_field(location, each.wire_name), each) for each in lost
        )


def _pointer_tokens(at: SchemaLocation, root: SchemaLocation) -> list[str]:
    return at.pointer.removeprefix(root.pointer).split("/")[1:]


def _is_required_by_class(output: Object, fact: RequiredChanged) -> bool:
    """Whether the generated class requires the field."""
    wire_name = fact.field.wire_name
    return any(f.required for f in output.fields if f.wire_name == wire_name)


# What the generated class of an output can parse at a place.


def _type_read_at(steps: Sequence[str], whole: Type) -> Type:
    """What a class that can parse ``whole`` parses at a place; ``steps`` are pointer tokens."""
    kind = whole
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
