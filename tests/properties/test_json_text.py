"""JSON texts: every value, its place and its span, whatever white space stands around."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrary import json_values, texts
from runcomfy_codegen.ir.diagnostic import Place
from runcomfy_codegen.ir.json_text import JsonText, NotJson, pointer_token

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
    text = JsonText(json.dumps(value, indent=indent), Place(line, column))
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
        ("", Place(1, 1)),
        ('{"a": }', Place(1, 7)),
        ('{\n"a": 1\n "b"}', Place(3, 2)),
        ("[1, NaN]", Place(1, 1)),
        ("[Infinity]", Place(1, 1)),
        ('{"a": 1} 2', Place(1, 10)),
        ("{'a': 1}", Place(1, 2)),
        ("[" * 100_000, Place(1, 1)),
        ("1" * 5_000, Place(1, 1)),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(text: str, place: Place) -> None:
    with pytest.raises(NotJson) as refused:
        JsonText(text).value()
    assert refused.value.place == place
    assert refused.value.message


def test_members_that_stand_twice_are_found() -> None:
    text = JsonText('{"a": 1, "b": {"c": [], "c": 2, "c": 3}, "a": 4, "\\u0061": 5}')
    assert text.duplicates() == ["/b/c", "/a"]


@given(json_values)
def test_a_value_without_repetitions_has_no_duplicates(value: Any) -> None:
    assert JsonText(json.dumps(value)).duplicates() == []
