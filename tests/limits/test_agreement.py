"""One arithmetic: the client, and ``jsonschema`` on the schema that the targets write."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runcomfy_codegen import api
from runcomfy_codegen.ir.limit_schema import limit_schema
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.limits.require_subset import (
    MEMBER_KEYWORDS,
    OBJECT_KEYWORDS,
    malformed_parts,
)
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_runtime.limits import require as require_module
from runcomfy_runtime.limits.check_values import value_problems
from runcomfy_runtime.limits.compiled import compile_limits
from runcomfy_runtime.limits.stated_limit import Limit
from support.examples import examples

ROOT = Path(__file__).parents[2]


@cache
def shipped() -> dict[str, Model]:
    """Every shipped model that has limits."""
    catalog = api.load(schemas=ROOT / "schemas", limits=ROOT / "limits")
    return {model.model_id: model for model in catalog.models if model.limits}


def in_words_of_json_schema(model: Model) -> list[Limit]:
    return [limit for limit in model.limits if limit_schema(limit) is not None]


EDGES = [
    None,
    "",
    [],
    0,
    1,
    -1,
    0.1,
    0.30000000000000004,
    True,
    False,
    "a",
    "480p",
    "720p",
]


def values(model: Model) -> list[Any]:
    """Values at which a limit of the model may change its answer."""
    found: list[Any] = [*EDGES, *(["a"] * count for count in range(1, 6))]
    for limit in model.limits:
        found += constants(limit.require)
        for number in numbers(limit):
            found += [number, number + 1, number - 1]
            if 0 < number <= 100:
                found += [["a"] * number, ["a"] * (number + 1)]
            if 0 < number <= 10_000:
                found += ["x" * number, "x" * (number + 1), "漢" * number]
    return found


def constants(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("const", "enum"):
                yield from value if isinstance(value, list) else [value]
            yield from constants(value)
    elif isinstance(part, list):
        for item in part:
            yield from constants(item)


def numbers(limit: Limit) -> Iterator[int]:
    words = " ".join((*limit.rules, str(limit.require or ""))).replace("}", " ")
    for word in words.split():
        if word.strip(",").isdigit():
            yield int(word.strip(","))


def decided(limit: Limit, document: dict[str, Any]) -> bool:
    return not value_problems(compile_limits((limit,)), document)


def test_client_and_jsonschema_agree_on_the_shipped_limits(
    request: pytest.FixtureRequest,
) -> None:
    each = 10_000 if request.config.getoption("--long") else 100
    compared = 0
    for model_id, model in shipped().items():
        limits = in_words_of_json_schema(model)
        validators = [Draft202012Validator(limit_schema(limit)) for limit in limits]
        draw, pool = random.Random(model_id), values(model)
        names = [field.wire_name for field in model.input.fields]
        for _ in range(each if limits else 0):
            document = {
                name: draw.choice(pool) for name in names if draw.random() < 0.7
            }
            for limit, validator in zip(limits, validators, strict=True):
                compared += 1
                assert decided(limit, document) == validator.is_valid(document), (
                    limit,
                    document,
                )
    assert compared > 1000


NAMES = ("a", "b", "c")
JSON = st.sampled_from(
    [
        None,
        "",
        [],
        0,
        1,
        1.0,
        2.5,
        -3,
        True,
        False,
        "x",
        "yz",
        ["x"],
        [None],
        [1, 2],
        {"x": 1},
        0.1,
    ]
)
CONSTANTS = st.sampled_from(
    [0, 1, 1.0, 2.5, True, False, "", "x", [], ["x"], [1, 2], {"x": 1}]
)
SIZES = st.integers(0, 3)
MEMBERS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "const": CONSTANTS,
            "enum": st.lists(CONSTANTS, min_size=1, max_size=3),
            "minItems": SIZES,
            "maxItems": SIZES,
            "minLength": SIZES,
            "maxLength": SIZES,
            "minimum": st.sampled_from([0, 1, 2.5, 0.1]),
            "maximum": st.sampled_from([0, 1, 2.5, 0.1]),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    ),
    max_leaves=3,
)
SOME_NAMES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)
FLAT = st.fixed_dictionaries(
    {},
    optional={
        "required": SOME_NAMES,
        "dependentRequired": st.dictionaries(
            st.sampled_from(NAMES), SOME_NAMES, max_size=2
        ),
        "properties": st.dictionaries(st.sampled_from(NAMES), MEMBERS, max_size=2),
    },
)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    plain = {
        "allOf": some,
        "anyOf": some,
        "oneOf": some,
        "not": inner,
        "required": SOME_NAMES,
    }
    conditional = st.fixed_dictionaries(
        {"if": inner}, optional={"then": inner, "else": inner}
    )
    return st.fixed_dictionaries({}, optional=plain) | conditional


REQUIRE = st.recursive(FLAT, nested, max_leaves=6).filter(bool)


@examples(300)
@given(
    REQUIRE,
    st.lists(st.dictionaries(st.sampled_from(NAMES), JSON), min_size=3, max_size=8),
)
def test_client_and_jsonschema_agree_on_any_requirement(
    require: dict[str, Any], documents: list[dict[str, Any]]
) -> None:
    assert list(malformed_parts(require, frozenset(NAMES))) == []
    limit = Limit(tuple(f"/{name}" for name in NAMES), require=require)
    validator = Draft202012Validator(limit_schema(limit))
    for document in documents:
        assert decided(limit, document) == validator.is_valid(document)


RULE = st.builds(
    "{} {} {}".format,
    st.sampled_from(["count", "characters", "value"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.sampled_from(["-1", "0", "1", "2", "2.5", "0.1"]),
)


@examples(200)
@given(RULE, st.lists(JSON, min_size=3, max_size=8))
def test_client_and_jsonschema_agree_on_rules_about_one_field(
    rule: str, given_: list[Any]
) -> None:
    limit = Limit(("/a",), (rule,))
    validator = Draft202012Validator(limit_schema(limit))
    for value in given_:
        assert decided(limit, {"a": value}) == validator.is_valid({"a": value}), value


def test_every_published_request_body_keeps_the_limits() -> None:
    """A default is a sample, and what is not given breaks nothing."""
    checked = 0
    for _, document in read_all(ROOT / "schemas").documents:
        model = shipped().get(document.model_id)
        if model is None or document.example is None:
            continue
        body = document.example.value()
        assert (
            value_problems(compile_limits(model.limits), body) == []
        ), document.model_id
        checked += 1
    assert checked


@pytest.mark.parametrize("nothing", [{}, {"a": None}, {"a": ""}, {"a": []}])
def test_rules_hold_for_what_is_not_given(nothing: dict[str, Any]) -> None:
    for rule in ("count >= 1", "characters >= 1", "value >= 1", "total_count >= 1"):
        assert decided(Limit(("/a",), (rule,)), nothing)


def test_the_tool_allows_what_the_client_decides() -> None:
    assert {*OBJECT_KEYWORDS} == {*require_module._OBJECTS, "then", "else"}
    assert {*MEMBER_KEYWORDS} == {*require_module._MEMBERS}
