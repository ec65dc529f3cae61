"""Whatever a schema says stays data: literals and docstrings give their values back."""

from __future__ import annotations

import ast
import inspect
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runcomfy_codegen.targets.line_layout import format_code
from runcomfy_codegen.targets.source_text import docstring, literal, read_docstring
from support.random_schemas import json_values, texts

anything = texts | st.text(st.characters(codec=None), max_size=6)


def identical(one: Any, other: Any) -> bool:
    """Equal, where 1, 1.0 and True differ, and -0.0 and 0.0."""
    return type(one) is type(other) and repr(one) == repr(other)


@given(json_values)
@example([{"a": -0.0}, [], {}, "\u202e", '"""'])
@example("\ud800")
def test_evaluating_a_literal_gives_the_value_back(value: Any) -> None:
    assert identical(ast.literal_eval(literal(value)), value)


@given(json_values)
def test_a_literal_shows_every_character_it_holds(value: Any) -> None:
    assert literal(value).isprintable()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [math.nan]])
def test_a_number_that_is_not_json_has_no_literal(value: Any) -> None:
    with pytest.raises(ValueError, match="is not JSON"):
        literal(value)


@pytest.mark.parametrize("value", [(1, 2), {1}, b"x", object()])
def test_a_value_that_is_not_json_has_no_literal(value: Any) -> None:
    with pytest.raises(TypeError, match="is not JSON"):
        literal(value)


@given(anything, st.sampled_from((0, 4, 8)))
@example('"""', 0)
@example('ends with a quote"', 4)
@example('""" and """"""', 0)
@example("ends with a backslash\\", 4)
@example("\\", 0)
@example('\\"', 0)
@example("word " * 60, 4)
@example("", 4)
def test_a_docstring_keeps_the_words_of_its_text(text: str, indent: int) -> None:
    assert read_docstring(docstring(text, indent)).split() == text.split()


@given(anything, st.sampled_from((0, 4)))
@example('"""\nraise SystemExit', 0)
@example('a""""', 4)
def test_a_docstring_is_one_text_and_no_code(text: str, indent: int) -> None:
    margin = " " * indent
    source = f"class A:\n{margin}x = 1\n{margin}{docstring(text, indent)}\n"
    if not indent:
        source = f"{docstring(text)}\n"
    tree = ast.parse(source)
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else tree.body
    last = body[-1]
    assert isinstance(last, ast.Expr)
    assert isinstance(last.value, ast.Constant)
    assert isinstance(last.value.value, str)
    assert len(tree.body) == 1


@given(st.lists(anything, min_size=1, max_size=2).map("\n\n".join))
@example("a \\")
@example('"quoted"')
@example("   indented\n      more\n\ttab")
def test_black_leaves_the_words_of_a_docstring_alone(text: str) -> None:
    source = (
        f"class A:\n    {docstring(text, 4)}\n\n    x = 1\n    {docstring(text, 4)}\n"
    )
    names: dict[str, Any] = {}
    exec(format_code(source), names)
    shown = inspect.getdoc(names["A"]) or ""
    assert shown.split() == text.split()


@given(anything)
def test_laying_out_twice_changes_nothing(text: str) -> None:
    once = format_code(
        f"class A:\n    {docstring(text, 4)}\n\n    x = {literal(text)}\n"
    )
    assert format_code(once) == once
