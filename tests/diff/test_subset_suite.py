"""All pairs of small flat schemas, decided by the diff and by jsonschema on a pool of values.

Public suites of subset checkers consist of such pairs: one keyword or two, with and without
``type``, beside ``$schema``, ``const`` of another type, schemas that nothing fits.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from diff.samples import exact, validator
from diff.test_random_schemas import breaks, hurts, model
from support.built_models import compared

Schema = dict[str, Any]

NUMBERS: list[Schema] = [
    {"minimum": 0},
    {"minimum": 1, "maximum": 5},
    {"maximum": 5},
    {"exclusiveMaximum": 5},
    {"exclusiveMinimum": 0, "exclusiveMaximum": 6},
    {"multipleOf": 1},
    {"multipleOf": 2},
    {"multipleOf": 0.5},
    {"multipleOf": 3, "minimum": 3},
    {"minimum": 5, "maximum": 4},
]
TEXTS: list[Schema] = [
    {"minLength": 1},
    {"minLength": 2, "maxLength": 3},
    {"maxLength": 3},
    {"maxLength": 0},
    {"pattern": "^a+$"},
    {"pattern": "a"},
    {"pattern": "^(a|b)$"},
    {"pattern": "^[ab]*$", "maxLength": 3},
    {"pattern": "^a{4,}$", "maxLength": 3},
]
LISTS: list[Schema] = [
    {"items": {"type": "integer"}},
    {"items": {"type": "number"}, "maxItems": 2},
    {"minItems": 1},
    {"maxItems": 1},
    {"uniqueItems": True},
    {"items": {"type": "boolean"}, "minItems": 1},
    {"minItems": 2, "maxItems": 1},
]
OBJECTS: list[Schema] = [
    {"properties": {"a": {"type": "integer"}}},
    {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
    {"properties": {"a": {"type": "number"}}, "additionalProperties": False},
    {"required": ["b"]},
    {"additionalProperties": {"type": "integer"}},
]
CONSTANTS: list[Schema] = [
    {"const": 1},
    {"const": "a"},
    {"const": None},
    {"const": True},
    {"enum": [1, 2, 3]},
    {"enum": ["a", "b"]},
    {"enum": [1, "a", None]},
    {"enum": [0.5, 1.0]},
    {"enum": [[], [1]]},
    {"enum": [{"a": 1}]},
]
UNIONS: list[Schema] = [
    {},
    {"$schema": "https://json-schema.org/draft/2020-12/schema"},
    {"type": ["integer", "null"]},
    {"type": ["number", "string", "null"]},
    {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 3}]},
    {"anyOf": [{"const": 1}, {"type": "number", "minimum": 1}]},
    {"oneOf": [{"type": "string"}, {"type": "null"}]},
]


def suite() -> list[Schema]:
    """Every schema, those of a type with and without it, and a few that contradict it.

    Not a null among the choices of another type: in this dialect, it makes the type nullable.
    """
    families = {
        "integer": NUMBERS,
        "number": NUMBERS,
        "string": TEXTS,
        "array": LISTS,
        "object": OBJECTS,
    }
    typed = [
        {"type": name, **each} for name, family in families.items() for each in family
    ]
    bare = [{"type": name} for name in (*families, "boolean", "null")]
    untyped = [each for family in (NUMBERS, TEXTS, LISTS, OBJECTS) for each in family]
    beside = [
        {"type": name, **each}
        for name, each in product(("string", "integer"), CONSTANTS)
        if None not in (each.get("enum", ()) or [each["const"]])
    ]
    return [*bare, *typed, *untyped, *CONSTANTS, *beside, *UNIONS]


POOL: list[Any] = [
    *(None, True, False),
    *(-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12),
    *map(Decimal, ("-0.5", "1.25", "4.75", "0.25", "0.5", "0.75", "1.5", "2.5", "4.5", "5.5", "5.25")),
    *("", "a", "b", "c", "aa", "ab", "ba", "bb", "cc", "aaa", "aba", "ccc", "aaaa", "bbbb", "cccc", "aaaaa", "ca"),
    *([], [1], ["a"], [None], [True], [Decimal("0.5")], [1, 2], [1, 1], [True, False], [True, True], ["a", "a"]),
    *([1, 2, 3], [True, False, True], [1, Decimal("0.5")], [None, None], ["a", "b", "c"]),
    *({}, {"a": 1}, {"a": "a"}, {"a": Decimal("0.5")}, {"a": None}, {"b": 1}, {"b": "a"}, {"a": 1, "b": 1}),
    *({"a": 1, "b": "a"}, {"a": "a", "b": 1}, {"c": 1}, {"c": "a"}, {"a": Decimal("0.5"), "b": "a"}),
    *({"a": "a", "b": "a"}, {"a": 1, "c": "a"}, {"b": 1, "c": "a"}),
]  # fmt: skip


def accepted(told: Schema) -> int:
    """The values of the pool that jsonschema accepts, as bits."""
    judge = validator(told)
    return sum(judge.is_valid(exact(each)) << at for at, each in enumerate(POOL))


def test_pairs_are_decided_right(request: pytest.FixtureRequest) -> None:
    """No pair is called harmless that a value refutes, and none breaking that none does."""
    rows = [(each, model(each), accepted(each)) for each in suite()]
    pairs = list(product(rows, rows))
    if not request.config.getoption("--long"):
        pairs = pairs[::7]
    counts: Counter[str] = Counter()
    wrong: list[tuple[str, Schema, Schema]] = []
    for (one, old, before), (other, new, after) in pairs:
        found = compared([old], [new])
        is_subset = before & ~after == 0
        if breaks(found):
            outcome = "too strict" if is_subset else "right"
        elif hurts(found):
            outcome = "undecided"
        else:
            outcome = "right" if is_subset else "unsound"
        counts[outcome] += 1
        if outcome in ("too strict", "unsound"):
            wrong.append((outcome, one, other))
    assert wrong == []
    assert counts["right"] >= 0.98 * len(pairs) > 1_600
