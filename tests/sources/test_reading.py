"""What every source has in common: bytes, names, provenance."""

from __future__ import annotations

import hashlib
import json

import pytest

from runcomfy_codegen.ir.diagnostic import Position
from runcomfy_codegen.sources.read import read_documents
from sources.page_factory import Page, html_page, short_crawl

SCHEMA = {"type": "object", "title": "Схема входа", "properties": {}}
TEXT = short_crawl(Page("vendor/model", SCHEMA, locale="ru"))
ENTRY = json.dumps({"model_id": "vendor/model", "input_schema": SCHEMA})


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (TEXT, "page-text"),
        (html_page(Page("vendor/model", SCHEMA)), "page-html"),
        (
            "\n <!-- saved --><html><body>" + html_page(Page("vendor/model", SCHEMA)),
            "page-html",
        ),
        (ENTRY, "catalog"),
        ("\r\n\t" + ENTRY, "catalog"),
    ],
)
def test_the_form_of_a_source_is_seen_from_its_beginning(text: str, form: str) -> None:
    reading = read_documents(text, name="<stdin>", retrieved="2026-01-31")
    assert [document.provenance.form for document in reading.documents] == [form]


@pytest.mark.parametrize("text", [TEXT, ENTRY, html_page(Page("vendor/model", SCHEMA))])
def test_text_and_its_bytes_are_read_alike_with_or_without_byte_order_mark(
    text: str,
) -> None:
    plain = read_documents(text, name="x", retrieved="2026-01-31")
    assert read_documents(text.encode(), name="x", retrieved="2026-01-31") == plain
    marked = read_documents(
        b"\xef\xbb\xbf" + text.encode(), name="x", retrieved="2026-01-31"
    )
    (expected,), (document,) = plain.documents, marked.documents
    assert document.input_schema == expected.input_schema
    assert (
        document.provenance.sha256
        == hashlib.sha256(b"\xef\xbb\xbf" + text.encode()).hexdigest()
    )


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("page.txt", "page.txt"),
        ("/home/somebody/pages/page.txt", "page.txt"),
        ("pages\\page.txt", "page.txt"),
        ("<stdin>", "<stdin>"),
        (
            "https://www.runcomfy.com/ru/models/a/b/api",
            "https://www.runcomfy.com/ru/models/a/b/api",
        ),
    ],
)
def test_provenance_is_a_url_or_a_bare_file_name(name: str, source: str) -> None:
    (document,) = read_documents(TEXT, name=name, retrieved="2026-01-31").documents
    assert document.provenance.source == source
    assert document.provenance.retrieved == "2026-01-31"


def test_secrets_in_an_address_are_stored_and_shown_nowhere() -> None:
    address = "https://user:s3cret@www.runcomfy.com/ru/api?token=s3cret#s3cret"
    good = read_documents(TEXT, name=address, retrieved="2026-01-31")
    bad = read_documents("nothing", name=address, retrieved="2026-01-31")
    assert good.documents[0].provenance.source == "https://www.runcomfy.com/ru/api"
    assert bad.diagnostics[0].file == "https://www.runcomfy.com/ru/api"
    assert "s3cret" not in repr((good, bad))


def test_text_that_is_not_utf8_is_refused_at_its_first_bad_byte() -> None:
    data = TEXT.encode().replace(
        "Схема входа".encode(), "Схема входа".encode("cp1251"), 1
    )
    reading = read_documents(data, name="page.txt", retrieved="2026-01-31")
    assert reading.documents == ()
    (problem,) = reading.diagnostics
    line = next(
        n for n, line in enumerate(TEXT.split("\n"), 1) if "Схема входа" in line
    )
    assert problem.code == "not-utf8"
    assert problem.place == Position(line, len('"title": "') + 1)


def test_half_a_surrogate_pair_in_a_text_is_not_utf8() -> None:
    reading = read_documents(TEXT + "\udcff", name="<stdin>", retrieved="2026-01-31")
    assert [problem.code for problem in reading.diagnostics] == ["not-utf8"]


def test_two_models_in_two_blocks_are_one_diagnostic_and_no_document() -> None:
    both = TEXT + short_crawl(Page("vendor/other", SCHEMA, locale="ru"))
    reading = read_documents(both, name="page.txt", retrieved="2026-01-31")
    assert reading.documents == ()
    (problem,) = reading.diagnostics
    assert problem.code == "two-model-ids"
    assert problem.place.line == TEXT.count("\n") + 2


def test_hostile_texts_are_read_in_linear_steps() -> None:
    # Each of these takes hours if a search starts again at every character.
    hostile = [
        '{"a"' * 100_000,
        '{"a":' * 100_000,
        "curl -" * 100_000,
        "curl -X POST " * 50_000,
        "curl -X POST https://x/v1/models/" + " " * 300_000 + "x",
        '{"type":"object","properties":' * 20_000,
    ]
    for text in hostile:
        reading = read_documents(
            "page " + text, name="page.txt", retrieved="2026-01-31"
        )
        assert reading.documents == ()
        assert reading.diagnostics


@pytest.mark.parametrize(
    "markup",
    [
        "<p>",
        "</x>",
        "<h1>a",
        "<i>&amp;</i>",
        "<pre>&nbsp;a</pre>",
        "&x",
        "< a",
        '<a b="',
    ],
)
def test_hostile_markup_is_read_in_linear_steps(markup: str) -> None:
    source = "<html>" + "<p>" * 20_000 + markup * 20_000
    reading = read_documents(source, name="page.html", retrieved="2026-01-31")
    assert reading.documents == ()
    assert reading.diagnostics
