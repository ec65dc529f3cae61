"""Numbers that no float names are printed, sent and compared to the last digit."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from runcomfy_codegen.ir.exact import exact_value, json_value
from runcomfy_codegen.ir.json_layout import exact_json_text
from runcomfy_codegen.ir.model import Value
from runcomfy_codegen.subtype.accepts import accepts
from runcomfy_runtime.exact_numbers import is_multiple
from support.built_models import compared
from support.command_line import Shell
from support.judges import model_with

LIMITS = '{"type": "number", "minimum": 0.1234567890123456789012, "maximum": 1e300}'
ODD = ("1E+400", "1E-999999", "0.1234567890123456789", "-1.5E+3000")


@pytest.mark.parametrize("number", [*ODD, "0.1", "1e22", "7", "2.50"])
def test_show_prints_every_number_exactly(shell: Shell, number: str) -> None:
    entry = (
        '{"model_id": "a/b", "input_schema": {"type": "object", "properties": '
        f'{{"e": {{"enum": [{number}, "a"]}}, "d": {{"default": {number}}}, '
        f'"u": {{"not": {{"const": {number}}}}}, "m": {LIMITS}}}}}}}'
    )
    (shell.folder / "entry.json").write_text(entry, "utf-8")
    assert shell("import", "entry.json").code == 0
    text = shell("show", "a/b", "--format", "json").out
    shown = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    e, d, u, m = shown["fields"]
    unknown = u["unknown"][0]["value"]["const"]
    assert e["enum"][0] == d["default"] == unknown == Decimal(number)
    assert m["minimum"] == Decimal("0.1234567890123456789012")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1e3000", "1e4000"),
        ("1e-3000", "1e-4000"),
        ("1e-999999", "1e-999998"),
        ("-1e2500", "1e2500"),
        ("1.5e2500", "1.6e2500"),
    ],
)
def test_numbers_with_huge_exponents_are_different(old: str, new: str) -> None:
    for schema in (
        '{{"enum": [{}]}}',
        '{{"default": {}}}',
        '{{"not": {{"const": {}}}}}',
    ):
        before, after = (model_with(schema.format(number)) for number in (old, new))
        assert compared([before], [after]) != ()
        assert compared([before], [before]) == ()


def test_an_unsupported_keyword_with_a_fraction_is_compared() -> None:
    old, new = (
        model_with(f'{{"type": "number", "not": {{"minimum": {limit}}}}}')
        for limit in ("0.5", "0.12345678901234567891")
    )
    assert [each.verdict.value for each in compared([old], [new])] == ["risky"]


@pytest.mark.parametrize("number", [*ODD, "1e5000", "-7e-2500", "0.30"])
def test_a_number_is_accepted_just_where_arithmetic_says(number: str) -> None:
    value, decimal = exact_value(Value(number)), Decimal(number)
    for limits in (
        '{"type": "number", "minimum": 0}',
        '{"type": "number", "exclusiveMaximum": 1e-300}',
        '{"type": "number", "maximum": 1e308}',
        '{"type": "integer"}',
        '{"type": "number", "multipleOf": 0.0001}',
        '{"type": "number", "multipleOf": 7}',
    ):
        schema = json.loads(limits, parse_float=Decimal)
        said = accepts(model_with(limits).input.fields[0].type, value)
        assert said is _fits(schema, decimal), limits


def _fits(schema: dict[str, Any], number: Decimal) -> bool:
    step = 1 if schema["type"] == "integer" else schema.get("multipleOf")
    if abs(number.adjusted()) > 100_000:  # too long a fraction: it is next to zero
        return step is None and schema.get("minimum", number) <= number
    exact = Fraction(number)
    limits = {key: Fraction(value) for key, value in schema.items() if key != "type"}
    return (
        (step is None or exact % Fraction(step) == 0)
        and exact >= limits.get("minimum", exact)
        and exact <= limits.get("maximum", exact)
        and exact < limits.get("exclusiveMaximum", exact + 1)
    )


@pytest.mark.parametrize(
    ("number", "step", "expected"),
    [
        ("1e999999", "3", False),
        ("3e999999", "3", True),
        ("1e999999999", "0.7", False),
        ("7e999999999", "0.7", True),
        ("1e-999999999", "0.1", False),
        ("0e-999999999", "0.1", True),
        ("1." + "0" * 5000 + "1", "0.1", False),
        ("0." + "3" * 5000, "1e-300", False),
    ],
)
def test_a_step_divides_numbers_of_any_size(
    number: str, step: str, expected: bool
) -> None:
    assert is_multiple(Decimal(number), Decimal(step)) is expected


def test_a_witness_is_printed_exactly() -> None:
    assert json_value(Fraction(1, 10)) == 0.1
    exact = Fraction(Decimal("0.1234567890123456789"))
    assert exact_json_text([json_value(exact)]) == "[0.1234567890123456789]"
    assert json_value(Fraction(1, 3)) == 1 / 3
