"""Reads a published schema as a type. Unsupported keywords make the type wider, never wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..dialect.rule_language import names_several
from ..dialect.validator import JSON_TYPES, standard_type
from ..ir.json_text import JsonValue, is_object, items, members
from ..ir.model import (
    NOTHING,
    NULL,
    Anything,
    Array,
    Boolean,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)
from .bounds import BOUNDS, count_bound, numeric_type, text_pattern
from .combined import (
    apply_choices,
    combined_schemas,
    report_impossible,
    restrict_to_options,
)
from .reader_context import Collector, SchemaPath, option_words
from .unions import make_nullable

_UNCONSTRAINED: tuple[Type, ...] = (
    Numeric(integral=False),
    Text(),
    Array(items=Anything()),
)
"""The types that keywords can constrain, without any."""

MAX_NESTING = 24
"""Schemas nested deeper than this accept anything; published ones have depth 2."""

_CHECKED = {
    "string": {"minLength", "maxLength", "pattern", "format"},
    "integer": {*BOUNDS},
    "number": {*BOUNDS},
    "array": {"items", "minItems", "maxItems", "uniqueItems", "format"},
    "object": {"properties", "required", "additionalProperties"},
}
_ANYWHERE = {
    "type",
    "nullable",
    "enum",
    "const",
    "default",
    "validations",
}
# Keywords for other types do not matter to a type; a format may matter to every type.
_IRRELEVANT = frozenset[str]().union(*_CHECKED.values()) - {"format"}
# A format alone says nothing about values of other types, and is not checked.
_UNTYPED = _IRRELEVANT
# Unsupported keywords that loosen supported ones.
_LOOSENING = frozenset({"prefixItems", "patternProperties"})
# The JSON type that a keyword must have to be read. Keywords for numbers are checked in bounds.
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

_NUMBERS = frozenset({"integer", "number", "null"})

FieldReader = Callable[[dict[str, JsonValue], SchemaPath], tuple[Field, ...]]
"""Reads the fields of an object schema."""


@dataclass(frozen=True, slots=True)
class TypeReader:
    """Reads the types of one document; ``read_fields`` reads the members of objects."""

    collector: Collector
    read_fields: FieldReader

    def read(self, published: JsonValue, path: SchemaPath) -> Type:
        """The type of the schema at this path."""
        schema = members(published)
        if path.depth > MAX_NESTING:
            self.collector.keep("nesting", path.schema, schema)
            return Anything()
        names = self._type_names(schema, path)
        self._keep_unsupported(schema, names, path)
        kind, nullable = self._kind(schema, names, path), "null" in names
        combined = combined_schemas(schema)
        if combined:
            kind = make_nullable(kind) if nullable else kind
            nullable = False
        for keyword, options in combined:
            kind = self._combined(kind, keyword, options, path)
        if _refuses_everything(schema):
            report_impossible("not", path, self.collector)
            return NOTHING
        nullable = kind != NULL and (nullable or schema.get("nullable") is True)
        return apply_choices(schema, kind, path, self.collector, nullable=nullable)

    def _type_names(self, schema: dict[str, JsonValue], path: SchemaPath) -> list[str]:
        """The names in ``type``, in the spelling of JSON Schema."""
        published = schema.get("type")
        listed = items(published) if isinstance(published, list) else [published]
        names = [standard_type(name) for name in listed if name is not None]
        if any(name not in JSON_TYPES for name in names):
            self.collector.keep("type", path.keyword("type"), published)
            return ["null"] if "null" in names else []
        return list(dict.fromkeys(names))

    def _kind(
        self,
        schema: dict[str, JsonValue],
        names: list[str],
        path: SchemaPath,
    ) -> Type:
        """The type by ``type`` and the keywords of types."""
        if names == ["null"] and schema.get("type") in ("null", ["null"]):
            return NULL
        covered = {"null", "integer"} if "number" in names else {"null"}
        options = [
            self._plain(name, schema, path) for name in names if name not in covered
        ]
        if options:
            return options[0] if len(options) == 1 else Union(tuple(options))
        return self._untyped(schema, path)

    def _plain(
        self,
        name: str,
        schema: dict[str, JsonValue],
        path: SchemaPath,
    ) -> Type:
        match name:
            case "string":
                return self._text(schema, path)
            case "boolean":
                return Boolean()
            case "array":
                return self._array(schema, path)
            case "object":
                return self._object(schema, path)
            case _:
                return numeric_type(
                    schema, path, self.collector, integral=name == "integer"
                )

    def _text(self, schema: dict[str, JsonValue], path: SchemaPath) -> Text:
        format_ = schema.get("format")
        return Text(
            min_length=count_bound(schema, "minLength", path, self.collector),
            max_length=count_bound(schema, "maxLength", path, self.collector),
            pattern=text_pattern(schema, path, self.collector),
            format=format_ if isinstance(format_, str) else None,
        )

    def _array(self, schema: dict[str, JsonValue], path: SchemaPath) -> Array:
        format_ = schema.get("format")
        item_format = _item_format(format_) if isinstance(format_, str) else None
        if "prefixItems" in schema:
            # `items` and the format say nothing about the first items.
            item_type: Type = Anything()
        elif "items" in schema:
            item_type = self.read(schema["items"], path.items())
            if item_format and isinstance(item_type, Text) and not item_type.format:
                # The list says what its texts are; repeating that they are texts adds nothing.
                item_type = replace(item_type, format=item_format)
        else:
            # `image_uris` without `items`: in 20 published arrays, only this says that they hold URLs.
            item_type = Anything() if item_format is None else Text(format=item_format)
        stated_by_items = (
            isinstance(item_type, Text)
            and item_format is not None
            and item_type.format == item_format
        )
        own_format = (
            format_ if isinstance(format_, str) and not stated_by_items else None
        )
        low, high = (
            count_bound(schema, keyword, path, self.collector)
            for keyword in ("minItems", "maxItems")
        )
        if item_type == NOTHING:
            item_type, high = Anything(), 0
        return Array(
            items=item_type,
            min_items=low,
            max_items=high,
            unique_items=schema.get("uniqueItems") is True,
            format=own_format,
        )

    def _object(self, schema: dict[str, JsonValue], path: SchemaPath) -> Object:
        extra = schema.get("additionalProperties", True)
        extra_type: Type | None = Anything()
        if "patternProperties" in schema:
            # A member whose name fits a pattern need not fit `additionalProperties`.
            extra_type = Anything()
        elif extra is False:
            extra_type = None
        elif isinstance(extra, dict):
            values = self.read(extra, path.values())
            extra_type = None if values == NOTHING else values
        fields = self.read_fields(schema, path)
        return Object(
            fields=fields,
            extra=extra_type,
            # No object could have a member that is required and forbidden.
            undeclared_required=(
                () if extra_type is None else undeclared_required(schema)
            ),
            path=path.steps,
            pointer=path.schema,
        )

    def _combined(
        self,
        kind: Type,
        keyword: str,
        published: list[JsonValue],
        path: SchemaPath,
    ) -> Type:
        """The type with one of ``anyOf``, ``oneOf`` and ``allOf`` applied."""
        options = [
            self.read(option, path.option(keyword, index, word))
            for index, (option, word) in enumerate(
                zip(published, option_words(published), strict=True)
            )
        ]
        kind, exact = restrict_to_options(kind, keyword, options, path, self.collector)
        if not exact or not options or not all(map(is_object, published)):
            self.collector.keep(keyword, path.keyword(keyword), published)
        return kind

    def _untyped(self, schema: dict[str, JsonValue], path: SchemaPath) -> Type:
        """A schema without ``type``: keywords constrain the values of their own type."""
        if schema.get("type") is not None or not schema.keys() & _UNTYPED:
            return Anything()
        read = _UNTYPED | _LOOSENING
        constraints = {word: schema[word] for word in schema if word in read}
        kinds = [
            self._plain(name, constraints, path)
            for name in ("number", "string", "array", "object")
        ]
        if all(map(_is_unconstrained, kinds)):
            return Anything()
        return Nullable(Union((Boolean(), *kinds)))

    def _keep_unsupported(
        self, schema: dict[str, JsonValue], names: list[str], path: SchemaPath
    ) -> None:
        """Keep every keyword that the type does not cover, or that is malformed."""
        combining = {keyword for keyword, _ in combined_schemas(schema)}
        if schema.get("type") is None:
            combining |= _UNTYPED
        if _refuses_everything(schema):
            combining.add("not")
        covered = combining.union(
            _ANYWHERE, *(_CHECKED.get(name, ()) for name in names)
        )
        if names and _NUMBERS.issuperset(names):
            # A width such as `int32`: JSON Schema has no format that a number can break.
            covered.add("format")
        for keyword, value in schema.items():
            irrelevant = names and keyword in _IRRELEVANT
            uncovered = keyword not in covered and not (
                irrelevant or self.collector.is_annotation(keyword)
            )
            malformed = not isinstance(value, _SHAPES.get(keyword, object))
            if uncovered or malformed or (keyword == "enum" and value == []):
                self.collector.keep(keyword, path.keyword(keyword), value)


def _is_unconstrained(kind: Type) -> bool:
    """Whether a type accepts all values of its JSON type."""
    if isinstance(kind, Object):
        return (
            not kind.fields
            and not kind.undeclared_required
            and isinstance(kind.extra, Anything)
        )
    return kind in _UNCONSTRAINED


def _refuses_everything(schema: dict[str, JsonValue]) -> bool:
    return "not" in schema and schema["not"] == {}


def _item_format(format_: str) -> str | None:
    """The format of the items of an array with this format; None if it is not one of URLs."""
    return re.sub("_uris", "_uri", format_, count=1) if names_several(format_) else None


def undeclared_required(schema: dict[str, JsonValue]) -> tuple[str, ...]:
    """Required names that no property declares."""
    properties = members(schema.get("properties"))
    names = (name for name in items(schema.get("required")) if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in names if name not in properties))
