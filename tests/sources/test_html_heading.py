"""What an HTML page calls its model, whatever its layout."""

from __future__ import annotations

from typing import Any

import pytest

from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.sources.read import read_documents
from sources.page_factory import Page, html_page

SCHEMA: dict[str, Any] = {"type": "object", "title": "Input schema", "properties": {}}
BARE = html_page(Page("a/b/c", SCHEMA)).replace(
    "<head><title>API | RunComfy</title>", "<head>"
)


def page(*, head: str = "", main: str = "") -> Document:
    source = BARE.replace("<head>", f"<head>{head}").replace("<main>", f"<main>{main}")
    (document,) = read_documents(
        source, name="page.html", retrieved="2026-01-31"
    ).documents
    return document


def test_the_first_heading_is_the_title_wherever_the_id_stands() -> None:
    document = page(main="<h1>A\n <b>Model</b></h1><div>New</div><p>Run it.</p>")
    assert document.title == "A Model"


def test_without_a_heading_the_title_of_the_markup_is_taken() -> None:
    head = '<title> A &amp; B\n</title><meta name="Description" content=" It&#39;s. ">'
    document = page(head=head)
    assert (document.title, document.description) == ("A & B", "It's.")


def test_what_the_page_shows_beats_what_its_markup_says() -> None:
    document = page(
        head='<title>Head</title><meta name="description" content="Head.">',
        main="<h1>T</h1><p>a/b/c</p><p>Shown.</p>",
    )
    assert (document.title, document.description) == ("T", "Shown.")


def test_the_title_of_a_drawing_is_not_the_title_of_the_page() -> None:
    document = page(main="<svg><title>Logo</title></svg>")
    assert document.title == ""


def test_a_page_without_any_of_them_has_no_title() -> None:
    document = page(head='<meta name="viewport" content="x"><meta name="description">')
    assert (document.title, document.description) == ("", "")


def test_the_site_behind_the_title_is_not_part_of_it() -> None:
    assert page(head="<title>A | B | RunComfy</title>").title == "A | B"
    assert page(head="<title>RunComfy</title>").title == ""


def test_a_description_in_front_of_a_numbered_section_is_kept() -> None:
    document = page(
        main="<h1>T</h1><p>a/b/c</p><p>Desc</p><h2>1. Getting started</h2><p>Go.</p>"
    )
    assert (document.title, document.description) == ("T", "Desc")


@pytest.mark.parametrize(
    "contents",
    [
        "<p>Contents</p><p>1. Getting started</p><p>Use it.</p>",
        "<p>Содержание:</p><p>1. Начало</p><p>2. API</p>",
        "<p>Overview</p><ul><li>1. Start</li><li>2. API</li></ul>",
        "<p>Overview</p><p>1. Start2. API3. Schema</p>",
        "<h2>1. Getting started</h2>",
    ],
)
def test_a_table_of_contents_is_no_description(contents: str) -> None:
    document = page(main=f"<h1>T</h1><p>a/b/c</p>{contents}")
    assert document.description == ""


@pytest.mark.parametrize("key", ["modelApiDoc_title", "modelApiDoc.title", "api.a.b"])
def test_a_raw_translation_key_is_neither_title_nor_description(key: str) -> None:
    head = '<title>Head</title><meta name="description" content="Head.">'
    document = page(head=head, main=f"<h1>{key}</h1><p>a/b/c</p><p>{key}</p>")
    assert (document.title, document.description) == ("Head", "Head.")


@pytest.mark.parametrize("title", ["wan2.6", "kling 2.1", "flux.1-dev", "sora"])
def test_a_version_in_a_title_is_no_translation_key(title: str) -> None:
    assert page(main=f"<h1>{title}</h1>").title == title


def test_only_ascii_white_space_is_collapsed() -> None:
    document = page(main="<h1>A\u3000B\u00a0 \t\n&nbsp;C</h1>")
    assert document.title == "A\u3000B\u00a0 \u00a0C"
    document = page(main="<h1>T</h1><p>a/b/c</p><p>夏\u3000 \n 冬&nbsp;!</p>")
    assert document.description == "夏\u3000 冬\u00a0!"
