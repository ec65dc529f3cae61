"""The decision on types of any shape: what is proved, refuted, or left open."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from diff.samples import exact
from runcomfy_codegen.ir.as_json import to_json_schema
from runcomfy_codegen.ir.exact import exact_value, json_value
from runcomfy_codegen.ir.model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
)
from runcomfy_codegen.subtype import No, Unsure, Yes
from runcomfy_codegen.subtype.accepts import accepts, is_empty
from runcomfy_codegen.subtype.examples import smallest_example
from runcomfy_codegen.subtype.is_subschema import is_subschema
from support.examples import examples

bounds = (
    st.none() | st.integers(-6, 6) | st.sampled_from([Decimal("0.5"), Decimal("-1.25")])
)
steps = st.none() | st.sampled_from([1, 2, 3, 4, 6, Decimal("0.5"), Decimal("0.3")])
small = st.none() | st.integers(0, 4)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-4, 4)
    | st.sampled_from(["", "a", "ab", 0.5])
)
numbers = st.builds(
    Numeric,
    integral=st.booleans(),
    minimum=bounds,
    maximum=bounds,
    exclusive_minimum=bounds,
    exclusive_maximum=bounds,
    multiple_of=steps,
)
texts = st.builds(
    Text,
    min_length=small,
    max_length=small,
    pattern=st.none() | st.sampled_from(["^a+$", "b", "^[0-9]*$"]),
)
choices = st.lists(scalars, min_size=1, max_size=4).map(
    lambda told: Choice(tuple(map(Value.of, told)))
)
leaves = numbers | texts | choices | st.just(Boolean()) | st.just(Anything())


def _object(types: list[Type], required: list[bool], extra: Type | None) -> Object:
    fields = tuple(
        Field(wire_name=name, type=kind, required=must)
        for name, kind, must in zip("abc", types, required, strict=False)
    )
    return Object(fields=fields, extra=extra)


def _compound(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    lists = st.builds(
        Array, items=inner, min_items=small, max_items=small, unique_items=st.booleans()
    )
    objects = st.builds(
        _object,
        st.lists(inner, max_size=2),
        st.lists(st.booleans(), min_size=2, max_size=2),
        st.none() | inner,
    )
    unions = st.lists(inner, min_size=2, max_size=3).map(lambda o: Union(tuple(o)))
    return lists | objects | unions | inner.map(Nullable)


types = st.recursive(leaves, _compound, max_leaves=4)
values = st.recursive(
    scalars | st.sampled_from([6, -6, "aaaa", "abb", "00", -1.25, 1.5]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from("abcz"), inner, max_size=3),
    max_leaves=5,
)


def judge(kind: Type) -> Any:
    """jsonschema's reading of a type, with exact numbers."""
    return Draft202012Validator(exact(to_json_schema(kind)))


@examples(200)
@given(types)
def test_every_type_lies_in_itself(kind: Type) -> None:
    assert is_subschema(kind, kind) == Yes()


@examples(200)
@given(types, types)
def test_a_witness_is_confirmed_by_jsonschema(one: Type, other: Type) -> None:
    answer = is_subschema(one, other)
    if isinstance(answer, No):
        witness = exact(json_value(answer.witness))
        assert judge(one).is_valid(witness)
        assert not judge(other).is_valid(witness)


@examples(200)
@given(types, types, st.lists(values, max_size=20))
def test_no_value_refutes_a_yes(one: Type, other: Type, told: list[Any]) -> None:
    if isinstance(is_subschema(one, other), Yes):
        for value in map(exact, told):
            assert not judge(one).is_valid(value) or judge(other).is_valid(value)


@examples(200)
@given(types, types, types)
def test_yes_composes(one: Type, other: Type, third: Type) -> None:
    if isinstance(is_subschema(one, other), Yes) and isinstance(
        is_subschema(other, third), Yes
    ):
        assert not isinstance(is_subschema(one, third), No)


@examples(200)
@given(types, types, types)
def test_a_way_by_wider_types_is_never_refuted(
    one: Type, other: Type, third: Type
) -> None:
    """The same with types that lie in one another, which those above seldom do."""
    wider = Union((one, other))
    widest = Nullable(Union((third, wider)))
    assert not isinstance(is_subschema(one, wider), No)
    assert not isinstance(is_subschema(wider, widest), No)
    assert not isinstance(is_subschema(one, widest), No)


