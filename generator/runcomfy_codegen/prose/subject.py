"""The field that a description belongs to, as far as the reader needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..ir.json_text import pointer_token
from ..ir.model import (
    Array,
    Boolean,
    Choice,
    Field,
    MediaKind,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    without_null,
)

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_OF_URLS = frozenset(("url", "urls", "uri", "uris", "link", "links", "file", "id"))


@dataclass(frozen=True)
class Subject:
    """A field of the input and the JSON pointer that limits name it by."""

    field: Field
    pointer: str

    @cached_property
    def type(self) -> Type:
        """The type of the field, or of each item if it is a list; never nullable."""
        outer = without_null(self.field.type)
        return without_null(outer.items) if isinstance(outer, Array) else outer

    @property
    def is_list(self) -> bool:
        """Whether the field takes a list."""
        return isinstance(without_null(self.field.type), Array)

    @property
    def media(self) -> MediaKind | None:
        """The kind of media whose URLs the field takes."""
        return self.field.media

    @property
    def is_text(self) -> bool:
        """Whether the field, or each item, is a text, but not a URL and not a choice."""
        return isinstance(self.type, Text) and self.media is None

    @property
    def is_number(self) -> bool:
        """Whether the field is a number. Lists of numbers are not read."""
        return isinstance(self.type, Numeric) and not self.is_list

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that the field chooses from."""
        if not isinstance(self.type, Choice):
            return ()
        values = (value.load() for value in self.type.values)
        return tuple(value for value in values if isinstance(value, str))

    @property
    def is_switch(self) -> bool:
        """Whether the field is true or false."""
        return isinstance(self.type, Boolean)

    @property
    def top_level(self) -> bool:
        """Whether the field is a member of the input itself."""
        return self.pointer == "/" + pointer_token(self.field.wire_name)

    @cached_property
    def name_words(self) -> tuple[str, ...]:
        """The words of the name, in lower case and without those for a URL."""
        words = tuple(word.lower() for word in _WORD.findall(self.field.wire_name))
        return tuple(word for word in words if word not in _OF_URLS) or words

    @cached_property
    def name_set(self) -> frozenset[str]:
        """The words of the name without plurals, to be found in a text."""
        return frozenset(map(singular, self.name_words))


def subjects(kind: Object) -> tuple[Subject, ...]:
    """Every field of an input, parents before their children."""
    return tuple(_subjects(kind, ""))


def _subjects(kind: Type, pointer: str) -> Iterator[Subject]:
    match kind:
        case Object(fields=fields):
            for field in fields:
                here = f"{pointer}/{pointer_token(field.wire_name)}"
                yield Subject(field, here)
                yield from _subjects(field.type, here)
        case Array(items=items):
            yield from _subjects(items, f"{pointer}/*")
        case Nullable(inner=inner):
            yield from _subjects(inner, pointer)
        case Union(options=options):
            for option in options:
                yield from _subjects(option, pointer)
        case _:
            pass


def singular(word: str) -> str:
    """An English word without the ``s`` of its plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def same_words(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether all words of the first are among the second, whatever their number."""
    return {singular(word) for word in first} <= {singular(word) for word in second}
