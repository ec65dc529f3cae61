"""Random input schemas in the words of the dialect, and values at and around their limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any

Schema = dict[str, Any]

NAMES = ("a", "b", "promptText", "width×height", "241_image", "class", "mro", "x-y")
# Patterns that the judge reads as ECMA-262 does; ``tests/patterns`` has the others.
PATTERNS = ("^[a-z]+$", r"^\d+$", "b", "^a|b$", r"^(?:ab?)*$", r"^\p{L}{1,3}$", "^.?$")
TEXTS = (
    "",
    "a",
    "b",
    "ab",
    "abab",
    "A",
    "7",
    "12",
    "٣",
    "é",
    "字字字",
    "😀",
    "a\n",
    "auto",
)
STEPS = ("0.1", "0.01", "0.25", "1.5", "2", "3", "1e-7", "7")
LIMITS = (
    *("0", "1", "-1", "0.1", "0.30000000000000004", "2.5", "10", "100", "1e22"),
    *("9007199254740993", "18446744073709551616", "-0.7", "1e300"),
)
NUMBERS: tuple[Any, ...] = (
    *(0, 1, -1, 2, 3, 7, 10, 99, 100, 101, 2**53, 2**53 + 1, 2**64, 10**22, 10**309),
    *(
        0.0,
        1.0,
        -0.0,
        0.1,
        0.2,
        0.3,
        0.5,
        0.7,
        1.5,
        2.5,
        4.02,
        0.1000000001,
        1e-7,
        3e-7,
    ),
    *(0.30000000000000004, 1e22, 1e300, 5e-324, 2.0**53, -0.7, 10.0),
)
OTHERS: tuple[Any, ...] = (
    *(None, True, False, "", "1", [], [1], [1, 1.0], [True, 1], ["a", "a"], {}),
    *({"a": 1}, {"a": "x", "b": 2}, {"z": None}, [[]], [None], {"promptText": 0.1}),
)


def random_schema(choices: Random, depth: int = 0) -> Schema:
    """A schema; below the second level only scalars."""
    makers: list[Callable[[Random, int], Schema]] = [_text, _number, _number, _choice]
    makers += [_boolean, _several] if depth else [_several, _null]
    if depth < 2:
        makers += [_array, _object, _any_of, _untyped, _both]
    return choices.choice(makers)(choices, depth)


def random_input(choices: Random) -> Schema:
    """An input schema with a few properties, some of them required."""
    names = choices.sample(NAMES, 4)
    properties = {name: random_schema(choices) for name in names}
    required = [name for name in names if choices.random() < 0.1]
    return {"type": "object", "properties": properties} | (
        {"required": required} if required else {}
    )


def random_documents(choices: Random, schema: Schema, number: int) -> Iterator[Any]:
    """Documents for an input schema, most of them with one field, and what is required."""
    properties = schema["properties"]
    for _ in range(number):
        needed = schema.get("required", [])
        names = {choices.choice(list(properties)), *needed}
        if choices.random() < 0.05:
            names |= {choices.choice((*NAMES, *needed, "undeclared"))}
        if choices.random() < 0.05 and needed:
            names -= {choices.choice(needed)}
        yield {
            name: random_value(choices, properties.get(name, {}))
            for name in sorted(names)
        }


def random_value(choices: Random, schema: Schema, depth: int = 0) -> Any:
    """A value for a schema: one that may fit, four times of five, or any other."""
    if choices.random() < 0.2 or not schema:
        return choices.choice((*OTHERS, *NUMBERS, *TEXTS))
    for keyword in ("enum", "anyOf", "oneOf", "allOf"):
        if keyword in schema and choices.random() < (0.6 if "type" in schema else 1):
            option = choices.choice(schema[keyword])
            if keyword == "enum":
                return _near(choices, option)
            return random_value(choices, option, depth)
    if "const" in schema:
        return _near(choices, schema["const"])
    kind = schema.get("type") or _implied(schema)
    match choices.choice(kind) if isinstance(kind, list) else kind:
        case "string":
            sized = [schema.get("minLength", 0), schema.get("maxLength", 2)]
            letters = "é" * max(0, choices.choice(sized) + choices.choice((-1, 0, 1)))
            return choices.choice((*TEXTS, letters, letters))
        case "integer" | "number":
            return _number_near(choices, schema)
        case "boolean":
            return choices.choice((True, False, 1, 0))
        case "array":
            size = choices.choice((0, 1, 2, 3))
            first = schema.get("prefixItems", [])[:size]
            rest = [schema.get("items", {})] * (size - len(first))
            return [random_value(choices, item, depth + 1) for item in first + rest]
        case "object":
            return _object_value(choices, schema, depth)
        case "null":
            return None
        case _:
            return choices.choice((*OTHERS, *NUMBERS))


_KEYWORDS = {
    "string": ("minLength", "maxLength", "pattern"),
    "number": ("multipleOf", "minimum", "maximum", "exclusiveMinimum"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "object": ("properties", "patternProperties", "additionalProperties", "required"),
}


def _implied(schema: Schema) -> list[str]:
    """The types that the keywords of a schema constrain."""
    return [kind for kind, words in _KEYWORDS.items() if schema.keys() & {*words}] or [
        "any"
    ]


def _text(choices: Random, depth: int) -> Schema:
    schema: Schema = {"type": "string"}
    if choices.random() < 0.5:
        schema["minLength"] = choices.randrange(4)
    if choices.random() < 0.5:
        schema["maxLength"] = choices.randrange(5)
    if choices.random() < 0.5:
        schema["pattern"] = choices.choice(PATTERNS)
    return schema


def _number(choices: Random, depth: int) -> Schema:
    schema: Schema = {"type": choices.choice(("integer", "number", "number"))}
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if choices.random() < 0.25:
            schema[keyword] = _exact(choices.choice(LIMITS))
    if choices.random() < 0.4:
        schema["multipleOf"] = _exact(choices.choice(STEPS))
    return schema


def _choice(choices: Random, depth: int) -> Schema:
    pool = (1, 2, _exact("0.1"), True, "a", "auto", 2**70, _exact("4.0"), [1], {"a": 1})
    values = choices.sample(pool, choices.randrange(1, 4))
    return {"const": values[0]} if choices.random() < 0.3 else {"enum": values}


def _boolean(choices: Random, depth: int) -> Schema:
    return {"type": "boolean"}


def _several(choices: Random, depth: int) -> Schema:
    words = ("string", "integer", "number", "boolean", "null")
    return {"type": choices.sample(words, choices.randrange(1, 4)), "maxLength": 3}


def _null(choices: Random, depth: int) -> Schema:
    """A schema that has null, in one of its spellings."""
    inner = random_schema(choices, 1)
    if isinstance(inner.get("type"), str) and choices.random() < 0.5:
        return {**inner, "type": [inner["type"], "null"]}
    return {"anyOf": [inner, {"type": "null"}]}


def _untyped(choices: Random, depth: int) -> Schema:
    """Keywords of one or several types, without the type."""
    schema: Schema = {}
    for maker in choices.sample(
        (_text, _number, _array, _object), choices.choice((1, 1, 2))
    ):
        schema |= maker(choices, depth + 1)
    del schema["type"]
    return schema


def _both(choices: Random, depth: int) -> Schema:
    """A schema with keywords next to those that combine others."""
    maker = choices.choice((_text, _number, _several, _object, _untyped))
    options = [
        choices.choice((maker, _untyped, random_schema))(choices, depth + 1)
        for _ in range(choices.choice((1, 2, 3)))
    ]
    keyword = choices.choice(("anyOf", "oneOf", "oneOf")) if options[1:] else "allOf"
    return {**maker(choices, depth + 1), keyword: options}


def _array(choices: Random, depth: int) -> Schema:
    schema: Schema = {"type": "array", "items": random_schema(choices, depth + 1)}
    if choices.random() < 0.15:
        schema["prefixItems"] = [random_schema(choices, 2)]
    for keyword in ("minItems", "maxItems"):
        if choices.random() < 0.3:
            schema[keyword] = choices.randrange(4)
    if choices.random() < 0.3:
        schema["uniqueItems"] = True
    return schema


def _object(choices: Random, depth: int) -> Schema:
    names = choices.sample(NAMES, choices.randrange(1, 4))
    schema: Schema = {
        "type": "object",
        "properties": {name: random_schema(choices, depth + 1) for name in names},
    }
    if choices.random() < 0.4:
        schema["required"] = names[:1]
    extra = choices.random()
    if extra < 0.6:
        inner = random_schema(choices, 2)
        schema["additionalProperties"] = choices.choice((True, False, inner))
    if choices.random() < 0.15:
        pattern = choices.choice(PATTERNS)
        schema["patternProperties"] = {pattern: random_schema(choices, 2)}
    return schema


def _any_of(choices: Random, depth: int) -> Schema:
    options = [random_schema(choices, depth + 1) for _ in range(choices.choice((2, 3)))]
    return {choices.choice(("anyOf", "anyOf", "oneOf")): options}


def _object_value(choices: Random, schema: Schema, depth: int) -> Any:
    properties: dict[str, Schema] = schema["properties"]
    named = {name for name in properties if choices.random() < 0.6}
    named |= {name for name in schema.get("required", []) if choices.random() < 0.9}
    value = {
        name: random_value(choices, properties[name], depth + 1)
        for name in sorted(named)
    }
    if choices.random() < 0.2:
        extra = schema.get("additionalProperties", {})
        inner = extra if isinstance(extra, dict) else {}
        value["extra"] = random_value(choices, inner, depth + 1)
    return value


def _number_near(choices: Random, schema: Schema) -> Any:
    bounds = [each for each in schema.values() if isinstance(each, int | Decimal)]
    if bounds and choices.random() < 0.6:
        bound = choices.choice(bounds) * choices.choice((1, 1, 3, 40, -1))
        near = bound + choices.choice((0, 0, 1, -1, Decimal("1e-9")))
        return _plain(near)
    return choices.choice(NUMBERS)


def _near(choices: Random, value: Any) -> Any:
    plain = json.loads(json.dumps(value, default=float))
    if isinstance(plain, int | float) and choices.random() < 0.3:
        changed: Any = choices.choice(
            (float(plain), plain + 1, str(plain), bool(plain))
        )
        return changed
    return plain


def _plain(number: int | Decimal) -> Any:
    """A number as a caller gives it: an integer if it is one, or the nearest float."""
    if isinstance(number, int):
        return number
    return int(number) if number == int(number) and number < 10**25 else float(number)


def _exact(text: str) -> int | Decimal:
    return int(text) if text.lstrip("-").isdigit() else Decimal(text)