@examples(200)
@given(types, st.lists(values, max_size=20))
def test_an_empty_type_has_no_value(kind: Type, told: list[Any]) -> None:
    if is_empty(kind):
        assert not any(judge(kind).is_valid(exact(value)) for value in told)
        assert is_subschema(kind, Choice(())) == Yes()
        assert smallest_example(kind) == []


@examples(200)
@given(numbers, numbers)
def test_two_ranges_of_numbers_are_always_decided(one: Numeric, other: Numeric) -> None:
    assert not isinstance(is_subschema(one, other), Unsure)


@examples(200)
@given(types, values)
def test_membership_agrees_with_jsonschema(kind: Type, value: Any) -> None:
    answer = accepts(kind, exact_value(Value.of(value)))
    assert answer == judge(kind).is_valid(exact(value))


def number(**bounds: Any) -> Numeric:
    return Numeric(**{"integral": False, **bounds})


def whole(**bounds: Any) -> Numeric:
    return Numeric(**{"integral": True, **bounds})


def choice(*told: Any) -> Choice:
    return Choice(tuple(map(Value.of, told)))


SAME = [
    (whole(maximum=4096), whole(exclusive_maximum=4097)),
    (whole(), number(multiple_of=1)),
    (whole(minimum=Decimal("0.5")), whole(minimum=1)),
    (choice(1, 2), choice(2, Decimal("1.0"), 1)),
    (Nullable(Boolean()), Union((choice(None), choice(True, False)))),
    (whole(minimum=1, maximum=3), choice(1, 2, 3)),
    (
        Array(items=Boolean(), unique_items=True),
        Array(items=Boolean(), unique_items=True, max_items=2),
    ),
    (Union((whole(maximum=0), whole(minimum=1))), whole()),
    (
        number(multiple_of=Decimal("0.1")),
        Union((number(multiple_of=Decimal("0.1")), whole())),
    ),
    (Union((Text(max_length=3), Text(min_length=3))), Text()),
    (Array(items=Text(), max_items=0), Array(items=whole(), max_items=0)),
    (Union((Array(items=Text(), min_items=2, max_items=1), whole())), whole()),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_other_spellings_of_one_set_are_equal(one: Type, other: Type) -> None:
    assert is_subschema(one, other) == Yes()
    assert is_subschema(other, one) == Yes()


WITNESSES = [
    (whole(maximum=100), whole(maximum=50), 51),
    (number(maximum=1), number(exclusive_maximum=1), 1),
    (whole(minimum=1), whole(minimum=5), 1),
    (whole(), whole(multiple_of=2), 1),
    (number(multiple_of=Decimal("0.5")), whole(), 0.5),
    (Text(max_length=4), Text(max_length=2), "aaa"),
    (Text(), Text(min_length=1), ""),
    (choice("a", "b"), choice("a"), "b"),
    (Nullable(Text()), Text(), None),
    (Array(items=Text(), max_items=3), Array(items=Text(), max_items=1), ["", ""]),
    (Array(items=whole()), Array(items=whole(), unique_items=True), [0, 0]),
    (Array(items=whole(maximum=9)), Array(items=whole(maximum=5)), [6]),
    (Anything(), Text(), None),
    (Array(items=whole(), max_items=1), choice([], [0], [1]), [-1]),
    (Array(items=Boolean(), min_items=1), choice([False], [True]), [False, False]),
    (_object([whole()], [True], None), choice({"a": 0}), {"a": 1}),
    (_object([], [], Boolean()), choice({}, {"new0": False}), {"new1": False}),
]


@pytest.mark.parametrize(("one", "other", "witness"), WITNESSES)
def test_a_witness_is_the_smallest_at_the_boundary(
    one: Type, other: Type, witness: Any
) -> None:
    answer = is_subschema(one, other)
    assert isinstance(answer, No)
    assert json_value(answer.witness) == witness


UNSURE = [
    (Text(pattern="^(?:a{99}){99}$"), Text(pattern="^(?:b{99}){99}$"), "patterns need"),
    (Text(format="color"), Text(format="uri"), "format"),
    (Text(max_length=10**9), Text(max_length=10**8), "long texts"),
    (
        Array(items=whole(), max_items=10**9),
        Array(items=whole(), max_items=10**8),
        "lists of",
    ),
]


@pytest.mark.parametrize(("one", "other", "reason"), UNSURE)
def test_what_cannot_be_decided_says_why(one: Type, other: Type, reason: str) -> None:
    answer = is_subschema(one, other)
    assert isinstance(answer, Unsure)
    assert reason in answer.reason
