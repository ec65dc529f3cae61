"""Every part of a schema from HTML knows its line and column in the HTML."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.dialect.meta_schema import check_document
from runcomfy_codegen.ir.diagnostic import Position
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.ir.json_text import JsonText, items, members
from runcomfy_codegen.resources import dialect
from runcomfy_codegen.sources.read import read_documents
from sources.page_factory import Page, html_page, written
from support.examples import examples

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Input schema",
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "title": 'A "quoted" & <b>', "minLength": "3"},
        "odd": {"type": "tensor"},
        "width×height": {"type": "string", "enum": ["1024x1024(1:1)"]},
    },
}


def document_of(source: str) -> Document:
    (document,) = read_documents(
        source, name="page.html", retrieved="2026-01-31"
    ).documents
    return document


def raw_at(source: str, place: Position) -> str:
    """The text that an editor shows from a position of the source on."""
    return source.split("\n")[place.line - 1][place.column - 1 :]


def minified(source: str) -> str:
    """The page in one line; the lines of its code are entities."""
    return source.replace("\n", "&#10;")


def pointers(text: JsonText) -> list[tuple[str, Any]]:
    """Every value of a schema with its pointer."""
    values: list[tuple[str, Any]] = [("", text.value())]
    for pointer, value in values:
        values += [(f"{pointer}/{name}", it) for name, it in members(value).items()]
        values += [(f"{pointer}/{at}", it) for at, it in enumerate(items(value))]
    return values


def with_carriage_returns(source: str) -> str:
    return source.replace("\n", "\r\n")


@pytest.mark.parametrize("layout", [str, minified, with_carriage_returns])
def test_every_value_of_a_schema_stands_where_it_is_said_to(
    layout: Callable[[str], str],
) -> None:
    source = layout(html_page(Page("vendor/model", SCHEMA)))
    schema = document_of(source).input_schema
    for pointer, value in pointers(schema):
        raw = raw_at(source, schema.place(pointer))
        begin = json.dumps(value, ensure_ascii=False)[:1]
        assert html.unescape(raw).startswith(begin), pointer
        if isinstance(value, str) and not re.search('["&]', value):
            assert raw.startswith(f"&quot;{html.escape(value)}&quot;"), pointer


def test_diagnostics_of_a_minified_page_are_all_in_its_one_line() -> None:
    source = minified(html_page(Page("vendor/model", SCHEMA)))
    diagnostics = check_document(document_of(source), dialect())
    assert [it.code for it in diagnostics] == ["malformed-keyword", "unknown-type"]
    assert {it.place.line for it in diagnostics} == {1}
    for it, word in zip(diagnostics, ("3", "tensor"), strict=True):
        assert raw_at(source, it.place).startswith(f"&quot;{word}&quot;")


@examples(60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["{}", "<b>{}</b>", "<i></i>{}", "<!--\n-->{}", "{}\n"]),
            st.text(st.sampled_from('a "<&é\u00a0\U0001f600'), max_size=5),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_markup_between_the_members_moves_no_place(
    members: list[tuple[str, str]],
) -> None:
    texts = [text for _, text in members]
    parts = [
        around.format(html.escape(f'"{number}": {json.dumps(text)}'))
        for number, (around, text) in enumerate(members)
    ]
    schema = '{"type": "object", "properties": {}, "x": {' + ", ".join(parts) + "}}"
    page = html_page(Page("vendor/model", "{}", example={}))
    source = page.replace(
        "<pre><code>{}</code></pre>", f"<pre><code>{schema}</code></pre>"
    )
    schema = document_of(source).input_schema
    assert list(schema.value()["x"].values()) == texts
    for number, text in enumerate(texts):
        raw = raw_at(source, schema.place(f"/x/{number}"))
        assert raw.startswith(html.escape(json.dumps(text)))


def test_a_number_that_json_does_not_have_is_shown_where_it_stands() -> None:
    text = written(SCHEMA).replace('"tensor"', "NaN")
    source = minified(html_page(Page("vendor/model", text, example={})))
    reading = read_documents(source, name="page.html", retrieved="2026-01-31")
    (problem,) = reading.diagnostics
    assert problem.code == "unusable-json"
    assert raw_at(source, problem.place).startswith("NaN")


def test_blanks_that_do_not_break_are_blanks_between_tokens_and_kept_in_texts() -> None:
    source = html_page(Page("vendor/model", SCHEMA))
    begin = source.index("<pre><code>{\n  <span")
    code = source[begin:].replace("\n  ", "\n&nbsp;\u00a0").replace(": ", ":&nbsp;")
    code = code.replace("A &quot", "A&nbsp;&quot").replace(
        "A \\&quot;", "A&nbsp;\\&quot;"
    )
    schema = document_of(source[:begin] + code).input_schema
    expected = json.loads(written(SCHEMA).replace("A \\", "A\u00a0\\"))
    assert schema.value() == expected
    assert schema.value()["properties"]["prompt"]["title"].startswith("A\u00a0")
