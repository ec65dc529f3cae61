"""One limit, one answer: client, sandbox, diff and published schema agree about numbers."""

from __future__ import annotations

from typing import Any

import pytest

from support.built_models import executed
from support.judges import answers, model_with


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ('{"type": "number", "multipleOf": 0.1}', (0.3, 7, 1e22), (0.1000000001, 0.35)),
        ('{"type": "number", "multipleOf": 0.01}', (4.02, 1.13, -1.13), (4.021, 1e-9)),
        ('{"type": "number", "multipleOf": 3e-7}', (0.3, 9e-7), (1e-7,)),
        ('{"type": "number", "multipleOf": 1e300}', (0, 3e300, 10**301), (1e299, 1)),
        ('{"type": "integer", "multipleOf": 0.5}', (1, 2.0), (0.5,)),
        ('{"type": "integer", "multipleOf": 1.5}', (3, 6.0), (1, 2)),
        ('{"type": "integer"}', (1.0, 1e300, 2**70), (1.5, True, "1")),
        ('{"type": "integer", "maximum": 2.5}', (2.0,), (3, 3.0)),
        ('{"type": "number", "minimum": 0.1000000000000000055}', (0.2, 1), (0.1,)),
        (
            '{"type": "number", "maximum": 0.30000000000000000001}',
            (0.3,),
            (0.30000000000000004,),
        ),
        (
            '{"type": "number", "exclusiveMinimum": 9007199254740993}',
            (2**53 + 2,),
            (2**53 + 1, 2.0**53),
        ),
        ('{"type": "number"}', (2**53 + 1, 10**309), (True, "1")),
        ('{"type": "integer", "enum": [1.0, 2]}', (1, 1.0, 2.0), (True, 3)),
        (
            '{"enum": [0.1, 3, 1180591620717411303424]}',
            (0.1, 3.0, 2**70),
            (0.2, 2.0**70),
        ),
        ('{"enum": [0.1000000000000000055, 1]}', (1, 1.0), (0.1,)),
        ('{"const": 9007199254740993}', (2**53 + 1,), (2**53, 2.0**53)),
        (
            '{"type": "array", "uniqueItems": true}',
            ([1, True, "1"],),
            ([1, 1.0], [10**23, 1e23]),
        ),
    ],
)
def test_every_judge_gives_one_answer(
    schema: str, good: tuple[Any, ...], bad: tuple[Any, ...]
) -> None:
    for value in good:
        assert set(answers(schema, value).values()) == {True}, value
    for value in bad:
        assert set(answers(schema, value).values()) == {False}, value


def test_a_limit_that_no_float_names_stays_exact_in_the_code() -> None:
    module = executed(
        model_with('{"type": "number", "minimum": 0.1000000000000000055}')
    )
    assert "0.1000000000000000055" in str(module.Input.model_fields["x"])


def test_a_whole_number_of_an_integer_enum_is_an_integer() -> None:
    made = executed(model_with('{"type": "integer", "enum": [4.0, 8.0]}')).Input(x=4.0)
    assert repr(made.payload()) == "{'x': 4}"
