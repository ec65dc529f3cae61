"""What is published beside texts, and whether all of it was understood.

The diff compares what the IR says. Where the IR says the same and the published JSON does
not, only a schema that was understood to its last keyword proves them equal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from ..ir.document import Document
from ..ir.json_text import JsonValue, is_array, is_object, items, members, pointer_token
from ..ir.model import Field, PublishedPart, Unknown, Value, is_note
from .combined import alternatives
from .properties import unwrap_output
from .reader_context import SchemaPath

_TEXTS = frozenset({"title", "description", "example", "examples", "$comment"})
_RULE = frozenset({"validation_rule", "validation_value"})
_OUTPUT = "/output_schema"


def published_parts(
    document: Document, fields: Collection[Field], unknown: Collection[Unknown]
) -> tuple[PublishedPart, ...]:
    """Every field of both sides, and the rest of them, by the pointers of findings.

    ``fields`` are all that were read of the document, at any depth.
    """
    rules = frozenset(_unwrapped(each) for f in fields for each in f.rule_places)
    told = document.output_schema.value() if document.output_schema else None
    output, below = unwrap_output(told)
    sides = {"/input_schema": members(document.input_schema.value()), _OUTPUT: output}
    doubted = [
        _unwrapped(each.pointer) if below else each.pointer
        for each in unknown
        if not each.is_note
    ]
    found = [
        each
        for pointer, schema in sides.items()
        for each in _side(schema, pointer, rules, doubted)
    ]
    if below:
        found.append(_wrapper(members(told)))
    facts = members(document.facts.value()) if document.facts else {}
    kind = Value.of(facts.get("output_type"))
    return (*found, PublishedPart("/facts/output_type", kind, understood=False))


def _unwrapped(pointer: str) -> str:
    head, wrapper, rest = pointer.partition(f"{_OUTPUT}/output/")
    return f"{_OUTPUT}/{rest}" if wrapper and not head else pointer


def _wrapper(schema: dict[str, JsonValue]) -> PublishedPart:
    """What an output that is wrapped says around its own schema."""
    told = _sorted({name: schema[name] for name in schema.keys() - {"output"} - _TEXTS})
    return PublishedPart(f"{_OUTPUT}/output", Value.of(told), understood=not told)


def _side(
    schema: dict[str, JsonValue],
    pointer: str,
    rules: Collection[str],
    doubted: Collection[str],
) -> Iterator[PublishedPart]:
    """The fields of an input or output, then what is said of it as a whole."""
    inside = f"{pointer}/properties/"
    for name, inner in members(schema.get("properties")).items():
        here = inside + pointer_token(name)
        reading = _PartReader(rules)
        value = Value.of(reading.schema(inner, here, held=True))
        below = (each for each in doubted if f"{each}/".startswith(f"{here}/"))
        yield PublishedPart(here, value, not reading.doubts and not any(below))
    reading = _PartReader(rules)
    value = Value.of(reading.schema(_whole(schema), pointer, held=False))
    beside = (
        each
        for each in doubted
        if each.startswith(f"{pointer}/")
        and not each.startswith(inside)
        and each != f"{pointer}/additionalProperties"
    )
    typed = schema.get("type", "object") == "object"
    known = typed and not reading.doubts and not any(beside)
    yield PublishedPart(pointer, value, known)


def _whole(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """An input or output with only the names of its fields.

    Whether it is open is left out: that is told of every one.
    """
    whole = {name: schema[name] for name in schema if name != "additionalProperties"}
    properties = schema.get("properties")
    if is_object(properties):
        whole["properties"] = dict.fromkeys(properties, True)
    return whole


def _malformed(schema: dict[str, JsonValue]) -> set[str]:
    """Keywords about members that cannot be read."""
    found: set[str] = set()
    if not is_object(schema.get("properties", {})):
        found.add("properties")
    required = schema.get("required", [])
    if not is_array(required) or not all(isinstance(each, str) for each in required):
        found.add("required")
    return found


def _sorted(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: schema[name] for name in sorted(schema)}


@dataclass(slots=True)
class _PartReader:
    """Schemas without texts; ``doubts`` are pointers of what the IR does not hold.

    ``rules`` are the pointers of the rules that it does hold.
    """

    rules: Collection[str]
    doubts: list[str] = field(default_factory=list[str])

    def schema(self, published: JsonValue, pointer: str, *, held: bool) -> JsonValue:
        """A schema with sorted keywords; ``held`` if a field holds its default."""
        if not is_object(published):
            return published
        told: dict[str, JsonValue] = {}
        self.doubts += [f"{pointer}/{keyword}" for keyword in _malformed(published)]
        for keyword, value in _sorted(published).items():
            if keyword in _TEXTS or is_note(keyword):
                continue
            if keyword == "default":
                if held:
                    continue
                self.doubts.append(f"{pointer}/default")
            told[keyword] = self._keyword(published, keyword, pointer, held)
            if value == []:
                # No rules and no required names are the same as none stated.
                del told[keyword]
        return told

    def _keyword(
        self, schema: dict[str, JsonValue], keyword: str, pointer: str, held: bool
    ) -> JsonValue:
        value, here = schema[keyword], f"{pointer}/{keyword}"
        match keyword:
            case "properties" if is_object(value):
                return {
                    name: self.schema(
                        value[name], f"{here}/{pointer_token(name)}", held=True
                    )
                    for name in sorted(value)
                }
            case "items" | "additionalProperties":
                return self.schema(value, here, held=False)
            case "anyOf" | "oneOf" | "allOf" if is_array(value):
                alone = len(alternatives(schema, SchemaPath(pointer))) == 1
                held = held and alone and schema.get("default") is None
                return [
                    self.schema(each, f"{here}/{index}", held=held)
                    for index, each in enumerate(value)
                ]
            case "validations" if is_array(value):
                return self._rules(value, here)
            case "required" if "required" not in _malformed(schema):
                return sorted(str(each) for each in items(value))
            case _:
                return value

    def _rules(self, published: list[JsonValue], pointer: str) -> list[JsonValue]:
        """Rules without their messages."""
        found: list[JsonValue] = []
        for index, each in enumerate(published):
            rule = members(each)
            said = _sorted({k: rule[k] for k in rule if k != "validation_error"})
            here = f"{pointer}/{index}"
            if here not in self.rules or said.keys() != _RULE:
                self.doubts.append(here)
            found.append(said if is_object(each) else each)
        return found
