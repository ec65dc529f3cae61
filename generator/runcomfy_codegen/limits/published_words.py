"""The descriptions that limits quote, and the fields that their pointers name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import JsonValue, NotJson, members
from ..ir.model import Array, Field, Nullable, Object, Type, Union
from ..prose.word_edges import is_cut

ITEM = "*"
"""The step of a pointer that means every item of a list."""


def pointer_steps(pointer: str) -> list[str]:
    """The steps of a limit's pointer, as names of properties and ``*``."""
    return [
        step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]
    ]


def field_at(kind: Type, steps: Sequence[str]) -> Field | None:
    """The field that a pointer names below a type; None if there is no such field."""
    if not steps:
        return None
    first, *rest = steps
    match kind:
        case Nullable(inner=inner):
            return field_at(inner, steps)
        case Union(options=options):
            candidates = (field_at(option, steps) for option in options)
            return next((field for field in candidates if field is not None), None)
        case Array(items=items):
            return field_at(items, rest) if first == ITEM else None
        case Object(fields=fields):
            field = next((field for field in fields if field.wire_name == first), None)
            return field if field is None or not rest else field_at(field.type, rest)
        case _:
            return None


def default_locale(documents: Mapping[str, Document]) -> str:
    """The locale in which limits are stated if they name none."""
    return DEFAULT_LOCALE if DEFAULT_LOCALE in documents else min(documents)


def descriptions(document: Document, pointer: str) -> list[str]:
    """What a document says about the field that a pointer names: of it, and of its items."""
    try:
        schema = document.input_schema.value()
    except NotJson:
        return []
    for step in pointer_steps(pointer):
        inner = (_inner_schema(part, step) for part in _spellings(schema))
        schema = next((part for part in inner if part is not None), None)
    texts = (
        members(part).get("description")
        for spelling in _spellings(schema)
        for part in (spelling, members(spelling).get("items"))
    )
    return [text for text in texts if isinstance(text, str)]


def _inner_schema(schema: JsonValue, step: str) -> JsonValue:
    """The schema of the items of a list, or of a property; None if there is no such schema."""
    if step == ITEM:
        return members(schema).get("items")
    return members(members(schema).get("properties")).get(step)


def _spellings(schema: JsonValue) -> Iterator[JsonValue]:
    """A schema, and the alternatives that it may be written as."""
    yield schema
    for keyword in ("anyOf", "oneOf", "allOf"):
        alternatives = members(schema).get(keyword)
        if isinstance(alternatives, list):
            yield from alternatives


def normalized(text: str) -> str:
    """A text in NFC, with every run of white space as one space, trimmed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def contains_quote(description: str, quote: str) -> bool:
    """Whether a description has a quote, which is not cut out of a word or a number."""
    text, words = normalized(description), normalized(quote)
    begin = text.find(words) if words else -1
    while begin >= 0:
        if _is_whole(text, begin, begin + len(words)):
            return True
        begin = text.find(words, begin + 1)
    return False


def _is_whole(text: str, begin: int, end: int) -> bool:
    return not (is_cut(text, begin) or is_cut(text, end))
