"""The field that a condition is read for, the other fields, and the schemas of conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..ir.json_text import pointer_token
from .draft import Draft
from .lexemes import Lexeme
from .references import FieldIndex, Reference
from .sentences import Clause, Sentence
from .subject import Subject

WHICH_FIELD = "the words do not name one field of the input each"


class Unclear(ValueError):
    """A pattern applies, but not which fields or values it is about; the message says why."""


@dataclass(frozen=True, slots=True)
class ConditionContext:
    """The field whose description is read, and all fields of the input, in their order."""

    subject: Subject
    index: FieldIndex

    @property
    def fields(self) -> tuple[Subject, ...]:
        """All fields of the input."""
        return self.index.fields

    def any_named(self, words: Sequence[Lexeme]) -> list[Reference]:
        """The fields that words name, the field itself included."""
        return self.index.references(words)

    def others_named(self, words: Sequence[Lexeme]) -> list[Reference]:
        """The other fields that words name."""
        return self.index.references(words, self.subject)

    def own(self, sentence: Sentence) -> Reference:
        """The field itself, with the value of it that the sentence names."""
        if self.subject.is_switch:
            return Reference(self.subject, (True,))
        named = self.any_named(sentence.words)
        values = next((row.values for row in named if row.subject is self.subject), ())
        own = Reference(self.subject, values)
        if not own.exact:
            raise Unclear("the words do not name a value of the field itself")
        return own

    def named(self, words: Sequence[Lexeme]) -> list[Reference]:
        """The other fields that words name. Raises ``Unclear`` if they name no other field."""
        references = self.others_named(words)
        if not references or not all(row.exact for row in references):
            raise Unclear(WHICH_FIELD)
        return references


Condition: TypeAlias = tuple[Mapping[str, Any], tuple[str, ...]]
"""What is required, and the wire names that it is about."""


def condition_draft(
    sentence: Sentence, words: Clause, require: Mapping[str, Any], names: Sequence[str]
) -> Draft:
    """The draft of a condition about these fields, with the words as its quote."""
    pointers = (f"/{pointer_token(name)}" for name in names)
    quote = sentence.quote_of(words)
    return Draft(tuple(dict.fromkeys(pointers)), quote, require=require)


def not_both(one: Reference, other: Reference) -> Condition:
    """At most one of two fields is given, or has the value that is named."""
    names = [one.name, other.name]
    schema: dict[str, Any] = {"required": names}
    values = {row.name: row.value_schema for row in (one, other) if row.values}
    if values:
        schema["properties"] = values
    return {"not": schema}, tuple(names)


def implied(own: Reference, needed: Sequence[Reference]) -> Condition:
    """If the field is given, one of the others must be given."""
    names = (own.name, *(row.name for row in needed))
    if len(needed) == 1 and not own.values and not needed[0].values:
        return {"dependentRequired": {own.name: [needed[0].name]}}, names
    given = [row.given for row in needed]
    then = given[0] if len(given) == 1 else {"anyOf": given}
    return {"if": own.given, "then": then}, names
