"""Pages that lead a careless reader astray."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.ir.diagnostic import Position, Severity
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.sources.read import SourceResult, read_documents
from sources.page_factory import Page, long_crawl, output_schema, short_crawl, written
from support.examples import examples

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Input schema",
    "required": ["prompt"],
    "properties": {"prompt": {"type": "string", "title": "Prompt", "default": "a cat"}},
}
PAGE = Page("vendor/model", SCHEMA)


def reading_of(text: str, name: str = "page.txt") -> SourceResult:
    return read_documents(text, name=name, retrieved="2026-01-31")


def document_of(text: str, name: str = "page.txt") -> Document:
    reading = reading_of(text, name)
    assert reading.diagnostics == ()
    (document,) = reading.documents
    return document


def codes(reading: SourceResult) -> list[str]:
    return [diagnostic.code for diagnostic in reading.diagnostics]


@pytest.mark.parametrize(
    "model_id",
    [
        "a/b",
        "minimax/Hailuo Video 01 Live",
        "kling/kling-video-o3/4K/text-to-video",
        "happyhorse/happyhorse-1.0/text-to-video",
        "sync/sync/lipsync/v2/pro",
    ],
)
@pytest.mark.parametrize("crawl", [short_crawl, long_crawl])
def test_a_model_id_is_read_whatever_it_holds(model_id: str, crawl: Any) -> None:
    document = document_of(crawl(Page(model_id, SCHEMA)))
    assert document.model_id == model_id


def test_a_percent_encoded_id_is_decoded() -> None:
    document = document_of(short_crawl(Page("minimax/Hailuo%20Video", SCHEMA)))
    assert document.model_id == "minimax/Hailuo Video"


def test_the_id_comes_from_the_curl_line_not_from_the_address() -> None:
    page = short_crawl(Page("wan-ai/wan-2-6/image-to-image", SCHEMA))
    address = "https://www.runcomfy.com/de/models/wan-ai/wan-v2.6/image-to-image/api"
    assert document_of(page, address).model_id == "wan-ai/wan-2-6/image-to-image"


def test_cancel_posts_to_no_model() -> None:
    text = long_crawl(PAGE)
    assert text.count("--request POST") == 3
    assert document_of(text).model_id == "vendor/model"


def test_apostrophes_braces_and_curl_lines_in_a_prompt_stay_in_the_example() -> None:
    prompt = (
        'it\'s {"type": "object", "properties": {}} and }\' then curl --request POST x'
    )
    document = document_of(
        short_crawl(Page("vendor/model", SCHEMA, example={"prompt": prompt}))
    )
    assert document.example is not None
    assert document.example.value() == {"prompt": prompt}
    assert document.input_schema.value() == SCHEMA


def test_prose_that_looks_like_json_is_not_a_schema() -> None:
    prose = (
        'Send {"prompt": "…"} or {name}; a schema is {"type": "object", "properties": {…}}, '
        'a result {"output": {"image": "https://x"}}, {"a": 1, }.\n'
    )
    document = document_of(prose + short_crawl(PAGE))
    assert document.input_schema.value() == SCHEMA
    assert document.output_schema is not None
    assert document.output_schema.value() == output_schema()


def test_the_schema_in_front_of_the_output_schema_is_the_one() -> None:
    prose = 'For example {"type": "object", "properties": {}}.\n'
    reading = reading_of(prose + short_crawl(PAGE))
    (document,) = reading.documents
    assert document.input_schema.value() == SCHEMA
    assert codes(reading) == ["several-schemas"]
    assert reading.diagnostics[0].place == document.input_schema.start


def test_an_example_body_that_looks_like_a_schema_is_not_one() -> None:
    body = {"type": "object", "properties": {}}
    document = document_of(short_crawl(Page("vendor/model", SCHEMA, example=body)))
    assert document.input_schema.value() == SCHEMA


def test_a_property_named_output_does_not_make_an_output_schema() -> None:
    schema = {"type": "object", "properties": {"output": {"type": "string"}}}
    document = document_of(short_crawl(Page("vendor/model", schema)))
    assert document.output_schema is not None
    assert document.output_schema.value() == output_schema()


def test_raw_translation_keys_are_neither_title_nor_locale() -> None:
    schema = SCHEMA | {"title": "modelApiDoc_navInputSchema"}
    page = Page(
        "vendor/model",
        schema,
        title="modelApiDoc_title",
        description="modelApiDoc_text",
    )
    text = long_crawl(page).replace(
        "Use RunComfy's API to run", "modelApiDoc_getStarted"
    )
    reading = reading_of(text)
    (document,) = reading.documents
    assert (document.title, document.description, document.locale) == ("", "", "en")
    assert document.input_schema.value()["title"] == "modelApiDoc_navInputSchema"
    assert codes(reading) == ["locale-assumed"]
    assert reading.diagnostics[0].severity is Severity.INFO


def test_a_long_crawl_holds_title_and_description() -> None:
    page = Page(
        "vendor/model", SCHEMA, title="A Model | Text", description="Makes things."
    )
    document = document_of(long_crawl(page))
    assert (document.title, document.description) == ("A Model | Text", "Makes things.")


def test_the_table_of_contents_is_no_description() -> None:
    document = document_of(long_crawl(Page("vendor/model", SCHEMA, title="A Model")))
    assert (document.title, document.description) == ("A Model", "")


def test_a_page_without_output_schema_is_read_with_a_warning() -> None:
    reading = reading_of(short_crawl(Page("vendor/model", SCHEMA, output_schema=None)))
    (document,) = reading.documents
    assert document.output_schema is None
    assert codes(reading) == ["no-output-schema"]
    assert reading.diagnostics[0].severity is Severity.WARNING
    assert reading.diagnostics[0].model == "vendor/model"


def test_a_broken_example_costs_only_the_example() -> None:
    text = short_crawl(PAGE).replace(
        '"prompt": "a cat"\n}\'', "\"prompt\": 'a cat'\n}'"
    )
    reading = reading_of(text)
    (document,) = reading.documents
    assert document.example is None
    assert document.input_schema.value() == SCHEMA
    assert codes(reading) == ["example-not-json"]
    assert reading.diagnostics[0].place.line == 7


def test_a_page_without_a_body_has_a_curl_line_and_no_example() -> None:
    text = long_crawl(Page("vendor/model", SCHEMA))
    data = " \\\n  --data '" + written({"prompt": "a cat"}) + "'"
    document = document_of(text.replace(data, "Prose."))
    assert document.example is None
    assert document.curl.endswith('"Authorization: Bearer <token>"')


def test_other_spellings_of_the_same_curl_line_are_understood() -> None:
    line = "curl -X POST 'https://model-api.runcomfy.net/v1/models/vendor/model' -d '{\"a\": 1}'"
    document = document_of(f"{line}\n{written(SCHEMA)}{written(output_schema())}")
    assert document.model_id == "vendor/model"
    assert document.curl == line
    assert document.example is not None
    assert document.example.value() == {"a": 1}


def test_a_minified_schema_is_kept_as_it_stands() -> None:
    text = json.dumps(SCHEMA, separators=(",", ":"))
    document = document_of(short_crawl(Page("vendor/model", text)))
    assert document.input_schema.text == text


def test_numbers_keep_their_published_digits() -> None:
    schema = (
        '{"type": "object", "properties": {"x": {"type": "float", "default": 0.330}}}'
    )
    document = document_of(short_crawl(Page("vendor/model", schema)))
    assert document.input_schema.text == schema
    assert str(document.input_schema.value()["properties"]["x"]["default"]) == "0.330"


# Half a surrogate pair is not possible in UTF-8; everything else is possible on a page.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
leaves = st.none() | st.booleans() | st.integers() | texts
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8
)


@examples(150)
@given(
    properties=st.dictionaries(texts, values, max_size=4), crawl=st.sampled_from([0, 1])
)
def test_whatever_a_schema_holds_it_is_read_back(
    properties: dict[str, Any], crawl: int
) -> None:
    schema = {"type": "object", "properties": properties}
    text = (short_crawl, long_crawl)[crawl](Page("vendor/model", schema))
    document = document_of(text)
    assert document.input_schema.value() == schema
    assert json.loads(document.input_schema.text) == schema
    assert document.output_schema is not None
    assert document.output_schema.value() == output_schema()


@examples(100)
@given(prompt=texts, more=st.dictionaries(texts, values, max_size=3))
def test_whatever_an_example_holds_it_is_read_back(
    prompt: str, more: dict[str, Any]
) -> None:
    body = {**more, "prompt": prompt}
    document = document_of(long_crawl(Page("vendor/model", SCHEMA, example=body)))
    assert document.example is not None
    assert document.example.value() == body
    assert document.input_schema.value() == SCHEMA


@examples(200)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_and_no_bytes_raise(source: str | bytes) -> None:
    reading = read_documents(source, name="anything", retrieved="2026-01-31")
    assert reading.documents == ()
    assert reading.diagnostics


def test_a_page_cut_anywhere_in_its_schemas_gives_no_document() -> None:
    nested = {"type": "object", "properties": {"path": {"type": "string"}}}
    schema = {
        "type": "object",
        "properties": {
            "loras": {
                "type": "array",
                "items": nested,
                "default": [True, None, -1.5, False],
            },
            "text": {"type": "string", "default": 'é "quoted" \\ \u2028 end'},
        },
    }
    page = Page("vendor/model", json.dumps(schema, indent=1))
    whole = short_crawl(page)
    first = whole.index('{\n"type": "object",\n"properties": {\n"loras"') + 1
    between = whole.index('{\n"output"')
    last = whole.rindex("}")
    for cut in [*range(first, between), *range(between + 1, last)]:
        reading = reading_of(whole[:cut])
        assert reading.documents == (), whole[:cut][-40:]
        assert [it.severity for it in reading.diagnostics] == [Severity.ERROR]
        assert codes(reading) == ["truncated-json"], whole[:cut][-40:]
        lines = whole[:cut].rstrip().split("\n")
        assert reading.diagnostics[0].place == Position(len(lines), len(lines[-1]) + 1)


def test_a_page_cut_between_its_schemas_says_that_the_output_is_missing() -> None:
    text = long_crawl(PAGE)
    cut = text.index('{\n  "output"')
    assert codes(reading_of(text[:cut])) == ["no-output-schema"]


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        ('"x": ', "not-json"),
        ('"x": {{', "truncated-json"),
        ('"x": {"', "not-json"),
    ],
)
@pytest.mark.parametrize("first", ["lora", "x"])
def test_a_broken_schema_does_not_borrow_a_property_as_schema(
    spoiled: str, code: str, first: str
) -> None:
    nested = {"type": "object", "properties": {"path": {"type": "string"}}}
    fields = {"lora": nested, "x": {"type": "string"}}
    ordered = {first: fields.pop(first), **fields}
    text = short_crawl(Page("vendor/model", {"type": "object", "properties": ordered}))
    assert '"x": {' in text
    reading = reading_of(text.replace('"x": {', spoiled))
    assert reading.documents == ()
    assert [it.severity for it in reading.diagnostics] == [Severity.ERROR]
    assert codes(reading) == [code]


def test_a_curl_example_inside_a_prompt_is_part_of_the_prompt() -> None:
    prompt = "curl --request POST --url https://api.test/v1/models/other/model now"
    document = document_of(
        short_crawl(Page("vendor/model", SCHEMA, example={"prompt": prompt}))
    )
    assert document.model_id == "vendor/model"
    assert document.example is not None
    assert document.example.value() == {"prompt": prompt}


def test_a_schema_with_a_piece_missing_in_the_middle_gives_no_document() -> None:
    schema = {
        "type": "object",
        "properties": {str(n): {"type": "string"} for n in range(9)},
    }
    text = short_crawl(Page("vendor/model", schema))
    begin, end = text.index('"3"'), text.index('{\n"output"')
    reading = reading_of(text[:begin] + "RunComfy runs ComfyUI online.\n")
    assert codes(reading) == ["truncated-json"]
    assert "RunComfy" in text[end:]
    assert reading.diagnostics[0].place.line == text[:begin].count("\n") + 1
