"""Values that JSON does not have are problems with a pointer, before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.json_values import json_problems
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart
from runcomfy_runtime.report import Problem


class Part(ModelPart, frozen=True):
    inner: Any = None


class Input(ModelInput[ModelOutput], frozen=True):
    MODEL_ID: ClassVar[str] = "odd/any"
    x: Any = None
    part: Part | None = None


def circular() -> list[Any]:
    value: list[Any] = [1]
    value.append({"again": value})
    return value


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(5_000):
        value = [value]
    return value


CASES: dict[str, tuple[Any, str, str]] = {
    "key": ({"a": {1: 2}}, "/x/a", "has the key 1, which is not a string"),
    "nan": ([0, math.nan], "/x/1", "is nan, which is not a JSON number"),
    "infinity": ({"a": [[-math.inf]]}, "/x/a/0/0", "is -inf, which is not"),
    "circular": (circular(), "/x/1/again", "contains itself"),
    "deep": (deep(), "/x" + "/0" * 199, "is nested more than 200 levels deep"),
    "object": ({"a": object()}, "/x/a", "of the Python type object"),
    "bytes": (b"x", "/x", "of the Python type bytes"),
    "half": (["\ud83d"], "/x/0", "has half a surrogate pair"),
    "half key": ({"k\ud83d": 1}, "/x", "with half a surrogate pair"),
}


@pytest.fixture
def client() -> Any:
    with RunComfy(token="t", media_checks="off") as client:
        yield client


def rejected(action: Callable[[], Any]) -> tuple[Problem, ...]:
    with pytest.raises(InputRejected) as refusal:
        action()
    return refusal.value.report.problems


@pytest.mark.parametrize("case", CASES)
def test_every_way_in_tells_where_it_is(case: str, client: Any) -> None:
    value, pointer, words = CASES[case]
    document = {"x": value}
    ways = {
        "document": lambda: client.validate(Input, document).problems,
        "input": lambda: client.validate(Input(**document)).problems,
        "untyped": lambda: client.validate("odd/any", document).problems,
        "submit": lambda: rejected(lambda: client.submit(Input(**document))),
        "submit untyped": lambda: rejected(lambda: client.submit("odd/any", document)),
    }
    for way, problems in ways.items():
        found = problems()
        assert [problem.pointer for problem in found] == [pointer], way
        assert words in found[0].message, way


def test_inside_a_part_the_pointer_has_wire_names(client: Any) -> None:
    given = Input(part=Part(inner=[math.nan]))
    (problem,) = client.validate(given).problems
    assert problem.pointer == "/part/inner/0"


def test_a_problem_of_the_schema_is_not_told_twice(client: Any) -> None:
    problems = client.validate(Input, {"part": {"inner": math.nan}, "y": 1}).problems
    assert sorted(problem.pointer for problem in problems) == ["/part/inner", "/y"]


def test_a_value_that_stands_in_two_places_is_no_problem() -> None:
    shared = [1, (2, "é", None, True)]
    assert json_problems({"a": shared, "b": [shared, shared]}) == ()


def shared(levels: int) -> list[Any]:
    """A list of ``2 ** levels`` values, and of so many lists in memory."""
    value: list[Any] = [1]
    for _ in range(levels):
        value = [value, value]
    return value


@pytest.mark.parametrize("levels", [40, 190])
def test_lists_that_share_their_items_take_no_time_and_no_memory(
    levels: int, client: Any
) -> None:
    document, large = {"x": {"a": shared(levels)}}, "more than 1000000 values"
    assert json_problems({"x": shared(12)}) == ()
    for refused in (
        lambda: client.validate("odd/any", document).problems,
        lambda: client.validate(Input, document).problems,
        lambda: rejected(lambda: client.submit("odd/any", document)),
        lambda: rejected(lambda: client.submit(Input(**document))),
        lambda: rejected(lambda: Input().extended(y=document)),
    ):
        problems = refused()
        assert 1 <= len(problems) < 20
        assert large in problems[0].message


def test_a_large_list_that_shares_nothing_is_taken() -> None:
    assert json_problems([(1, 2), *[None] * 1_000_000]) == ()


def test_the_list_of_problems_is_bounded() -> None:
    assert len(json_problems([math.nan] * 1_000)) == 100


@pytest.mark.parametrize("case", ["circular", "deep"])
def test_an_input_with_a_value_inside_itself_can_be_printed_and_compared(
    case: str,
) -> None:
    value, pointer, words = CASES[case]
    given = Input(x=value)
    assert repr(given) == str(given) == "odd/any:Input(x=a list)"
    assert given == given  # equal to itself alone
    assert given != Input(x=[1])
    assert len({given, given}) == 1
    (problem,) = rejected(given.payload)
    assert problem.pointer == pointer
    assert words in problem.message


def test_a_list_that_contains_itself_twice_takes_no_time(client: Any) -> None:
    value: list[Any] = []
    value += [value, value]
    problems = client.validate(Input, {"x": value}).problems
    assert [problem.pointer for problem in problems] == ["/x/0", "/x/1"]


def test_an_integer_that_python_cannot_write_has_a_pointer(client: Any) -> None:
    document = {"x": {"a": [1, -(10**5000)]}}
    for what in (Input, "odd/any"):
        (problem,) = client.validate(what, document).problems
        assert problem.pointer == "/x/a/1"
        assert "has more than 4000 digits" in problem.message
