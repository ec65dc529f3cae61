"""Which other fields, and which of their values, a sentence names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from .lexemes import Lexeme
from .subject import Subject, singular
from .word_tags import Tag


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


class FieldIndex:
    """The fields of an input by the words that name them."""

    def __init__(self, fields: Sequence[Subject]) -> None:
        self.fields = tuple(fields)
        self._by_wire_name = {row.field.wire_name.lower(): row for row in fields}
        self._by_last_word = _grouped(
            (singular(row.name_words[-1]), row) for row in fields
        )
        self._by_kind = _grouped((row.media.value, row) for row in fields if row.media)
        self._by_choice = _grouped(
            (choice.lower(), row) for row in fields for choice in row.choices
        )

    def references(
        self, words: Sequence[Lexeme], without: Subject | None = None
    ) -> list[Reference]:
        """The fields that these words name, in the order in which they are named.

        A wire name counts as it is; the words of a name count together; a word for a kind of
        media counts if one field alone takes this kind; a value counts if one field alone has
        it. ``without`` is left out, as if the input did not have it.
        """
        positions: dict[str, int] = {}
        values: dict[str, list[str]] = {}
        # Words that write out one name do not name other fields in other ways.
        exact = any("_" in row.written for row in words if self._is_name(row))
        texts = {singular(part) for word in words for part in word.written.split()}
        for word in words:
            named = list(self._written_out(word))
            if not exact and not named:
                named = [*self._by_words(word, texts, without)]
                named += self._by_media(word, without)
            for field, choice in self._with_value(word, without):
                named.append(field)
                values.setdefault(field.pointer, []).append(choice)
            for field in named:
                if field is not without:
                    positions.setdefault(field.pointer, word.start)
        return [
            Reference(field, _named_values(field, values.get(field.pointer, [])))
            for field in sorted(
                (row for row in self._touched(positions)),
                key=lambda row: positions[row.pointer],
            )
        ]

    def _touched(self, positions: Mapping[str, int]) -> Iterator[Subject]:
        return (
            (row for row in self.fields if row.pointer in positions)
            if positions
            else iter(())
        )

    def _is_name(self, word: Lexeme) -> bool:
        return word.written in self._by_wire_name

    def _written_out(self, word: Lexeme) -> Iterator[Subject]:
        if self._is_name(word):
            yield self._by_wire_name[word.written]

    def _by_words(
        self, word: Lexeme, texts: Set[str], without: Subject | None
    ) -> Iterator[Subject]:
        """The fields whose name ends here, if no field has a longer name with these words."""
        ends = [singular(part) for part in word.written.split()]
        named = [
            row
            for end in dict.fromkeys(ends)
            for row in self._by_last_word.get(end, ())
            if row is not without and row.name_set <= texts
        ]
        for row in named:
            rivals = (rival for rival in named if rival is not row)
            if not any(
                row.name_set <= rival.name_set
                and len(rival.name_words) >= len(row.name_words)
                for rival in rivals
            ):
                yield row

    def _by_media(self, word: Lexeme, without: Subject | None) -> list[Subject]:
        if word.kind is not Tag.NOUN:
            return []
        takes = [
            row for row in self._by_kind.get(word.meaning, ()) if row is not without
        ]
        return takes if len(takes) == 1 else []

    def _with_value(
        self, word: Lexeme, without: Subject | None
    ) -> Iterator[tuple[Subject, str]]:
        written = word.written.strip("'\"`")
        owners = [row for row in self._by_choice.get(written, ()) if row is not without]
        if len(owners) == 1:
            (owner,) = owners
            yield owner, next(row for row in owner.choices if row.lower() == written)


def _named_values(field: Subject, values: Sequence[str]) -> tuple[str | bool, ...]:
    return (True,) if field.is_switch else tuple(dict.fromkeys(values))


def _grouped(pairs: Iterable[tuple[str, Subject]]) -> Mapping[str, list[Subject]]:
    groups: dict[str, list[Subject]] = {}
    for key, field in pairs:
        groups.setdefault(key, []).append(field)
    return groups
