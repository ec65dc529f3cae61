"""Random values around everything that a schema says, and an independent judge of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


def validator(told: Schema) -> Any:
    """jsonschema's own reading of a published property; ``float`` is its ``number``."""
    return Draft202012Validator(_standard(told))


def exact(value: Any) -> Any:
    """The value with exact numbers, so that 0.3 is a multiple of 0.1."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    return value


def values(random: Random, number: int, *schemas: Schema) -> Iterator[Any]:
    """Values that one of the schemas may take, and another may not."""
    edges = [value for item in schemas for value in _edges(item)]
    yield from edges
    for _ in range(max(0, number - len(edges))):
        yield _random(random, random.choice(schemas), schemas)


def _standard(told: Any) -> Any:
    if isinstance(told, list):
        return [_standard(each) for each in told]
    if not isinstance(told, dict):
        return exact(told)
    kept = {
        key: value for key, value in told.items() if key not in ("default", "format")
    }
    standard = {key: _standard(value) for key, value in kept.items()}
    return standard | {"type": "number"} if told.get("type") == "float" else standard


def _edges(told: Schema) -> Iterator[Any]:
    yield from (None, True, False, 0, 1, -1, "", "a", [], {}, Decimal("0.5"))
    yield from (exact(value) for value in told.get("enum", []))
    for keyword in _BOUNDS:
        if keyword in told:
            bound = exact(told[keyword])
            yield from (bound, bound - 1, bound + 1, bound + Decimal("0.5"))
    for keyword in ("minLength", "maxLength"):
        for near in (-1, 0, 1):
            if keyword in told and told[keyword] + near >= 0:
                yield "x" * (told[keyword] + near)
    for keyword in ("minItems", "maxItems"):
        for near in (-1, 0, 1):
            if keyword in told and told[keyword] + near >= 0:
                yield ["y"] * (told[keyword] + near)


def _random(random: Random, told: Schema, schemas: tuple[Schema, ...]) -> Any:
    published = told.get("type", "string")
    kind = random.choice(published) if isinstance(published, list) else published
    match kind:
        case "integer" | "number" | "float":
            bounds = [exact(s[k]) for s in schemas for k in _BOUNDS if k in s] or [
                Decimal(0)
            ]
            near = random.choice(bounds) + random.randint(-3, 3)
            return (
                near + Decimal(random.randint(0, 9)) / 10
                if random.random() < 0.4
                else near
            )
        case "boolean":
            return random.random() < 0.5
        case "array":
            most = max([s.get(k, 3) for s in schemas for k in _COUNTS], default=3)
            inner = told.get("items", {"type": "string"})
            return [
                _random(random, inner, (inner,))
                for _ in range(random.randint(0, most + 2))
            ]
        case "object":
            return {name: "b" for name in ("a", "b") if random.random() < 0.5}
        case _:
            if told.get("enum") and random.random() < 0.5:
                return exact(random.choice(told["enum"]))
            most = max([s.get(k, 5) for s in schemas for k in _COUNTS], default=5)
            return "".join(
                random.choices("abcXYZ019 -é", k=random.randint(0, most + 2))
            )
