"""JSON texts: every value, its position and its span, with any white space around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.ir.diagnostic import Position
from runcomfy_codegen.ir.json_syntax import syntax_issue
from runcomfy_codegen.ir.json_text import JsonText, NotJson, pointer_token
from support.random_schemas import json_values, texts

indents = st.sampled_from((None, 0, 2, "\t"))


def below(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a value, by its pointer."""
    yield pointer, value
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in pairs:
        yield from below(inner, f"{pointer}/{pointer_token(key)}")


@given(json_values, indents, st.booleans())
def test_the_span_of_a_pointer_holds_the_value_there(
    value: Any, indent: int | str | None, ascii_only: bool
) -> None:
    text = JsonText(json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    for pointer, inner in below(value):
        begin, end = text.span(pointer)
        assert json.loads(text.text[begin:end]) == inner
        assert repr(json.loads(text.text[begin:end])) == repr(inner)


@given(json_values, indents, st.integers(1, 9), st.integers(1, 9))
def test_the_place_of_a_pointer_is_where_an_editor_shows_it(
    value: Any, indent: int | str | None, line: int, column: int
) -> None:
    text = JsonText(json.dumps(value, indent=indent), Position(line, column))
    rows = text.text.split("\n")
    for pointer, inner in below(value):
        place = text.place(pointer)
        row = place.line - line
        offset = place.column - (column if row == 0 else 1)
        assert rows[row][offset:].startswith(json.dumps(inner)[0])
        assert text.span(pointer)[0] == sum(map(len, rows[:row])) + row + offset


@given(json_values, texts)
def test_a_pointer_that_leads_nowhere_is_shown_at_its_nearest_ancestor(
    value: Any, missing: str
) -> None:
    text = JsonText(json.dumps({"known": value}))
    nowhere = f"/known/{pointer_token(missing + '?')}/deeper"
    assert text.place(nowhere) == text.place("/known")
    with pytest.raises(KeyError):
        text.span(nowhere)


@given(json_values)
def test_a_value_is_read_exactly(value: Any) -> None:
    read = JsonText(json.dumps(value)).value()
    assert json.loads(json.dumps(read, default=float)) == value


@pytest.mark.parametrize(
    "number", ["0.33", "4.70", "1e2", "-0.0", "1E400", "0." + "1" * 40]
)
def test_a_fraction_keeps_every_digit(number: str) -> None:
    assert JsonText(number).value() == Decimal(number)
    assert str(JsonText(number).value()) == str(Decimal(number))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", Position(1, 1)),
        ('{"a": }', Position(1, 7)),
        ('{\n"a": 1\n "b"}', Position(3, 2)),
        ("[1, NaN]", Position(1, 1)),
        ("[Infinity]", Position(1, 1)),
        ('{"a": 1} 2', Position(1, 10)),
        ("{'a': 1}", Position(1, 2)),
        ('{"a": 1 , \n}', Position(1, 9)),
        ("[1,\n ]", Position(1, 3)),
        ('{"a": "b', Position(1, 7)),
        ('{"a" 1}', Position(1, 6)),
        ('{"a": "\\x"}', Position(1, 8)),
        ('{"a": "\n"}', Position(1, 8)),
        ("[" * 100_000, Position(1, 1)),
        ("1" * 5_000, Position(1, 1)),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(text: str, place: Position) -> None:
    with pytest.raises(NotJson) as refused:
        JsonText(text).value()
    assert refused.value.place == place
    # The words are ours: those of Python's decoder change with its version.
    assert refused.value.message
    assert not re.search("expect|delimiter|digits|char |pos", refused.value.message)


def test_a_comma_too_many_is_the_place_in_every_python() -> None:
    # Up to 3.12 the decoder stops at the bracket, from 3.13 on at the comma.
    text = '{"a": 1, }'
    older = json.JSONDecodeError("Expecting property name enclosed in …", text, 9)
    newer = json.JSONDecodeError("Illegal trailing comma before end of …", text, 7)
    assert syntax_issue(older) == syntax_issue(newer)
    assert syntax_issue(newer).offset == text.index(",")


def test_members_that_stand_twice_are_found() -> None:
    text = JsonText('{"a": 1, "b": {"c": [], "c": 2, "c": 3}, "a": 4, "\\u0061": 5}')
    assert text.duplicates() == ["/b/c", "/a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"x": {"type": 1}, "x": {"type": 2}}', ["/x"]),
        ('[{"a": 1}, {"a": 1}]', []),
        ('{"x": {"a": 1, "a": 2}, "x": {"a": 3}}', ["/x/a", "/x"]),
        ('{"x": [1], "x": [2, 3]}', ["/x"]),
    ],
)
def test_what_stands_in_two_members_of_one_name_does_not_stand_twice(
    text: str, expected: list[str]
) -> None:
    assert JsonText(text).duplicates() == expected


def test_of_two_members_of_one_name_the_last_one_has_the_place() -> None:
    text = JsonText('{"x": {"y": 1}, "x": {"y": 2}}')
    assert text.place("/x/y") == Position(1, text.text.index("2") + 1)
    begin, end = text.span("/x")
    assert text.text[begin:end] == '{"y": 2}'


@given(json_values, indents, st.integers(1, 9), st.integers(1, 9))
def test_a_part_knows_its_places_as_the_whole_does(
    value: Any, indent: int | str | None, line: int, column: int
) -> None:
    whole = JsonText(json.dumps([value], indent=indent), Position(line, column))
    marks = tuple((at, whole.at(at)) for at in range(0, len(whole.text), 3))
    for each in (whole, replace(whole, marks=marks)):
        part = each.part(*each.span("/0"))
        for pointer, _ in below(value):
            assert part.place(pointer) == whole.place(f"/0{pointer}")


def test_places_are_counted_from_the_mark_in_front() -> None:
    text = JsonText(
        "[1,\n2, 3]", Position(5, 5), ((4, Position(9, 1)), (7, Position(9, 40)))
    )
    assert [text.place(f"/{index}") for index in range(3)] == [
        Position(5, 6),
        Position(9, 1),
        Position(9, 40),
    ]
    assert hash(text) != hash(text.without_positions())
    assert text.without_positions() == JsonText(text.text)


@given(json_values)
def test_a_value_without_repetitions_has_no_duplicates(value: Any) -> None:
    assert JsonText(json.dumps(value)).duplicates() == []
