"""An API page as HTML says what the same page says as text."""

from __future__ import annotations

import html
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.ir.document import Document, Provenance
from runcomfy_codegen.sources.read import SourceResult, read_documents
from sources.page_factory import (
    WORDS,
    Page,
    html_page,
    long_crawl,
    short_crawl,
    written,
)
from support.examples import examples

PAGES = files("runcomfy_codegen") / "demo_pages"
NOWHERE = Provenance(source="", form="", retrieved="", sha256="")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Input schema",
    "required": ["prompt", "width×height"],
    "properties": {
        "prompt": {
            "type": "string",
            "title": "Prompt  &amp; <b>more</b>",
            "default": 'the girl\'s "hair"   flutters\n\u00a0é & <token>',
        },
        "width×height": {"type": "string", "enum": ["1024x1024(1:1)"]},
    },
}


def reading_of(source: str, name: str) -> SourceResult:
    return read_documents(source, name=name, retrieved="2026-01-31")


def content_of(source: str, name: str) -> Document:
    """The only document, without its origin and the positions of its parts."""
    reading = reading_of(source, name)
    assert reading.diagnostics == ()
    (document,) = reading.documents
    return replace(
        document,
        input_schema=document.input_schema.without_positions(),
        output_schema=document.output_schema
        and document.output_schema.without_positions(),
        example=document.example and document.example.without_positions(),
        provenance=NOWHERE,
    )


def as_html(text: str, document: Document) -> str:
    """A crawled page put into markup again: code in boxes, prose in paragraphs."""
    assert document.output_schema is not None
    code = [document.curl, document.input_schema.text, document.output_schema.text]
    for number, piece in enumerate(code):
        text = text.replace(piece, f"\n\x00{number}\x00\n")
    body: list[str] = []
    for line in text.split("\n"):
        if line.startswith("\x00"):
            body.append(f"<pre><code>{html.escape(code[int(line[1])])}</code></pre>")
        else:
            body.append(f"<p>{html.escape(line)}</p>")
    return (
        f'<!doctype html><html lang="{document.locale}"><body>'
        + "\n".join(body)
        + "</body></html>"
    )


@pytest.mark.parametrize("name", sorted(page.name for page in PAGES.iterdir()))
def test_a_published_page_says_the_same_in_html(name: str) -> None:
    text = (PAGES / name).read_text("utf-8")
    expected = content_of(text, name)
    source = as_html(text, expected)
    assert content_of(source, "page.html") == expected
    (document,) = reading_of(source, "page.html").documents
    assert document.provenance.form == "page-html"


@pytest.mark.parametrize("locale", ["en", "ru", "zh-CN", "ja"])
def test_a_highlighted_page_with_scripts_says_the_same(locale: str) -> None:
    schema = SCHEMA | {"title": WORDS[locale].schema_title}
    page = Page(
        "vendor/Model 1.0",
        schema,
        locale=locale,
        title="A <Model>",
        description="It's.",
    )
    assert content_of(html_page(page), "page.html") == content_of(
        long_crawl(page), "page.txt"
    )


@examples(60)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs", "Cc"])),
        # HTML cannot carry NUL, and folds the other line ends into one.
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        max_size=4,
    )
)
def test_whatever_texts_a_schema_holds_markup_does_not_change_them(
    texts: dict[str, str],
) -> None:
    schema = {"type": "object", "properties": {}, "x-texts": texts}
    page = Page("vendor/model", schema)
    (document,) = reading_of(html_page(page), "page.html").documents
    assert document.input_schema.value() == schema
    assert document.input_schema.text == written(schema)


def test_the_language_of_the_markup_beats_the_title_of_the_schema() -> None:
    document = content_of(
        html_page(Page("vendor/model", SCHEMA), lang="zh-hant"), "page.html"
    )
    assert document.locale == "zh-TW"


def test_line_numbers_beside_the_code_are_not_part_of_it() -> None:
    page = Page("vendor/model", SCHEMA)
    gutter = (
        '<span class="token linenumber react-syntax-highlighter-line-number">1</span>'
    )
    numbered = html_page(page).replace("\n  &quot;", f"\n{gutter}  &quot;")
    numbered = numbered.replace('\n  <span class="hl', f'\n{gutter}  <span class="hl')
    assert gutter in numbered
    assert content_of(numbered, "page.html") == content_of(html_page(page), "page.html")


def test_lines_that_are_elements_are_lines() -> None:
    lines = written(SCHEMA).split("\n")
    boxes = "".join(f'<div class="line">{html.escape(line)}</div>' for line in lines)
    plain = html_page(Page("vendor/model", "{}", example={}))
    document = content_of(
        plain.replace("<pre><code>{}</code></pre>", f"<pre>{boxes}</pre>"), "page.html"
    )
    assert document.input_schema.text == written(SCHEMA)


def test_places_point_into_the_html() -> None:
    source = html_page(Page("vendor/model", SCHEMA, title="A Model"))
    (document,) = reading_of(source, "page.html").documents
    lines = source.split("\n")
    place = document.input_schema.start
    assert lines[place.line - 1][place.column - 1 :].startswith("{")
    enum = document.input_schema.place("/properties/width×height/enum")
    assert "enum" in lines[enum.line - 1]


def test_a_page_cut_in_its_code_gives_no_document() -> None:
    source = html_page(Page("vendor/model", SCHEMA))
    cut = source[: source.index("1024x1024")]
    reading = reading_of(cut, "page.html")
    assert reading.documents == ()
    assert [problem.code for problem in reading.diagnostics] == ["truncated-json"]
    # The page repeats nothing after the cut, so the position is its last line.
    assert reading.diagnostics[0].place.line == len(cut.split("\n"))


def test_a_script_is_never_taken_for_the_page() -> None:
    text = html.escape(short_crawl(Page("vendor/model", SCHEMA)))
    source = f"<html><body><script>{text}</script><p>Loading…</p></body></html>"
    reading = reading_of(source, "page.html")
    assert reading.documents == ()
    assert {problem.code for problem in reading.diagnostics} == {
        "no-model-id",
        "no-schema",
    }


@pytest.mark.parametrize(
    "source",
    [
        "<html",
        "<!doctype html>",
        "<![x",
        "<a " * 2000,
        "<?xml version='1.0'?><html/>",
        "<p>" * 5000,
    ],
)
def test_broken_markup_is_a_diagnostic_not_an_exception(source: str) -> None:
    reading = reading_of(source, "page.html")
    assert reading.documents == ()
    assert reading.diagnostics
