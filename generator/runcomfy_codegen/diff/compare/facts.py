"""Facts: every kind of change that the diff knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ...ir.model import Field, MediaKind, Model, Object, Type, Unknown, Value
from ...subtype import Answer, No

Identity: TypeAlias = tuple[str, str]
"""What changed, before and after, in a form that does not depend on the wording of messages."""


class Side(StrEnum):
    """What callers send, or what they receive."""

    INPUT = "input"
    OUTPUT = "output"


def side_of(pointer: str) -> Side:
    """The side that a pointer into a published document belongs to."""
    outputs = ("/output_schema", "/facts")
    return Side.OUTPUT if pointer.startswith(outputs) else Side.INPUT


class Facet(StrEnum):
    """An aspect of a type that can change."""

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
    """Where a change is: ``pointer`` is a JSON pointer into the published document."""

    model_id: str
    side: Side = Side.INPUT
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One change. Its kind is its class, and every rule judges the facts of one kind."""

    location: SchemaLocation


@dataclass(frozen=True, slots=True)
class ModelAdded(Fact):
    """A model that only the new side has."""

    model: Model


@dataclass(frozen=True, slots=True)
class ModelRemoved(Fact):
    """A model that only the old side has."""

    model: Model


@dataclass(frozen=True, slots=True)
class ModelRenamed(Fact):
    """A model that was removed, and an added one that accepts the same inputs.

    ``location`` is that of the old model. ``moved`` says whether the module has another name.
    """

    old: Model
    new: Model
    moved: bool = False


@dataclass(frozen=True, slots=True)
class FieldAdded(Fact):
    """A field that only the new side has; ``parent`` is the old object without it.

    ``was_marked`` means that the old side has it too, marked as one that goes the other way.
    """

    field: Field
    parent: Object
    was_marked: bool = False


@dataclass(frozen=True, slots=True)
class FieldRemoved(Fact):
    """A field that only the old side has; ``name`` is its name in code, if known.

    ``is_marked`` means that the new side has it too, marked as one that goes the other way.
    """

    field: Field
    name: str = ""
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class FieldRenamed(Fact):
    """A field that was removed, and an added one of the same type.

    ``parent`` is the old object. ``renamed_in_code`` says whether its name in code changed.
    """

    old: Field
    new: Field
    parent: Object
    renamed_in_code: bool = False


@dataclass(frozen=True, slots=True)
class RequiredChanged(Fact):
    """A field that became required or optional; ``parent`` is the old object.

    ``required_by_class`` says whether the generated class of the old output requires it.
    """

    required: bool
    field: Field
    parent: Object
    required_by_class: bool = False


@dataclass(frozen=True, slots=True)
class UndeclaredRequiredChanged(Fact):
    """``required`` lists a name without a property now, or no longer does.

    ``parent`` is the old object.
    """

    name: str
    required: bool
    parent: Object


@dataclass(frozen=True, slots=True)
class ClassRemoved(Fact):
    """A generated class that no longer exists; ``new`` is its new name, if there is one.

    ``new_type`` is the new type of the field that used the class.
    """

    old: str
    new: str
    new_type: Type


@dataclass(frozen=True, slots=True)
class InformativeKeywordChanged(Fact):
    """A keyword for people changed; it does not decide which values are accepted."""

    keyword: str
    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class NameChanged(Fact):
    """A field or the module of a model has another name in code and the same published name."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class LocaleDrifted(Fact):
    """The schema in one language now differs in structure from the default language."""

    locale: str


@dataclass(frozen=True, slots=True)
class ValuesChanged(Fact):
    """One facet changed, and with it the values that are accepted.

    - ``old`` and ``new`` are the facet in words, ``identity`` is it without wording.
    - ``old_in_new``: are all old values still accepted?
    - ``new_in_old``: did the old side accept all new values?
    - ``isolated`` is the old type with this facet changed and nothing else.
    - ``readable``: can the generated class of an old output parse all new values?
    - ``removed`` and ``added`` list single values, if the change consists of them.
    """

    facet: Facet
    old: str
    new: str
    identity: Identity
    old_in_new: Answer
    new_in_old: Answer
    isolated: Type
    readable: Answer | None = None
    removed: str = ""
    added: str = ""


@dataclass(frozen=True, slots=True)
class MediaLimitsChanged(Fact):
    """Other files pass the media rules on one metric; answers as in ``ValuesChanged``."""

    metric: str
    old: str
    new: str
    identity: Identity
    old_in_new: Answer
    new_in_old: Answer


@dataclass(frozen=True, slots=True)
class AnnotationChanged(Fact):
    """The annotation that a type checker sees changed; answers as in ``ValuesChanged``.

    ``has_list`` says whether a list or dict is part of both annotations. ``lost`` is a value
    of the old schema that only the old annotation accepts, ``gained`` one of the new schema
    that only the new one accepts; None if there is no such value.
    """

    old: str
    new: str
    identity: Identity
    old_in_new: Answer
    new_in_old: Answer
    has_list: bool
    lost: No | None = None
    gained: No | None = None


@dataclass(frozen=True, slots=True)
class MediaKindChanged(Fact):
    """A media field expects another kind of file."""

    old: MediaKind
    new: MediaKind


@dataclass(frozen=True, slots=True)
class DefaultChanged(Fact):
    """The server uses another value when the field is left out."""

    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class SampleChanged(Fact):
    """The published example changed."""

    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class SuggestionsChanged(Fact):
    """Other values are listed next to a type that accepts them anyway, in words."""

    removed: str
    added: str


@dataclass(frozen=True, slots=True)
class TextsChanged(Fact):
    """Titles, descriptions or messages changed; ``what`` names them."""

    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnsupportedKeywordChanged(Fact):
    """An unsupported keyword changed."""

    old: Unknown | None
    new: Unknown | None


@dataclass(frozen=True, slots=True)
class UnknownChange(Fact):
    """The published JSON changed, no other fact explains it, and parts are unsupported."""

    old: Value
    new: Value
