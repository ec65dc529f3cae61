"""Catalog entries: one, a list, or the answer of the API."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.ir.diagnostic import Position, Severity
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.ir.json_text import JsonText
from runcomfy_codegen.sources.read import SourceResult, read_documents
from support.examples import examples

DATA = Path(__file__).parent / "data"
FILES = sorted(DATA.glob("*.json"))
LISTED: dict[str, Any] = {
    "model_id": "vendor/model",
    "display_name": "A Model",
    "description": "Makes things.",
    "kind": "model",
    "categories": ["text-to-image"],
    "base_price_usd": 0.10,
    "price_unit": "image",
    "input_schema": {"type": "object", "properties": {"prompt": {"type": "string"}}},
    "required_inputs": ["prompt"],
}


def reading_of(text: str, name: str = "catalog.json") -> SourceResult:
    return read_documents(text, name=name, retrieved="2026-01-31")


def documents_of(text: str) -> tuple[Document, ...]:
    reading = reading_of(text)
    assert reading.diagnostics == ()
    return reading.documents


def text_at(text: str, place: Position, length: int) -> str:
    line = "\n".join(text.split("\n")[place.line - 1 :])
    return line[place.column - 1 : place.column - 1 + length]


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest) -> Path:
    path = request.param
    assert isinstance(path, Path)
    return path


def test_an_entry_gives_its_schema_word_for_word(file: Path) -> None:
    text = file.read_text("utf-8")
    (document,) = documents_of(text)
    schema = document.input_schema
    assert json.loads(schema.text) == json.loads(text)["input_schema"]
    assert text_at(text, schema.start, len(schema.text)) == schema.text


def test_an_entry_tells_its_model_and_its_title(file: Path) -> None:
    entry = json.loads(file.read_text("utf-8"))
    (document,) = documents_of(file.read_text("utf-8"))
    assert document.model_id == entry["model_id"]
    assert document.model_id.replace("/", "__") == file.stem
    assert document.title == entry["display_name"]
    assert (document.locale, document.curl, document.example) == ("en", "", None)
    assert document.output_schema is None
    assert document.provenance.form == "catalog"


def test_everything_else_that_an_entry_says_is_kept(file: Path) -> None:
    text = file.read_text("utf-8")
    entry = json.loads(text)
    (document,) = documents_of(text)
    assert document.facts is not None
    facts = document.facts.value()
    assert facts == {
        name: entry[name] for name in ("kind", "output_type", "provenance")
    }
    assert list(facts) == ["kind", "output_type", "provenance"]


def test_facts_keep_their_published_spelling() -> None:
    text = json.dumps(LISTED).replace("0.1,", "0.10,")
    (document,) = documents_of(text)
    assert document.facts is not None
    assert '"base_price_usd": 0.10' in document.facts.text
    assert document.description == "Makes things."


def test_an_entry_without_anything_else_has_no_facts() -> None:
    (document,) = documents_of('{"model_id": "a/b", "input_schema": {}}')
    assert document.facts is None
    assert (document.title, document.description) == ("", "")


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name], chance) for name in names}
    return (
        [shuffled(item, chance) for item in value] if isinstance(value, list) else value
    )


@examples(40)
@given(seed=st.integers(0, 2**32), indent=st.sampled_from([None, 0, 1, 4, "\t"]))
def test_key_order_and_white_space_do_not_matter(
    seed: int, indent: int | str | None
) -> None:
    entries = [json.loads(file.read_text("utf-8")) for file in FILES] + [LISTED]
    text = json.dumps(
        shuffled(entries, random.Random(seed)), indent=indent, ensure_ascii=False
    )
    documents = documents_of(text)
    for document, entry in zip(documents, entries, strict=True):
        assert document.model_id == entry["model_id"]
        assert document.title == entry["display_name"]
        assert json.loads(document.input_schema.text) == entry["input_schema"]
        start = document.input_schema.start
        length = len(document.input_schema.text)
        assert text_at(text, start, length) == document.input_schema.text


LISTINGS: list[Callable[[list[Any]], Any]] = [
    lambda entries: entries,
    lambda entries: {"models": entries, "total": len(entries)},
    lambda entries: {"total": 900, "models": entries},
]


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_list_gives_every_entry(listing: Callable[[list[Any]], Any]) -> None:
    entries = [LISTED | {"model_id": f"vendor/{number}"} for number in range(5)]
    text = json.dumps(listing(entries), indent=1)
    assert [it.model_id for it in documents_of(text)] == [
        it["model_id"] for it in entries
    ]


def test_an_entry_may_publish_an_output_schema() -> None:
    output = {"output": {"type": "object", "properties": {}}}
    (document,) = documents_of(json.dumps(LISTED | {"output_schema": output}))
    assert document.output_schema is not None
    assert document.output_schema.value() == output
    (document,) = documents_of(json.dumps(LISTED | {"output_schema": None}))
    assert document.output_schema is None


def test_one_bad_entry_does_not_stop_the_others() -> None:
    bad: list[Any] = [
        {"input_schema": {}},
        {"model_id": "vendor/none"},
        {"model_id": "vendor/null", "input_schema": None},
        {"model_id": "alone", "input_schema": {}},
        {"model_id": 7, "input_schema": {}},
        "vendor/text",
    ]
    text = json.dumps(
        {"models": [LISTED, *bad, LISTED | {"model_id": "vendor/last"}]}, indent=1
    )
    reading = reading_of(text)
    assert [it.model_id for it in reading.documents] == ["vendor/model", "vendor/last"]
    assert [(it.code, it.pointer, it.model) for it in reading.diagnostics] == [
        ("no-model-id", "/models/1", ""),
        ("no-input-schema", "/models/2", "vendor/none"),
        ("schema-not-object", "/models/3/input_schema", "vendor/null"),
        ("invalid-model-id", "/models/4/model_id", ""),
        ("invalid-model-id", "/models/5/model_id", ""),
        ("entry-not-object", "/models/6", ""),
    ]
    assert all(it.severity is Severity.ERROR and it.hint for it in reading.diagnostics)
    null = reading.diagnostics[2]
    assert text_at(text, null.place, 4) == "null"


def test_a_number_that_json_does_not_have_costs_one_entry() -> None:
    good = json.dumps(LISTED)
    for number in ("NaN", "1e99999999999999999999", "9" * 5000):
        bad = good.replace("vendor/model", "vendor/bad").replace("0.1,", f"{number},")
        reading = reading_of(f"[{bad},\n{good}]")
        assert [it.model_id for it in reading.documents] == ["vendor/model"]
        assert [(it.code, it.pointer) for it in reading.diagnostics] == [
            ("unusable-json", "/0/base_price_usd")
        ]
        assert reading.diagnostics[0].place == Position(1, bad.index(number) + 2)


def test_nesting_without_end_costs_one_entry() -> None:
    good = json.dumps(LISTED)
    deep = "[" * 200 + "]" * 200
    bad = good.replace("vendor/model", "vendor/deep").replace('["prompt"]', deep)
    reading = reading_of(f"[{bad},\n{good}]")
    assert [it.model_id for it in reading.documents] == ["vendor/model"]
    assert [it.code for it in reading.diagnostics] == ["unusable-json"]


def test_nesting_beyond_the_stack_is_a_diagnostic() -> None:
    reading = reading_of("[" * 100_000)
    assert reading.documents == ()
    assert [it.code for it in reading.diagnostics] == ["not-json"]


def test_half_a_surrogate_pair_is_no_title() -> None:
    reading = reading_of(json.dumps(LISTED).replace("A Model", "\\ud800"))
    (document,) = reading.documents
    assert document.title == ""
    assert [(it.code, it.severity) for it in reading.diagnostics] == [
        ("not-a-string", Severity.WARNING)
    ]
    reading = reading_of(json.dumps(LISTED).replace("vendor/model", "vendor/\\ud800"))
    assert [it.code for it in reading.diagnostics] == ["invalid-model-id"]


def test_an_entry_that_stands_twice_and_says_the_same_is_one() -> None:
    text = f"[{json.dumps(LISTED)},\n\n{json.dumps(LISTED)}]"
    (document,) = documents_of(text)
    assert document.input_schema.start.line == 1


def test_an_entry_that_stands_twice_and_differs_stays_two() -> None:
    other = LISTED | {"input_schema": {"type": "object", "properties": {}}}
    documents = documents_of(json.dumps([LISTED, other]))
    assert [document.model_id for document in documents] == ["vendor/model"] * 2


def test_the_locale_that_is_asked_for_is_taken() -> None:
    reading = read_documents(
        json.dumps(LISTED), name="x.json", retrieved="2026-01-31", locale="zh-cn"
    )
    assert [document.locale for document in reading.documents] == ["zh-CN"]


@examples(150)
@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=10,
        ),
        max_size=5,
    ),
    st.sampled_from([None, 1]),
)
def test_whatever_an_entry_holds_nothing_is_lost(
    more: dict[str, Any], indent: int | None
) -> None:
    understood = {*LISTED, "output_schema"}
    more = {name: value for name, value in more.items() if name not in understood}
    schema = {"type": "object", "properties": more}
    entry = {"model_id": "a/b", "input_schema": schema, **more}
    (document,) = documents_of(json.dumps(entry, indent=indent))
    assert document.input_schema.value() == schema
    assert (document.facts or JsonText("{}")).value() == more


def test_a_cut_answer_gives_no_document() -> None:
    text = json.dumps({"models": [LISTED]})
    for cut in range(1, len(text)):
        reading = reading_of(text[:cut])
        assert reading.documents == ()
        assert [it.code for it in reading.diagnostics] == ["truncated-json"], text[:cut]
        assert reading.diagnostics[0].place == Position(1, len(text[:cut].rstrip()) + 1)


def test_documents_without_their_places_are_the_same_in_a_list_and_alone() -> None:
    text = FILES[0].read_text("utf-8")
    (alone,) = documents_of(text)
    (listed,) = documents_of(f"[{text}]")
    assert listed.input_schema.text == alone.input_schema.text
    assert replace(
        listed, input_schema=alone.input_schema, facts=alone.facts
    ) == replace(alone, provenance=listed.provenance)
