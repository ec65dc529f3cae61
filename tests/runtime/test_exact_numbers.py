"""Numbers are checked exactly: over the decimal that JSON sends, and whole ones stay whole."""

from __future__ import annotations

import math
from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from runcomfy_runtime.constraint import OneOf, UniqueItems
from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.exact_numbers import exact_number, is_multiple
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart

BIG = 2**70
LONG = "0.1000000000000000055"
"""The nearest float is 0.1, which is smaller."""


class Part(ModelPart):
    scale: Annotated[float, Field(multiple_of=0.01)] | None = None
    count: int | None = None


class Input(ModelInput[ModelOutput], frozen=True):
    MODEL_ID: ClassVar[str] = "vendor/numbers"
    number: float | None = None
    tenths: Annotated[float, Field(multiple_of=0.1)] | None = None
    cents: Annotated[float, Field(ge=0, lt=1e3, multiple_of=0.01)] | None = None
    from_long: Annotated[float, Field(ge=Decimal(LONG))] | None = None
    to_long: Annotated[float, Field(le=Decimal("0.3"), gt=Decimal(LONG))] | None = None
    from_big: Annotated[float, Field(gt=2**53 + 1)] | None = None
    integer: Annotated[int, Field(ge=-BIG, le=BIG)] | None = None
    even: Annotated[int, Field(multiple_of=2)] | None = None
    literal: Literal[2, 3] | None = None
    wide_literal: Literal[2, 1180591620717411303424] | None = None
    choice: Annotated[Any, OneOf(0, 0.5, 2, BIG)] | None = None
    unique: Annotated[list[float], UniqueItems()] | None = None
    either: int | str | None = None
    parts: dict[str, list[Part]] | None = None
    steps: list[Annotated[float, Field(multiple_of=0.1)] | bool] | None = None


def sent(**fields: Any) -> Any:
    """The only value of the payload; None if the input is refused."""
    try:
        [value] = Input(**fields).payload().values()
    except InputRejected:
        return None
    return value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenths", 0.3),
        ("tenths", 1e308),
        ("tenths", 7),
        ("tenths", -0.7),
        ("tenths", 10**400),
        ("cents", 4.02),
        ("cents", 1.13),
        ("from_long", 0.10000000000000002),
        ("to_long", 0.3),
        ("from_big", 2**53 + 2),
        ("number", 2**53 + 1),
        ("number", 10**309),
        ("number", -(10**309)),
        ("number", 1e23),
        ("integer", BIG),
        ("wide_literal", BIG),
        ("choice", BIG),
        ("choice", 0.5),
        ("unique", [2**53, 2**53 + 1, 0.5]),
        ("parts", {"a": [{"scale": 4.02}]}),
        ("steps", [0.3, True]),
    ],
)
def test_an_exact_number_is_sent_as_it_was_given(field: str, value: Any) -> None:
    result = sent(**{field: value})
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenths", 0.1000000001),
        ("tenths", 0.30000000000000004),
        ("tenths", 5e-324),
        ("cents", 4.021),
        ("cents", 1000),
        ("cents", -1),
        ("from_long", 0.1),
        ("to_long", 0.1),
        ("to_long", 0.30000000000000004),
        ("from_big", 2**53 + 1),
        ("from_big", 2.0**53),
        ("integer", BIG + 1),
        ("integer", 1.5),
        ("even", 3.0),
        ("wide_literal", BIG + 1),
        ("wide_literal", 2.5),
        ("choice", True),
        ("choice", False),
        ("unique", [1, 1.0]),
        ("unique", [10**23, 1e23]),
        ("parts", {"a": [{"scale": 4.021}]}),
        ("steps", [0.35]),
    ],
)
def test_a_number_beyond_a_limit_is_refused(field: str, value: Any) -> None:
    assert sent(**{field: value}) is None


@pytest.mark.parametrize(
    ("field", "value", "whole"),
    [
        ("integer", 1.0, 1),
        ("integer", -0.0, 0),
        ("integer", float(BIG), 1180591620717411300000),
        ("even", 4.0, 4),
        ("literal", 2.0, 2),
        ("wide_literal", 2.0, 2),
        ("choice", 0.0, 0),
        ("either", 1.0, 1),
        ("parts", {"a": [{"count": 3.0}]}, {"a": [{"count": 3}]}),
    ],
)
def test_a_whole_float_is_an_integer_and_sent_as_one(
    field: str, value: Any, whole: Any
) -> None:
    assert repr(sent(**{field: value})) == repr(whole)


@pytest.mark.parametrize(
    "field", ["number", "tenths", "integer", "literal", "wide_literal", "choice"]
)
@pytest.mark.parametrize(
    "value", [True, "0", "2", 2 + 0j, math.nan, math.inf, -math.inf, [2]]
)
def test_what_is_no_json_number_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InputRejected) as caught:
        Input(**{field: value})
    [problem] = caught.value.report
    assert problem.pointer == f"/{field}"


def test_subclasses_of_numbers_are_sent_as_numbers() -> None:
    class Level(IntEnum):
        LOW = 2

    class Measured(float):
        pass

    assert repr(sent(number=Level.LOW)) == "2"
    assert repr(sent(tenths=Measured(0.3))) == "0.3"
    assert repr(sent(integer=Measured(2))) == "2"


def test_a_broken_limit_is_reported_as_it_was_published() -> None:
    with pytest.raises(InputRejected) as caught:
        Input(tenths=0.25, from_long=0.1, from_big=1, cents=10**400)
    found = {each.pointer: (each.code, each.limit) for each in caught.value.report}
    assert found == {
        "/tenths": ("multipleOf", 0.1),
        "/from_long": ("minimum", LONG),
        "/from_big": ("exclusiveMinimum", 2**53 + 1),
        "/cents": ("exclusiveMaximum", 1000.0),
    }


doubles = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.decimals(-1000, 1000, places=4) | doubles.map(repr).map(Decimal)


@given(
    doubles | st.integers(-(2**80), 2**80),
    decimals,
    st.sampled_from(["ge", "gt", "le", "lt"]),
)
def test_a_limit_compares_as_decimals_do(
    value: float, limit: Decimal, word: str
) -> None:
    from runcomfy_runtime.number_schema import number_check

    exact = Decimal(repr(value))
    expected = {
        "ge": exact >= limit,
        "gt": exact > limit,
        "le": exact <= limit,
        "lt": exact < limit,
    }[word]
    try:
        number_check({"type": "float", word: limit})(value)
        accepted = True
    except Exception:
        accepted = False
    assert accepted == expected


@given(doubles | st.integers(), st.decimals("0.001", 1000, places=3))
def test_a_multiple_is_what_integers_say(value: float, step: Decimal) -> None:
    numerator, denominator = Decimal(repr(value)).as_integer_ratio()
    expected = numerator * 1000 % (denominator * int(step * 1000)) == 0
    assert is_multiple(value, step) == expected


def test_a_float_is_the_shortest_decimal_that_names_it() -> None:
    assert exact_number(0.1) == Decimal("0.1")
    assert exact_number(1e23) == 10**23
    assert type(exact_number(Decimal("5.00"))) is int
