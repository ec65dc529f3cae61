"""A published schema as a type. What is not understood makes the type wide, never wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..ir.diagnostic import Severity
from ..ir.json_text import JsonValue, is_object, items, members
from ..ir.model import (
    Anything,
    Array,
    Boolean,
    Field,
    Nullable,
    Object,
    Text,
    Type,
    Union,
)
from .choice import choice_of
from .finding import Findings
from .naming import class_name
from .numbers import count, numeric
from .trail import Trail

DEEPEST = 24
"""Schemas nested deeper than this are taken as anything; published ones have depth 2."""

_WORDS = {"string", "integer", "number", "boolean", "array", "object", "null"}
_ANNOTATIONS = {"title", "description", "default", "example", "examples", "$comment"}
_CHECKED = {
    "string": {"minLength", "maxLength", "pattern", "format"},
    "integer": {
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    },
    "number": {
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    },
    "array": {"items", "minItems", "maxItems", "uniqueItems", "format"},
    "object": {"properties", "required", "additionalProperties"},
}
_ANYWHERE = {
    "type",
    "nullable",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "validations",
    "format",
}
# What a keyword must be to be read at all. Those that are numbers are kept by their readers.
_SHAPES: dict[str, type | tuple[type, ...]] = {
    "enum": list,
    "format": str,
    "nullable": bool,
    "items": dict,
    "uniqueItems": bool,
    "properties": dict,
    "required": list,
    "additionalProperties": (bool, dict),
}
_URL_LIST = re.compile(r"(image|video|audio)_uris(_.*)?")

FieldReader = Callable[[dict[str, JsonValue], Trail], tuple[Field, ...]]
"""Reads the fields of an object schema."""


@dataclass(frozen=True, slots=True)
class KindReader:
    """Reads types of one document; objects ask ``read_fields`` for their members."""

    findings: Findings
    read_fields: FieldReader

    def read(self, published: JsonValue, trail: Trail) -> Type:
        """The type of the schema at the end of the trail."""
        schema = members(published)
        if trail.depth > DEEPEST:
            self.findings.keep("nesting", trail.schema, schema)
            return Anything()
        words, nullable = self._words(schema, trail)
        kind = self._kind(schema, words, trail)
        kind, null_chosen = choice_of(schema, kind, trail, self.findings)
        if nullable if null_chosen is None else null_chosen:
            return kind if isinstance(kind, Anything | Nullable) else Nullable(kind)
        return kind

    def _words(
        self, schema: dict[str, JsonValue], trail: Trail
    ) -> tuple[list[str], bool]:
        """The types named, in the dialect's normal spelling, and whether null is one."""
        published = schema.get("type")
        told = items(published) if isinstance(published, list) else [published]
        words = [_normal(word) for word in told if word is not None]
        if any(word not in _WORDS for word in words):
            self.findings.keep("type", trail.keyword("type"), published)
            words = []
        nullable = schema.get("nullable") is True or "null" in words
        return list(dict.fromkeys(word for word in words if word != "null")), nullable

    def _kind(
        self,
        schema: dict[str, JsonValue],
        words: list[str],
        trail: Trail,
    ) -> Type:
        self._keep_unchecked(schema, words, trail)
        if "integer" in words and "number" in words:
            words = [word for word in words if word != "integer"]
        if words:
            options = [self._plain(word, schema, trail) for word in words]
            return options[0] if len(options) == 1 else Union(tuple(options))
        return self._combined(schema, trail)

    def _plain(
        self,
        word: str,
        schema: dict[str, JsonValue],
        trail: Trail,
    ) -> Type:
        match word:
            case "string":
                return self._text(schema, trail)
            case "boolean":
                return Boolean()
            case "array":
                return self._array(schema, trail)
            case "object":
                return self._object(schema, trail)
            case _:
                return numeric(schema, trail, self.findings, integral=word == "integer")

    def _text(self, schema: dict[str, JsonValue], trail: Trail) -> Text:
        told = schema.get("format")
        return Text(
            min_length=count(schema, "minLength", trail, self.findings),
            max_length=count(schema, "maxLength", trail, self.findings),
            pattern=self._pattern(schema, trail),
            format=told if isinstance(told, str) else None,
        )

    def _pattern(self, schema: dict[str, JsonValue], trail: Trail) -> str | None:
        pattern = schema.get("pattern")
        if pattern is None:
            return None
        try:
            re.compile(pattern)
        except (re.error, TypeError, RecursionError, OverflowError) as error:
            self.findings.keep("pattern", trail.keyword("pattern"), pattern)
            self.findings.report(
                "unreadable-pattern",
                f"Python cannot read this regular expression: {error}",
                trail.keyword("pattern"),
                "values are not checked against it",
            )
            return None
        return str(pattern)

    def _array(self, schema: dict[str, JsonValue], trail: Trail) -> Array:
        told = schema.get("format")
        if "items" in schema:
            inner = self.read(schema["items"], trail.items())
        elif isinstance(told, str) and _URL_LIST.fullmatch(told):
            # `image_uris` without `items`: 20 published arrays say only so that they hold URLs.
            inner = Text(format=re.sub("_uris", "_uri", told, count=1))
        else:
            inner = Anything()
        return Array(
            items=inner,
            min_items=count(schema, "minItems", trail, self.findings),
            max_items=count(schema, "maxItems", trail, self.findings),
            unique_items=schema.get("uniqueItems") is True,
        )

    def _object(self, schema: dict[str, JsonValue], trail: Trail) -> Object:
        extra = schema.get("additionalProperties", True)
        kind: Type | None = Anything()
        if extra is False:
            kind = None
        elif isinstance(extra, dict):
            kind = self.read(extra, trail.values())
        fields = self.read_fields(schema, trail)
        name = class_name(*trail.words)
        if fields or kind is None:
            self._report_same_class(name, trail)
        return Object(name=name, fields=fields, extra=kind)

    def _report_same_class(self, name: str, trail: Trail) -> None:
        """Two objects of one model whose classes would have one name."""
        other = self.findings.classes.setdefault(name, trail.schema)
        if other != trail.schema:
            self.findings.report(
                "name-collision",
                f"this object and the one at {other} would both be the class {name!r}",
                trail.schema,
                "choose another name for a field on the way to one of them:"
                f' [tool.runcomfy-codegen.names."{self.findings.document.model_id}".fields]',
                Severity.ERROR,
            )

    def _combined(self, schema: dict[str, JsonValue], trail: Trail) -> Type:
        """A schema without ``type``: ``anyOf``, ``oneOf``, or anything."""
        told = [word for word in ("anyOf", "oneOf") if schema.get(word) is not None]
        for word in told[1:]:
            self.findings.keep(word, trail.keyword(word), schema[word])
        if not told:
            return Anything()
        keyword, options = told[0], items(schema[told[0]])
        read = [
            self.read(option, trail.option(keyword, index))
            for index, option in enumerate(options)
            if members(option).get("type") != "null"
        ]
        # A union is wider than `oneOf`, which refuses what two options accept.
        wider = keyword == "oneOf" and len(read) > 1
        if wider or not options or not all(map(is_object, options)):
            self.findings.keep(keyword, trail.keyword(keyword), schema[keyword])
        return _joined(read, nullable=len(read) < len(options))

    def _keep_unchecked(
        self, schema: dict[str, JsonValue], words: list[str], trail: Trail
    ) -> None:
        """Keep every keyword that the type we read does not state, or that is malformed."""
        stated = _ANYWHERE.union(
            _ANNOTATIONS, *(_CHECKED.get(word, set()) for word in words)
        )
        combined = {"anyOf", "oneOf"} if words else set[str]()
        for keyword, value in schema.items():
            irrelevant = words and any(keyword in known for known in _CHECKED.values())
            unstated = keyword not in stated and not irrelevant
            malformed = not isinstance(value, _SHAPES.get(keyword, object))
            if keyword in combined or unstated or malformed:
                self.findings.keep(keyword, trail.keyword(keyword), value)


def _normal(word: JsonValue) -> str:
    lower = str(word).lower()
    return "number" if lower == "float" else lower


def _joined(options: list[Type], *, nullable: bool) -> Type:
    if any(isinstance(option, Anything) for option in options) or not options:
        return Anything()
    kind = options[0] if len(options) == 1 else Union(tuple(options))
    return Nullable(kind) if nullable and not isinstance(kind, Nullable) else kind
