"""The five published pages, exactly as they were crawled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

import pytest

from runcomfy_codegen.ir.diagnostic import Position
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.sources.read import read_documents

PAGES = files("runcomfy_codegen") / "demo_pages"


@dataclass(frozen=True)
class Facts:
    model_id: str
    locale: str
    title: str
    description: str
    fields: tuple[str, ...]
    required: tuple[str, ...]
    schema_place: Position
    output_place: Position
    example_place: Position
    curl_lines: int


DREAMINA_3 = "bytedance/dreamina-3-0/pro/image-to-video"
DESCRIPTION = (
    "Convert images to vivid 2K motion with precise text fidelity, adjustable frame counts, "
    "seed control, and fast rendering."
)
VIDEO_FIELDS = ("prompt", "image_urls", "seed", "frames")
EXPECTED = {
    "dreamina-3-0-pro-image-to-video.ja.txt": Facts(
        DREAMINA_3,
        "ja",
        "Dreamina 3.0 高速AIビジュアル生成 | 画像から動画へ",
        DESCRIPTION,
        VIDEO_FIELDS,
        ("prompt", "image_urls"),
        Position(100, 1),
        Position(187, 1),
        Position(38, 11),
        10,
    ),
    "dreamina-3-0-pro-image-to-video.ru.txt": Facts(
        DREAMINA_3,
        "ru",
        "Dreamina 3.0: быстрый AI-генератор видео из изображений | Image to Video",
        DESCRIPTION,
        VIDEO_FIELDS,
        ("prompt", "image_urls"),
        Position(100, 1),
        Position(187, 1),
        Position(38, 11),
        10,
    ),
    "dreamina-3-0-pro-image-to-video.zh-CN.txt": Facts(
        DREAMINA_3,
        "zh-CN",
        "",
        "",
        VIDEO_FIELDS,
        ("prompt", "image_urls"),
        Position(32, 1),
        Position(115, 2),
        Position(6, 9),
        10,
    ),
    "dreamina-4-0-edit.ru.txt": Facts(
        "bytedance/dreamina-4-0/edit",
        "ru",
        "",
        "",
        ("image_urls", "prompt", "width×height", "scale", "force_single"),
        ("image_urls", "prompt"),
        Position(34, 1),
        Position(125, 2),
        Position(6, 9),
        11,
    ),
    "seedance-v1.5-pro-image-to-video.ru.txt": Facts(
        "bytedance/seedance-v1.5-pro/image-to-video",
        "ru",
        "",
        "",
        (
            "prompt",
            "first_frame_image_url",
            "resolution",
            "ratio",
            "duration",
            "generate_audio",
            "camera_fixed",
        ),
        ("prompt", "first_frame_image_url"),
        Position(28, 1),
        Position(141, 2),
        Position(6, 9),
        8,
    ),
}


def only_document(name: str, data: bytes) -> Document:
    reading = read_documents(data, name=name, retrieved="2026-01-31")
    assert reading.diagnostics == ()
    (document,) = reading.documents
    return document


@pytest.fixture(params=sorted(EXPECTED))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_published_page_is_expected_here() -> None:
    assert {page.name for page in PAGES.iterdir()} == set(EXPECTED)


def test_a_page_tells_its_model_locale_title_and_description(name: str) -> None:
    document = only_document(name, (PAGES / name).read_bytes())
    facts = EXPECTED[name]
    assert (document.model_id, document.locale) == (facts.model_id, facts.locale)
    assert (document.title, document.description) == (facts.title, facts.description)


def test_a_page_gives_its_schemas_with_their_places(name: str) -> None:
    document = only_document(name, (PAGES / name).read_bytes())
    facts = EXPECTED[name]
    schema = document.input_schema.value()
    assert tuple(schema["properties"]) == facts.fields
    assert tuple(schema["required"]) == facts.required
    assert document.input_schema.start == facts.schema_place
    assert document.output_schema is not None
    assert document.output_schema.start == facts.output_place
    output = document.output_schema.value()["output"]["properties"]
    assert list(output) == ["image", "video", "images", "videos"]


def test_schema_texts_are_slices_of_the_page(name: str) -> None:
    text = (PAGES / name).read_text("utf-8")
    document = only_document(name, text.encode())
    for part in (document.input_schema, document.output_schema, document.example):
        assert part is not None
        offset = offset_of(text, part.start)
        assert text[offset : offset + len(part.text)] == part.text


def test_a_pointer_into_the_schema_leads_to_its_line_of_the_page(name: str) -> None:
    text = (PAGES / name).read_text("utf-8")
    document = only_document(name, text.encode())
    field = EXPECTED[name].fields[-1]
    place = document.input_schema.place(f"/properties/{field}/title")
    line = text.splitlines()[place.line - 1]
    assert line[place.column - 1 :].startswith('"')
    assert '"title"' in line


def test_the_example_is_what_the_curl_line_sends(name: str) -> None:
    document = only_document(name, (PAGES / name).read_bytes())
    facts = EXPECTED[name]
    assert document.example is not None
    assert tuple(document.example.value()) == facts.required
    lines = document.curl.splitlines()
    assert lines[0] == "curl --request POST \\"
    assert len(lines) == facts.curl_lines
    assert document.curl.endswith(document.example.text + "'")
    assert document.curl in (PAGES / name).read_text("utf-8")


def test_provenance_names_the_file_and_the_hash_of_its_bytes(name: str) -> None:
    data = (PAGES / name).read_bytes()
    provenance = only_document(f"/somewhere/pages/{name}", data).provenance
    assert provenance.source == name
    assert provenance.form == "page-text"
    assert provenance.retrieved == "2026-01-31"
    assert provenance.sha256 == hashlib.sha256(data).hexdigest()


def test_three_locales_of_one_model_agree_in_structure() -> None:
    schemas = [
        only_document(page.name, page.read_bytes()).input_schema.value()
        for page in PAGES.iterdir()
        if page.name.startswith("dreamina-3")
    ]
    titles = {schema.pop("title") for schema in schemas}
    assert titles == {"入力スキーマ", "Схема входа", "输入结构"}
    assert schemas[0] == schemas[1] == schemas[2]


def test_rules_keep_their_published_spelling_and_values() -> None:
    page = PAGES / "dreamina-4-0-edit.ru.txt"
    schema = only_document(page.name, page.read_bytes()).input_schema.value()
    rules = schema["properties"]["image_urls"]["validations"]
    assert [(rule["validation_rule"], rule["validation_value"]) for rule in rules] == [
        ("file_size_mb<=", 15),
        ("width_pixels<=", 4096),
        ("height_pixels<=", 4096),
        ("width/height≥", "0.33"),
        ("width/height≤", "3"),
    ]
    assert schema["properties"]["scale"]["default"] == Decimal("0.5")


def test_a_prompt_with_a_bare_apostrophe_survives_the_shell_quotes() -> None:
    page = PAGES / "seedance-v1.5-pro-image-to-video.ru.txt"
    document = only_document(page.name, page.read_bytes())
    assert document.example is not None
    assert "the real girl's body" in document.example.value()["prompt"]
    assert json.loads(document.example.text)["first_frame_image_url"].endswith(
        "input-1-1.png"
    )


def test_a_page_with_windows_line_ends_says_the_same(name: str) -> None:
    data = (PAGES / name).read_bytes()
    crlf = only_document(name, data.replace(b"\n", b"\r\n"))
    plain = only_document(name, data)
    assert crlf.input_schema.value() == plain.input_schema.value()
    assert crlf.input_schema.start == plain.input_schema.start
    assert (crlf.model_id, crlf.title, crlf.description) == (
        plain.model_id,
        plain.title,
        plain.description,
    )
    assert crlf.curl == plain.curl.replace("\n", "\r\n")


def offset_of(text: str, place: Position) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
