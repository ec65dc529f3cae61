"""Which other fields, and which of their values, a sentence names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .lexemes import Lexeme
from .subject import Subject, same_words
from .word_kinds import Is


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that a sentence names, and the values of it that the sentence names."""

    subject: Subject
    values: tuple[str | bool, ...] = ()

    @property
    def name(self) -> str:
        """The wire name of the field."""
        return self.subject.field.wire_name

    @property
    def exact(self) -> bool:
        """Whether it is clear which values are meant: of a choice, some must be named."""
        return bool(self.values) or not self.subject.choices

    @property
    def given(self) -> dict[str, Any]:
        """The schema of "the field is given, with one of the values"."""
        schema: dict[str, Any] = {"required": [self.name]}
        if self.values:
            schema["properties"] = {self.name: self.value_schema}
        return schema

    @property
    def value_schema(self) -> dict[str, Any]:
        """The schema of the values."""
        if len(self.values) == 1:
            return {"const": self.values[0]}
        return {"enum": list(self.values)}


def references(words: Sequence[Lexeme], fields: Sequence[Subject]) -> list[Reference]:
    """The fields that these words name, in the order in which they are named.

    A wire name counts as it is; the words of a name count together; a word for a kind of
    media counts if one field alone takes this kind; a value counts if one field alone has it.
    """
    names = {field.field.wire_name.lower() for field in fields}
    # Words that write out one name do not name other fields in other ways.
    exact = any("_" in word.written for word in words if word.written in names)
    found: list[tuple[int, Reference]] = []
    for field in fields:
        places = _by_wire_name(words, field)
        if not exact and not places:
            places = _by_words(words, field, fields) or _by_kind(words, field, fields)
        values = _values(words, field, fields)
        places += list(values.values())
        if places:
            named = (True,) if field.is_switch else tuple(values)
            found.append((min(places), Reference(field, named)))
    return [reference for _, reference in sorted(found, key=lambda pair: pair[0])]


def _by_wire_name(words: Sequence[Lexeme], field: Subject) -> list[int]:
    name = field.field.wire_name.lower()
    return [word.start for word in words if word.written == name]


def _by_words(
    words: Sequence[Lexeme], field: Subject, fields: Sequence[Subject]
) -> list[int]:
    """Where the last word of the name is, if all of them are there and no longer name is."""
    texts = [part for word in words for part in word.written.split()]
    if not same_words(field.name_words, texts):
        return []
    longer = (
        other
        for other in fields
        if other is not field and len(other.name_words) >= len(field.name_words)
    )
    if any(
        same_words(field.name_words, other.name_words)
        and same_words(other.name_words, texts)
        for other in longer
    ):
        return []
    last = field.name_words[-1:]
    return [
        word.start
        for word in words
        if any(same_words([part], last) for part in word.written.split())
    ]


def _by_kind(
    words: Sequence[Lexeme], field: Subject, fields: Sequence[Subject]
) -> list[int]:
    if field.media is None or sum(row.media is field.media for row in fields) != 1:
        return []
    kind = field.media.value
    return [
        word.start for word in words if word.kind is Is.NOUN and word.meaning == kind
    ]


def _values(
    words: Sequence[Lexeme], field: Subject, fields: Sequence[Subject]
) -> dict[str | bool, int]:
    """The choices of a field that the words name and no other field has, and where."""
    written = {word.written.strip("'\"`"): word.start for word in words}
    return {
        choice: written[choice.lower()]
        for choice in field.choices
        if choice.lower() in written
        and sum(choice in other.choices for other in fields) == 1
    }
