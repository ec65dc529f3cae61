"""The state of reading one document: the path to the current schema, and what was noticed."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..dialect.meta_schema import Flawless
from ..dialect.validator import standard_type
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.json_text import (
    JsonValue,
    is_array,
    is_object,
    items,
    members,
    pointer_token,
)
from ..ir.model import Field, PublishedPart, Unknown, Value
from ..ir.schema_positions import ANNOTATIONS, TEXTS, has_reference, schema_without


@dataclass(frozen=True, slots=True)
class SchemaPath:
    """The path to a schema: its pointer in the document, in the payload, and in steps.

    In ``payload`` the step ``*`` is every item of an array or value of a map (a member
    called ``*`` is written ``~2``); ``steps`` are the ``path`` of a nested object.
    """

    schema: str
    payload: str = ""
    steps: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """The number of schemas around this one."""
        return len(self.steps)

    def keyword(self, name: str) -> str:
        """The pointer of a keyword of the schema."""
        return f"{self.schema}/{pointer_token(name)}"

    def member(self, wire_name: str) -> SchemaPath:
        """The path of a property."""
        token = pointer_token(wire_name)
        return SchemaPath(
            f"{self.schema}/properties/{token}",
            f"{self.payload}/{token.replace('*', '~2')}",
            (*self.steps, wire_name),
        )

    def items(self) -> SchemaPath:
        """The path of the items of an array."""
        return SchemaPath(
            f"{self.schema}/items", f"{self.payload}/*", (*self.steps, "item")
        )

    def values(self) -> SchemaPath:
        """The path of the undeclared members of an object."""
        return SchemaPath(
            f"{self.schema}/additionalProperties",
            f"{self.payload}/*",
            (*self.steps, "value"),
        )

    def option(self, keyword: str, index: int, word: str = "") -> SchemaPath:
        """The path of one of several schemas for the same value; ``word`` tells it from others."""
        return SchemaPath(
            f"{self.schema}/{keyword}/{index}",
            self.payload,
            (*self.steps, f"{OPTION}_{word}"),
        )


OPTION = "option"
"""How the step to one of several schemas begins."""
_LONGEST_WORD = 60
_OBJECT_KEYWORDS = frozenset({"properties", "required", "anyOf", "oneOf", "allOf"})


def option_words(published: Sequence[JsonValue]) -> list[str]:
    """A word for each of several schemas: it says what is inside, not where the schema is.

    So schemas that come, go or change places rename no class of the others. Schemas that
    share a word get longer ones.
    """
    inner = [_object_inside(members(schema)) for schema in published]
    ways, schemas = [way for way, _ in inner], [schema for _, schema in inner]
    words = ["" if schema is None else _word(schema) for schema in schemas]
    for longer in (_long_word, _word_with_hash):
        keys = list(zip(ways, map(_identifying, words), strict=True))
        counts = Counter(keys)
        words = [
            longer(schema) if schema is not None and counts[key] > 1 else word
            for schema, word, key in zip(schemas, words, keys, strict=True)
        ]
    seen: Counter[tuple[str, str]] = Counter()
    for index, key in enumerate(zip(ways, words, strict=True)):
        # Schemas that differ in texts alone.
        words[index] += f"_{seen[key]}" if seen[key] and words[index] else ""
        seen[key] += 1
    return words


def _object_inside(
    schema: dict[str, JsonValue], way: str = ""
) -> tuple[str, dict[str, JsonValue] | None]:
    """The object that a schema accepts, itself or as items, and the way to it.

    The way is part of the name of its class. There is no object in a schema of scalars.
    """
    if not _OBJECT_KEYWORDS.isdisjoint(schema):
        return way, schema
    for keyword in ("items", "additionalProperties"):
        inner = schema.get(keyword)
        if is_object(inner):
            return _object_inside(inner, f"{way}/{keyword}")
    return way, schema if schema.get("type") == "object" else None


def _word(schema: dict[str, JsonValue]) -> str:
    """The constants of an object, else its required members, else all of them."""
    properties = members(schema.get("properties"))
    constants = [_constant(members(properties[name])) for name in sorted(properties)]
    required = {str(name) for name in items(schema.get("required"))}
    named = _named_members(schema, required or {*properties})
    return _fitting([text for text in constants if text] or named)


def _long_word(schema: dict[str, JsonValue]) -> str:
    return _fitting(_named_members(schema, {*members(schema.get("properties"))}))


def _word_with_hash(schema: dict[str, JsonValue]) -> str:
    return f"{_word(schema)}_{_hash(schema_without(schema, _is_text))}"


def _named_members(schema: dict[str, JsonValue], names: Iterable[str]) -> list[str]:
    """Names of members, with the types that are not texts."""
    properties = members(schema.get("properties"))
    return [
        "_".join((name, *_other_types(members(properties.get(name)).get("type"))))
        for name in sorted(names)
    ]


def _other_types(published: JsonValue) -> list[str]:
    listed = published if is_array(published) else [published]
    names = [standard_type(name) for name in listed if name is not None]
    # A type that gets wider from integers to numbers renames no class.
    plain = ["number" if name == "integer" else name for name in names]
    return [name for name in plain if name not in ("string", "null")]


def _fitting(names: Sequence[str]) -> str:
    word = "_".join(names)
    return word if len(word) <= _LONGEST_WORD else f"{names[0][:20]}_{_hash([*names])}"


def _constant(schema: dict[str, JsonValue]) -> str:
    """The only text that a schema accepts; empty if there is none."""
    only = items(schema.get("enum"))
    value = schema.get("const", only[0] if len(only) == 1 else None)
    return value if isinstance(value, str) else ""


def _identifying(word: str) -> str:
    """What is left of a word in the name of a class."""
    return re.sub(r"[^a-z0-9]+", "", word.lower())


def _hash(value: JsonValue) -> str:
    return hashlib.sha256(Value.of(value).text.encode("ascii")).hexdigest()[:6]


def _is_text(keyword: str) -> bool:
    return keyword in TEXTS or keyword == "default"


@dataclass(slots=True)
class ReadBefore:
    """What was read already: models repeat the properties of others, and few change at once.

    ``fields`` and ``parts`` are those in which nothing was noticed, by their place and the
    published property as Python prints it; ``fields`` also by whether they are required.
    """

    flawless: Flawless = field(default_factory=Flawless)
    fields: dict[tuple[SchemaPath, bool, str], Field] = field(
        default_factory=dict[tuple[SchemaPath, bool, str], Field]
    )
    parts: dict[tuple[str, str], PublishedPart] = field(
        default_factory=dict[tuple[str, str], PublishedPart]
    )


def depends_on_document(text: str) -> bool:
    """Whether the rest of a document decides what a property means; ``text`` is as printed."""
    return "'$id'" in text


# What was noticed in one document.


def _has_place(pointers: Sequence[str], pointer: str) -> bool:
    """Whether a pointer, or one that leads into it, is in a sorted sequence."""
    return any(
        index < len(pointers) and f"{pointers[index]}/".startswith(f"{pointer}/")
        for index in (
            bisect_left(pointers, pointer),
            bisect_left(pointers, f"{pointer}/"),
        )
    )


@dataclass(slots=True)
class Collector:
    """Collects the diagnostics and the unsupported keywords of one document."""

    document: Document
    before: ReadBefore = field(default_factory=ReadBefore)
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    unknown: list[Unknown] = field(default_factory=list[Unknown])

    def report(
        self,
        code: str,
        message: str,
        pointer: str,
        hint: str,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Add a diagnostic about the value at ``pointer`` of the document."""
        self.diagnostics.append(
            Diagnostic(
                code=code,
                message=message,
                severity=severity,
                model=self.document.model_id,
                pointer=pointer,
                place=self.document.place(pointer),
                hint=hint,
            )
        )

    def report_silent(self, others: Iterable[Diagnostic]) -> None:
        """Report the unsupported keywords of the input that no diagnostic is about."""
        reported = sorted(
            {diagnostic.pointer for diagnostic in (*others, *self.diagnostics)}
        )
        for keyword in self.unknown:
            pointer = keyword.pointer
            closes_input = pointer == "/input_schema/additionalProperties"
            if keyword.is_note or closes_input or not pointer.startswith("/input"):
                continue
            if not _has_place(reported, pointer):
                self.report(
                    "unchecked-keyword",
                    f"{keyword.keyword!r} is not checked",
                    pointer,
                    "values are accepted that it refuses",
                )

    def is_annotation(self, keyword: str) -> bool:
        """Whether a keyword says nothing about values. With a reference, ``$id`` does."""
        return keyword in ANNOTATIONS and (keyword != "$id" or not self._has_reference)

    @property
    def _has_reference(self) -> bool:
        both = (self.document.input_schema, self.document.output_schema)
        return any(has_reference(text.value()) for text in both if text is not None)

    @property
    def noticed(self) -> int:
        """How many diagnostics and unsupported keywords there are."""
        return len(self.diagnostics) + len(self.unknown)

    def keep(self, keyword: str, pointer: str, value: JsonValue) -> None:
        """Keep an unsupported keyword."""
        self.unknown.append(Unknown(keyword, pointer, Value.of(value)))
