"""The output of a model: read more tolerantly than it is published.

The published output schema is the same for all models and incomplete: audio models return
``audio``, which it does not have, and a single URL may come as a list or the reverse. So
every output field is optional, takes one URL or several, and unknown members are kept. Which
fields there are follows what is known: a published schema that is not the generic one, else
the facts that are stored with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ..ir.document import Document
from ..ir.json_text import JsonValue, NotJson, items, members
from ..ir.model import (
    Anything,
    Array,
    Boolean,
    Field,
    MediaKind,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)
from ..ir.one_way import NOT_RECEIVED, without_marked
from ..ir.output_fields import EVERY_OUTPUT_FIELD, OUTPUT_FIELDS
from .properties import FieldsReader
from .reader_context import SchemaPath
from .types import undeclared_required

GENERIC_OUTPUT: Mapping[str, JsonValue] = MappingProxyType(
    {
        "type": "object",
        "properties": {
            "image": {
                "type": "string",
                "format": "uri",
                "description": "URL of one image",
            },
            "video": {
                "type": "string",
                "format": "uri",
                "description": "URL of one video",
            },
            "images": {
                "type": "array",
                "description": "URLs of several images",
                "items": {"type": "string", "format": "uri"},
            },
            "videos": {
                "type": "array",
                "description": "URLs of several videos",
                "items": {"type": "string", "format": "uri"},
            },
        },
    }
)
"""The output that every page publishes; catalog entries have none and get this one."""


def unwrap_output(published: JsonValue) -> tuple[dict[str, JsonValue], str]:
    """The schema of the output itself, and its pointer inside the published one.

    Pages publish ``{"output": {…}}``, where ``output`` is the member of the result.
    """
    schema = members(published)
    if "properties" not in schema and isinstance(schema.get("output"), dict):
        return members(schema["output"]), "/output"
    return schema, ""


def read_output(published: JsonValue, reader: FieldsReader) -> Object:
    """The output as published, or the generic one if none is published."""
    whole, inside = unwrap_output(
        published if members(published) else dict(GENERIC_OUTPUT)
    )
    schema = members(without_marked(whole, NOT_RECEIVED))
    path = SchemaPath(f"/output_schema{inside}", steps=("output",))
    reader.keep_unsupported(schema, path)
    fields = reader.read(schema, path)
    return Object(
        fields=fields,
        undeclared_required=undeclared_required(schema),
        left_out=reader.left_out(whole, NOT_RECEIVED, path),
        path=path.steps,
        pointer=path.schema,
    )


def without_defaults(output: Object) -> Object:
    """The output without defaults: a default means nothing in what the server sends."""
    fields = (replace(field, default=None, sample=None) for field in output.fields)
    return replace(output, fields=tuple(fields))


def opened_output(output: Object, stated: MediaKind | None = None) -> Object:
    """The output with optional fields that take one value or several, and with new members.

    ``stated`` is the kind of media that the stored facts name.
    """
    fields = _known_fields(output, stated)
    return replace(output, extra=Anything(), fields=fields, undeclared_required=())


def _known_fields(output: Object, stated: MediaKind | None) -> tuple[Field, ...]:
    """The fields that are known to come, each kind of media in both of its forms.

    The published schema decides, unless it is the one that says the same of every model. If
    nothing is known, every kind may come.
    """
    names = frozenset(field.wire_name for field in output.fields)
    if not names or names == _GENERIC:
        return OUTPUT_FIELDS[stated] if stated else EVERY_OUTPUT_FIELD
    published = [kind for kind in MediaKind if names & {kind.value, f"{kind.value}s"}]
    kinds = published if len(published) == 1 else [stated] if stated else []
    added = (
        field
        for kind in kinds
        for field in OUTPUT_FIELDS[kind]
        if field.wire_name not in names
    )
    return (*map(_open_field, output.fields), *added)


def _open_field(field: Field) -> Field:
    return replace(
        field, required=False, type=_open(field.type), default=None, sample=None
    )


def _open(kind: Type) -> Type:
    match kind:
        case Nullable(inner=inner):
            return _open(inner)
        case Text():
            return Union((Text(), Array(items=Text())))
        case Array(items=Nullable(inner=inner)):
            # A missing field is None; an item is None only if null is published.
            return _list_of(inner, nullable=True)
        case Array(items=inner):
            return _list_of(inner)
        case Object():
            members_read = tuple(map(_open_field, kind.fields))
            return replace(
                kind, extra=Anything(), fields=members_read, undeclared_required=()
            )
        case Numeric() | Boolean():
            return kind
        case _:
            # Outputs get new choices, and an old client should still read them.
            return Anything()


def _list_of(inner: Type, *, nullable: bool = False) -> Type:
    """A list; the server may send one URL instead of a list of URLs."""
    item = Text() if isinstance(inner, Text) else _open(inner)
    not_nullable = not nullable or isinstance(item, Anything)
    array = Array(items=item if not_nullable else Nullable(item))
    return Union((array, Text())) if isinstance(inner, Text) else array


# What is known of the kind of media.


_GENERIC = frozenset(members(GENERIC_OUTPUT["properties"]))
_MADE = re.compile(r"(?<![a-z])to[ _-]+([a-z]+)")
_SOUNDS = frozenset(("music", "speech", "sound", "voice"))


def stated_kind(documents: Iterable[Document]) -> MediaKind | None:
    """The kind of media that the facts of a document state, the first that states one.

    A name is a guess, and states nothing.
    """
    kinds = (_kind_in_facts(document) for document in documents)
    return next((kind for kind in kinds if kind is not None), None)


def _kind_in_facts(document: Document) -> MediaKind | None:
    try:
        facts = members(document.facts.value()) if document.facts else {}
    except NotJson:
        return None
    categories = [facts.get("category"), *items(facts.get("categories"))]
    return _only_kind([facts.get("output_type")], _kinds_named) or _only_kind(
        categories, _kinds_made
    )


def _only_kind(
    published: Iterable[JsonValue], kinds_of: Callable[[str], set[MediaKind]]
) -> MediaKind | None:
    texts = (text.lower() for text in published if isinstance(text, str))
    kinds = {kind for text in texts for kind in kinds_of(text)}
    return kinds.pop() if len(kinds) == 1 else None


def _kinds_made(category: str) -> set[MediaKind]:
    """The kinds that a category says are made: of ``image-to-video``, only video."""
    made = " ".join(_MADE.findall(category))
    return _kinds_named(made or category)


def _kinds_named(text: str) -> set[MediaKind]:
    words = {word.removesuffix("s") for word in re.findall("[a-z]+", text)}
    named = {kind for kind in MediaKind if kind.value in words}
    return named | ({MediaKind.AUDIO} if words & _SOUNDS else set())
