"""A published schema as a type. What is not understood makes the type wide, never wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..ir.diagnostic import Severity
from ..ir.json_text import JsonValue, is_object, items, members
from ..ir.model import NULL, Anything, Array, Boolean, Field, Object, Text, Type, Union
from .bounds import count_bound, numeric_type
from .combined import apply_choices, are_disjoint, combined_schemas, union_of
from .naming import class_name
from .reader_context import Collector, SchemaPath

MAX_NESTING = 24
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
    "validations",
}
# What is stated for other types says nothing about these; a format means something to all.
_IRRELEVANT = frozenset[str]().union(*_CHECKED.values()) - {"format"}
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

FieldReader = Callable[[dict[str, JsonValue], SchemaPath], tuple[Field, ...]]
"""Reads the fields of an object schema."""


@dataclass(frozen=True, slots=True)
class TypeReader:
    """Reads types of one document; objects ask ``read_fields`` for their members."""

    findings: Collector
    read_fields: FieldReader

    def read(self, published: JsonValue, trail: SchemaPath) -> Type:
        """The type of the schema at the end of the trail."""
        schema = members(published)
        if trail.depth > MAX_NESTING:
            self.findings.keep("nesting", trail.schema, schema)
            return Anything()
        words = self._words(schema, trail)
        self._keep_unchecked(schema, words, trail)
        kind = self._kind(schema, words, trail)
        nullable = kind != NULL and (schema.get("nullable") is True or "null" in words)
        return apply_choices(schema, kind, trail, self.findings, nullable=nullable)

    def _words(self, schema: dict[str, JsonValue], trail: SchemaPath) -> list[str]:
        """The types named, in the dialect's normal spelling."""
        published = schema.get("type")
        told = items(published) if isinstance(published, list) else [published]
        words = [_normal(word) for word in told if word is not None]
        if any(word not in _WORDS for word in words):
            self.findings.keep("type", trail.keyword("type"), published)
            return ["null"] if "null" in words else []
        return list(dict.fromkeys(words))

    def _kind(
        self,
        schema: dict[str, JsonValue],
        words: list[str],
        trail: SchemaPath,
    ) -> Type:
        """The type without what ``enum`` and ``const`` take from it."""
        if words == ["null"] and schema.get("type") in ("null", ["null"]):
            return NULL
        covered = {"null", "integer"} if "number" in words else {"null"}
        options = [
            self._plain(word, schema, trail) for word in words if word not in covered
        ]
        if options:
            return options[0] if len(options) == 1 else Union(tuple(options))
        return self._combined(schema, trail)

    def _plain(
        self,
        word: str,
        schema: dict[str, JsonValue],
        trail: SchemaPath,
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
                return numeric_type(
                    schema, trail, self.findings, integral=word == "integer"
                )

    def _text(self, schema: dict[str, JsonValue], trail: SchemaPath) -> Text:
        told = schema.get("format")
        return Text(
            min_length=count_bound(schema, "minLength", trail, self.findings),
            max_length=count_bound(schema, "maxLength", trail, self.findings),
            pattern=self._pattern(schema, trail),
            format=told if isinstance(told, str) else None,
        )

    def _pattern(self, schema: dict[str, JsonValue], trail: SchemaPath) -> str | None:
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

    def _array(self, schema: dict[str, JsonValue], trail: SchemaPath) -> Array:
        told = schema.get("format")
        one = _of_one(told) if isinstance(told, str) else None
        if "items" in schema:
            inner = self.read(schema["items"], trail.items())
        else:
            # `image_uris` without `items`: 20 published arrays say only so that they hold URLs.
            inner = Anything() if one is None else Text(format=one)
        said_below = isinstance(inner, Text) and one is not None and inner.format == one
        beside = told if isinstance(told, str) and not said_below else None
        return Array(
            items=inner,
            min_items=count_bound(schema, "minItems", trail, self.findings),
            max_items=count_bound(schema, "maxItems", trail, self.findings),
            unique_items=schema.get("uniqueItems") is True,
            format=beside,
        )

    def _object(self, schema: dict[str, JsonValue], trail: SchemaPath) -> Object:
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
        demanded = undeclared_required(schema)
        return Object(name=name, fields=fields, extra=kind, demanded=demanded)

    def _report_same_class(self, name: str, trail: SchemaPath) -> None:
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

    def _combined(self, schema: dict[str, JsonValue], trail: SchemaPath) -> Type:
        """A schema without ``type``: a combination of others, or anything."""
        keyword, options = combined_schemas(schema)
        if not keyword:
            return Anything()
        read = [
            self.read(option, trail.option(keyword, index))
            for index, option in enumerate(options)
        ]
        # A union is wider than `oneOf`, which refuses what two options accept.
        wider = keyword == "oneOf" and not are_disjoint(read)
        if wider or not options or not all(map(is_object, options)):
            self.findings.keep(keyword, trail.keyword(keyword), schema[keyword])
        return union_of(read)

    def _keep_unchecked(
        self, schema: dict[str, JsonValue], words: list[str], trail: SchemaPath
    ) -> None:
        """Keep every keyword that the type we read does not state, or that is malformed."""
        combining = {combined_schemas(schema)[0], "anyOf"} if not words else set[str]()
        stated = combining.union(
            _ANYWHERE, _ANNOTATIONS, *(_CHECKED.get(word, ()) for word in words)
        )
        for keyword, value in schema.items():
            irrelevant = words and keyword in _IRRELEVANT
            unstated = keyword not in stated and not irrelevant
            malformed = not isinstance(value, _SHAPES.get(keyword, object))
            if unstated or malformed or (keyword == "enum" and value == []):
                self.findings.keep(keyword, trail.keyword(keyword), value)


def _of_one(told: str) -> str | None:
    """The format of the items of a list of URLs."""
    return re.sub("_uris", "_uri", told, count=1) if _URL_LIST.fullmatch(told) else None


def undeclared_required(schema: dict[str, JsonValue]) -> tuple[str, ...]:
    """Names that an object must have, and no property declares."""
    properties = members(schema.get("properties"))
    names = (name for name in items(schema.get("required")) if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in names if name not in properties))


def _normal(word: JsonValue) -> str:
    lower = str(word).lower()
    return "number" if lower == "float" else lower
