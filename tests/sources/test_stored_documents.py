"""A document of a folder of schemas, imported again, is the document that it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.ir.diagnostic import Position, Severity
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.sources.read import SourceResult, read_documents
from runcomfy_codegen.store import document_file

SCHEMAS = Path(__file__).parents[2] / "schemas"
FILES = sorted(SCHEMAS.glob("*/**/*.json"))
ENVELOPE: dict[str, Any] = {
    "model_id": "vendor/model",
    "locale": "ru",
    "title": "Модель",
    "description": "Рисует.",
    "curl": "curl --request POST",
    "input_schema": {"type": "object", "properties": {}},
    "output_schema": {"output": {"type": "object"}},
    "example": {"scale": 0.330},
    "facts": {"kind": "model"},
    "provenance": {
        "source": "https://www.runcomfy.com/ru/models/vendor/model/api",
        "form": "page-text",
        "retrieved": "2025-01-31",
        "sha256": "0" * 64,
    },
}


def reading_of(text: str, locale: str | None = None) -> SourceResult:
    return read_documents(text, name="ru.json", retrieved="2026-01-31", locale=locale)


def document_of(stored: dict[str, Any], locale: str | None = None) -> Document:
    reading = reading_of(json.dumps(stored), locale)
    assert reading.diagnostics == ()
    (document,) = reading.documents
    return document


@pytest.mark.parametrize(
    "file", FILES[:: max(1, len(FILES) // 12)], ids=lambda path: path.parent.name
)
def test_a_stored_document_is_read_as_the_store_reads_it(file: Path) -> None:
    text = file.read_text("utf-8")
    (document,) = reading_of(text).documents
    assert document == document_file.parse_document(text)
    assert document_file.document_text(document) == text


def test_everything_that_a_stored_document_says_is_kept() -> None:
    text = json.dumps(ENVELOPE)
    assert document_of(ENVELOPE) == document_file.parse_document(text)


def test_the_locale_that_is_asked_for_beats_that_of_the_document() -> None:
    expected = replace(document_file.parse_document(json.dumps(ENVELOPE)), locale="de")
    assert document_of(ENVELOPE, "de") == expected


def test_stored_documents_stand_in_a_list_beside_catalog_entries() -> None:
    entry: dict[str, Any] = {
        "model_id": "vendor/other",
        "input_schema": {},
        "locale": "fr",
    }
    reading = reading_of(json.dumps([ENVELOPE, entry]))
    assert [it.locale for it in reading.documents] == ["ru", "en"]


def test_a_stored_document_whose_locale_is_none_is_refused_there() -> None:
    text = json.dumps(ENVELOPE | {"locale": "../ru"})
    reading = reading_of(text)
    assert reading.documents == ()
    (problem,) = reading.diagnostics
    assert (problem.code, problem.pointer) == ("invalid-locale", "/locale")
    assert problem.place == Position(1, text.index('"../ru"') + 1)
    assert problem.model == "vendor/model"


def test_a_folder_or_a_secret_in_a_stored_origin_is_not_taken_over() -> None:
    for source, kept in (
        ("/home/somebody/page.txt", "page.txt"),
        (
            "https://a:s3cret@www.runcomfy.com/x?key=s3cret",
            "https://www.runcomfy.com/x",
        ),
    ):
        stored = ENVELOPE | {"provenance": {**ENVELOPE["provenance"], "source": source}}
        assert document_of(stored).provenance.source == kept


def test_texts_of_a_stored_document_that_are_none_cost_only_themselves() -> None:
    reading = reading_of(json.dumps(ENVELOPE | {"title": 3, "curl": [1]}))
    (document,) = reading.documents
    assert (document.title, document.curl) == ("", "")
    assert [(it.code, it.severity, it.pointer) for it in reading.diagnostics] == [
        ("not-a-string", Severity.WARNING, "/title"),
        ("not-a-string", Severity.WARNING, "/curl"),
    ]
