"""The published parts of a document without texts, and whether the IR holds all of them.

The diff compares the IR. If the IR is equal and the published JSON is not, only a schema
that was understood completely proves that they mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from ..ir.document import Document
from ..ir.json_text import JsonValue, is_array, is_object, items, members, pointer_token
from ..ir.model import Field, PublishedPart, Value, is_note
from ..ir.schema_positions import ANNOTATIONS, is_inert, keyword_without
from .combined import schema_alternatives
from .outputs import unwrap_output
from .reader_context import Collector, SchemaPath, depends_on_document

_RULE = frozenset({"validation_rule", "validation_value"})
_OUTPUT = "/output_schema"


def published_parts(
    document: Document, fields: Collection[Field], collector: Collector
) -> tuple[PublishedPart, ...]:
    """Every field of input and output, and the rest of both, by the pointers of diagnostics.

    ``fields`` are all fields that the collector's reader read, at any depth.
    """
    rules = frozenset(
        _unwrapped(item) for field in fields for item in field.rule_pointers
    )
    published = document.output_schema.value() if document.output_schema else None
    output, below = unwrap_output(published)
    sides = {"/input_schema": members(document.input_schema.value()), _OUTPUT: output}
    doubted = [
        _unwrapped(item.pointer) if below else item.pointer
        for item in collector.unknown
        if not item.is_note
    ]
    parts = [
        item
        for pointer, schema in sides.items()
        for item in _side(schema, pointer, rules, doubted, collector)
    ]
    if below:
        parts.append(_wrapper(members(published)))
    facts = members(document.facts.value()) if document.facts else {}
    kind = Value.of(facts.get("output_type"))
    return (*parts, PublishedPart("/facts/output_type", kind, understood=False))


def _unwrapped(pointer: str) -> str:
    head, wrapper, rest = pointer.partition(f"{_OUTPUT}/output/")
    return f"{_OUTPUT}/{rest}" if wrapper and not head else pointer


def _wrapper(schema: dict[str, JsonValue]) -> PublishedPart:
    """The keywords around the schema of a wrapped output."""
    keywords = _sorted(
        {name: schema[name] for name in schema.keys() - {"output"} - ANNOTATIONS}
    )
    return PublishedPart(
        f"{_OUTPUT}/output", Value.of(keywords), understood=not keywords
    )


def _side(
    schema: dict[str, JsonValue],
    pointer: str,
    rules: Collection[str],
    doubted: Collection[str],
    collector: Collector,
) -> Iterator[PublishedPart]:
    """The fields of an input or output, then the object as a whole."""
    properties_pointer, known = f"{pointer}/properties/", collector.before.parts
    for name, inner in members(schema.get("properties")).items():
        field_pointer = properties_pointer + pointer_token(name)
        key = field_pointer, repr(inner)
        if key in known:
            yield known[key]
            continue
        reading = _PartReader(rules, collector.is_annotation)
        value = Value.of(reading.schema(inner, field_pointer, _Default.OF_FIELD))
        doubts_inside = (
            doubt for doubt in doubted if f"{doubt}/".startswith(f"{field_pointer}/")
        )
        understood = not reading.doubts and not any(doubts_inside)
        part = PublishedPart(field_pointer, value, understood)
        if understood and not depends_on_document(key[1]):
            known[key] = part
        yield part
    reading = _PartReader(rules, collector.is_annotation)
    value = Value.of(reading.schema(_whole(schema), pointer, _Default.UNREAD))
    doubts_outside = (
        doubt
        for doubt in doubted
        if doubt.startswith(f"{pointer}/")
        and not doubt.startswith(properties_pointer)
        and doubt != f"{pointer}/additionalProperties"
    )
    is_object_schema = schema.get("type", "object") == "object"
    understood = is_object_schema and not reading.doubts and not any(doubts_outside)
    yield PublishedPart(pointer, value, understood)


def _whole(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema of an input or output with only the names of its fields.

    ``additionalProperties`` is left out: it is kept as an unsupported keyword anyway.
    """
    whole = {name: schema[name] for name in schema if name != "additionalProperties"}
    properties = schema.get("properties")
    if is_object(properties):
        whole["properties"] = dict.fromkeys(properties, True)
    return whole


