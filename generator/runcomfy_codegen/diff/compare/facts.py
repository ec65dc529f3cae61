"""Everything that can be said to have changed. The set is closed: rules match on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ...ir.model import Field, MediaKind, Model, Object, Type, Unknown, Value
from ...subtype.answer import Answer

Identity: TypeAlias = tuple[str, str]
"""What changed, before and after, spelled in one way whatever the words of messages."""


class Side(StrEnum):
    """What callers send, or what they get."""

    INPUT = "input"
    OUTPUT = "output"


def side_of(pointer: str) -> Side:
    """The side that a pointer into a published document is about."""
    outputs = ("/output_schema", "/facts")
    return Side.OUTPUT if pointer.startswith(outputs) else Side.INPUT


class Facet(StrEnum):
    """In which respect the values of a type can change."""

    TYPE = "type"
    NULL = "null"
    CHOICES = "choices"
    RANGE = "number-range"
    STEP = "number-step"
    LENGTH = "text-length"
    PATTERN = "text-pattern"
    FORMAT = "text-format"
    COUNT = "list-length"
    REPEATS = "list-repeats"
    MEMBERS = "object-members"
    ALTERNATIVES = "alternatives"


@dataclass(frozen=True, slots=True)
class SchemaLocation:
    """Where a fact holds: ``pointer`` is a JSON pointer into the published document."""

    model_id: str
    side: Side = Side.INPUT
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class ModelAdded:
    """A model that only the new side has."""

    place: SchemaLocation
    model: Model


@dataclass(frozen=True, slots=True)
class ModelRemoved:
    """A model that only the old side has."""

    place: SchemaLocation
    model: Model


@dataclass(frozen=True, slots=True)
class ModelRenamed:
    """A model that went, and one that came and takes the same; ``place`` is of the old."""

    place: SchemaLocation
    old: Model
    new: Model


@dataclass(frozen=True, slots=True)
class FieldAdded:
    """A field that only the new side has; ``holder`` is the old object without it."""

    place: SchemaLocation
    field: Field
    holder: Object


@dataclass(frozen=True, slots=True)
class FieldRemoved:
    """A field that only the old side has."""

    place: SchemaLocation
    field: Field


@dataclass(frozen=True, slots=True)
class FieldRenamed:
    """A field that went, and one that came and takes the same; ``holder`` is the old object."""

    place: SchemaLocation
    old: Field
    new: Field
    holder: Object


@dataclass(frozen=True, slots=True)
class RequiredChanged:
    """A field that must be given now, or no longer; ``holder`` is the old object.

    ``asked`` says whether the class of an old output cannot be read without it.
    """

    place: SchemaLocation
    required: bool
    field: Field
    holder: Object
    asked: bool = False


@dataclass(frozen=True, slots=True)
class UndeclaredRequiredChanged:
    """A name that no property declares must be given now, or no longer.

    ``holder`` is the old object.
    """

    place: SchemaLocation
    name: str
    demanded: bool
    holder: Object


@dataclass(frozen=True, slots=True)
class ClassRemoved:
    """A generated class that is no longer there; ``new`` is what it is called now, if known.

    ``kind`` is the new type of the field that needed it.
    """

    place: SchemaLocation
    old: str
    new: str
    kind: Type


@dataclass(frozen=True, slots=True)
class InformativeKeywordChanged:
    """A keyword differs that is for people: nothing is accepted or refused because of it."""

    place: SchemaLocation
    keyword: str
    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class NameChanged:
    """A field, or a model's module, has another name in code; its published one stayed."""

    place: SchemaLocation
    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class LocaleDrifted:
    """The schema in one language is built differently than the one that counts, newly so."""

    place: SchemaLocation
    locale: str


@dataclass(frozen=True, slots=True)
class ValuesChanged:
    """Other values are accepted, as far as one facet goes.

    ``kept`` answers whether all old values are still accepted, ``covered`` whether the old
    side accepted all new ones; ``old`` and ``new`` are the facet in words, ``identity`` is
    it free of wording, ``alone`` is the old type with nothing else new. ``read`` answers
    whether the generated class of an old output reads all new values. ``lost`` and
    ``gained`` are single values, where they are all.
    """

    place: SchemaLocation
    facet: Facet
    old: str
    new: str
    identity: Identity
    kept: Answer
    covered: Answer
    alone: Type
    read: Answer | None = None
    lost: str = ""
    gained: str = ""


@dataclass(frozen=True, slots=True)
class LimitsChanged:
    """Other files pass the media rules on one metric; the answers as for values."""

    place: SchemaLocation
    metric: str
    old: str
    new: str
    identity: Identity
    kept: Answer
    covered: Answer


@dataclass(frozen=True, slots=True)
class AnnotationChanged:
    """The annotation that a type checker sees is another one; the answers as for values."""

    place: SchemaLocation
    old: str
    new: str
    identity: Identity
    kept: Answer
    covered: Answer
    in_list: bool


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """The field names another kind of media by URL."""

    place: SchemaLocation
    old: MediaKind
    new: MediaKind


@dataclass(frozen=True, slots=True)
class DefaultChanged:
    """The server takes something else when the field is left out."""

    place: SchemaLocation
    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class SampleChanged:
    """Another example is published."""

    place: SchemaLocation
    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class TextsChanged:
    """Titles, descriptions or messages differ; ``what`` names them."""

    place: SchemaLocation
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnsupportedKeywordChanged:
    """A keyword that is not understood differs."""

    place: SchemaLocation
    old: Unknown | None
    new: Unknown | None


@dataclass(frozen=True, slots=True)
class UnknownChange:
    """What is published differs, no other fact says how, and not all is understood."""

    place: SchemaLocation
    old: Value
    new: Value


Fact: TypeAlias = (
    ModelAdded
    | ModelRemoved
    | ModelRenamed
    | FieldAdded
    | FieldRemoved
    | FieldRenamed
    | RequiredChanged
    | UndeclaredRequiredChanged
    | ClassRemoved
    | InformativeKeywordChanged
    | NameChanged
    | LocaleDrifted
    | ValuesChanged
    | LimitsChanged
    | AnnotationChanged
    | MediaChanged
    | DefaultChanged
    | SampleChanged
    | TextsChanged
    | UnsupportedKeywordChanged
    | UnknownChange
)