def _malformed(schema: dict[str, JsonValue]) -> set[str]:
    """The keywords about members that are malformed."""
    keywords: set[str] = set()
    if not is_object(schema.get("properties", {})):
        keywords.add("properties")
    required = schema.get("required", [])
    if not is_array(required) or not all(isinstance(name, str) for name in required):
        keywords.add("required")
    return keywords


def _sorted(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: schema[name] for name in sorted(schema)}


class _Default(Enum):
    """What the ``default`` of a schema is."""

    OF_FIELD = auto()
    ANNOTATION = auto()
    """It is that of an item or an alternative, which no server can use."""
    UNREAD = auto()


def _default_inside(
    keyword: str, schema: dict[str, JsonValue], default: _Default
) -> _Default:
    """What a default in one of the schemas of a combining keyword is."""
    if default is not _Default.OF_FIELD:
        return default
    is_single = len(schema_alternatives(schema, SchemaPath(""))) == 1
    if is_single and schema.get("default") is None:
        return default
    return _Default.UNREAD if keyword == "allOf" else _Default.ANNOTATION


@dataclass(slots=True)
class _PartReader:
    """Reads schemas without texts. ``doubts`` are pointers of what the IR does not hold,
    ``rules`` are the pointers of the rules that it does hold.
    """

    rules: Collection[str]
    is_annotation: Callable[[str], bool]
    doubts: list[str] = field(default_factory=list[str])

    def schema(
        self, published: JsonValue, pointer: str, default: _Default
    ) -> JsonValue:
        """A schema with sorted keywords, without a ``default`` that a field holds."""
        if not is_object(published):
            return published
        keywords: dict[str, JsonValue] = {}
        self.doubts += [f"{pointer}/{keyword}" for keyword in _malformed(published)]
        for keyword, value in _sorted(published).items():
            if self.is_annotation(keyword) or is_note(keyword):
                continue
            if keyword == "default":
                if default is not _Default.UNREAD:
                    continue
                self.doubts.append(f"{pointer}/default")
            keywords[keyword] = self._keyword(published, keyword, pointer, default)
            if value == []:
                # An empty list of rules or required names means the same as none.
                del keywords[keyword]
        return keywords

    def _keyword(
        self,
        schema: dict[str, JsonValue],
        keyword: str,
        pointer: str,
        default: _Default,
    ) -> JsonValue:
        value, value_pointer = schema[keyword], f"{pointer}/{keyword}"
        match keyword:
            case "properties" if is_object(value):
                return {
                    name: self.schema(
                        value[name],
                        f"{value_pointer}/{pointer_token(name)}",
                        _Default.OF_FIELD,
                    )
                    for name in sorted(value)
                }
            case "items" | "additionalProperties":
                return self.schema(value, value_pointer, _Default.ANNOTATION)
            case "anyOf" | "oneOf" | "allOf" if is_array(value):
                inner = _default_inside(keyword, schema, default)
                return [
                    self.schema(option, f"{value_pointer}/{index}", inner)
                    for index, option in enumerate(value)
                ]
            case "validations" if is_array(value):
                return self._rules(value, value_pointer)
            case "required" if "required" not in _malformed(schema):
                return sorted(str(name) for name in items(value))
            case _:
                return keyword_without(keyword, value, self._is_dropped)

    def _is_dropped(self, keyword: str) -> bool:
        """Whether a keyword of a schema that is not read says nothing about values."""
        if keyword in ANNOTATIONS:
            return self.is_annotation(keyword)
        return is_inert(keyword)

    def _rules(self, published: list[JsonValue], pointer: str) -> list[JsonValue]:
        """The rules without their messages."""
        kept: list[JsonValue] = []
        for index, published_rule in enumerate(published):
            rule = members(published_rule)
            keywords = _sorted({k: rule[k] for k in rule if k != "validation_error"})
            rule_pointer = f"{pointer}/{index}"
            if rule_pointer not in self.rules or keywords.keys() != _RULE:
                self.doubts.append(rule_pointer)
            kept.append(keywords if is_object(published_rule) else published_rule)
        return kept
