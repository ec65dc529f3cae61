"""What says nothing about values is not part of a comparison, and what is data always is."""

from __future__ import annotations

from typing import Any

import pytest

from diff.test_outputs import outputs_of
from runcomfy_codegen.build.structure_and_texts import texts_of, without_texts
from runcomfy_codegen.diff.finding import DiffVerdict, Lens
from support.built_models import compared, document, model_of, properties

Schema = dict[str, Any]
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WORDS: Schema = {
    "$schema": DIALECT,
    "$id": "urn:a",
    "$comment": "c",
    "title": "T",
    "description": "D",
    "examples": [1],
}
INERT: Schema = {**WORDS, "default": 1, "x-order": 3, "deprecated": True}


def part(**members: Schema) -> Schema:
    return {"type": "object", "properties": members}


def found(before: Schema, after: Schema) -> list[str]:
    models = [model_of(properties(f=schema)) for schema in (before, after)]
    return [
        f"{each.verdict} {each.rule}"
        for each in compared(models[:1], models[1:])
        if each.verdict is not DiffVerdict.DOCS_ONLY
    ]


def applied(inner: Schema) -> dict[str, Schema]:
    """A schema inside every kind of applicator."""
    one = ("not", "if", "contains", "propertyNames", "unevaluatedProperties")
    of_lists = ("allOf", "prefixItems")
    of_maps = ("patternProperties", "dependentSchemas", "$defs")
    return {
        **{keyword: {keyword: inner} for keyword in one},
        **{keyword: {keyword: [inner, INTEGER]} for keyword in of_lists},
        **{keyword: {keyword: {"title": inner}} for keyword in of_maps},
        "two deep": {"not": {"items": {"anyOf": [inner]}}},
    }


@pytest.mark.parametrize(
    "schema", [TEXT, INTEGER, {"enum": ["a", 1]}, part(a=TEXT), {"type": "array", "items": TEXT}]
)  # fmt: skip
def test_annotations_of_a_schema_change_nothing(schema: Schema) -> None:
    assert found(schema, {**WORDS, **schema}) == []
    assert found(part(a=schema), part(a={**WORDS, **schema})) == []
    assert found({"anyOf": [schema]}, {"anyOf": [{**WORDS, **schema}]}) == []


@pytest.mark.parametrize("applicator", applied({}))
def test_annotations_inside_an_applicator_change_nothing(applicator: str) -> None:
    # A default in `allOf` is one of the field itself: a server may use it.
    inert = WORDS if applicator == "allOf" else INERT
    before, after = (applied(each)[applicator] for each in (TEXT, {**inert, **TEXT}))
    assert found(before, after) == []
    assert found(before, applied(INTEGER)[applicator]) != []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"not": {"const": {"title": "a"}}}, {"not": {"const": {"title": "b"}}}),
        ({"not": {"enum": [{"default": 1}]}}, {"not": {"enum": [{"default": 2}]}}),
        ({"not": part(title=TEXT)}, {"not": part(title=INTEGER)}),
        ({"not": part(title=TEXT)}, {"not": part()}),
        ({"foreign": {"title": "a"}}, {"foreign": {"title": "b"}}),
        ({"dependentRequired": {"title": ["a"]}}, {"dependentRequired": {}}),
        ({"$defs": {"default": TEXT}}, {"$defs": {"default": INTEGER}}),
    ],
)
def test_data_that_looks_like_an_annotation_is_compared(
    before: Schema, after: Schema
) -> None:
    assert "risky unjudged-keyword" in found(before, after)


def test_an_identifier_matters_to_a_reference() -> None:
    refers = {"anyOf": [{"$ref": "a"}, TEXT]}
    one, other = ({**refers, "$id": place} for place in ("urn:a", "urn:b"))
    assert found(one, other) == ["risky unjudged-keyword"]


def test_a_member_called_title_belongs_to_the_structure_of_all_locales() -> None:
    one, other = (
        without_texts(model_of(properties(f={"not": inner})).unknown)
        for inner in (part(title={**TEXT, "title": "x"}), part(title=TEXT))
    )
    (gone,) = without_texts(model_of(properties(f={"not": part()})).unknown)
    assert one == other
    assert one != (gone,)


def test_the_format_of_a_number_is_documentation() -> None:
    assert found(INTEGER, {**INTEGER, "format": "int64"}) == []
    texts = texts_of(document(properties(f={**INTEGER, "format": "int64"})))
    assert "format" in texts["/input_schema/properties/f"]
    assert found({"type": ["integer", "string"], "format": "a"}, {"type": ["integer", "string"], "format": "b"}) != []  # fmt: skip


LISTS = {"type": "array", "items": TEXT}
NUMBERS = {"type": "array", "items": INTEGER}


def source(before: list[Schema], after: list[Schema]) -> list[DiffVerdict]:
    models = [model_of(properties(f={"anyOf": item})) for item in (before, after)]
    return [
        each.verdict
        for each in compared(models[:1], models[1:])
        if each.lens is Lens.SOURCE
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([TEXT, LISTS], [TEXT, LISTS, NUMBERS], []),
        ([TEXT, LISTS], [LISTS, {"type": "boolean"}, TEXT], []),
        ([INTEGER, LISTS], [{"type": "number"}, LISTS], []),
        ([TEXT, NUMBERS], [TEXT, {"type": "array", "items": {"type": "number"}}], [DiffVerdict.RISKY]),
        ([TEXT, LISTS, NUMBERS], [TEXT, LISTS], [DiffVerdict.BREAKING]),
    ],
)  # fmt: skip
def test_equal_alternatives_are_no_matter_of_invariance(
    before: list[Schema], after: list[Schema], expected: list[DiffVerdict]
) -> None:
    assert source(before, after) == expected


def test_a_catalog_fact_that_is_added_is_documentation() -> None:
    models = [model_of(part(), facts=facts) for facts in ({}, {"output_type": "odd"})]
    (printed,) = compared(models[:1], models[1:])
    assert (printed.verdict, printed.rule) == (DiffVerdict.DOCS_ONLY, "texts-changed")
    assert "'output_type'" in printed.message
    (gone,) = compared(models[1:], models[:1])
    assert gone.verdict is DiffVerdict.RISKY


def test_a_first_kind_of_output_is_documentation_and_another_kind_breaks() -> None:
    kinds: list[dict[str, Any]] = [{}, {"output_type": "IMAGE"}, {"categories": ["text-to-video"]}]  # fmt: skip
    unknown, image, video = ([model_of(part(), facts=facts)] for facts in kinds)
    for known, absent in ((image, "'video'"), (video, "'image'")):
        first = compared(unknown, known, outputs_of(*unknown, *known))
        assert {each.verdict for each in first} == {DiffVerdict.DOCS_ONLY}
        (narrowed,) = (each for each in first if each.pointer == "/facts")
        assert absent in narrowed.message
    other = compared(image, video, outputs_of(*image, *video))
    removed = {each.pointer for each in other if each.rule == "field-removed"}
    assert removed == {f"/output_schema/properties/{name}" for name in ("image", "images")}  # fmt: skip


def test_facts_of_the_catalog_are_told_by_name() -> None:
    facts = {"base_price_usd": 1, "categories": ["a"], "provenance": 1, "inputs": ["b"]}
    before, after = (texts_of(document(part(), facts=each)) for each in ({}, facts))
    assert before["/facts"] == {}
    assert {*after["/facts"]} == {"catalog fact 'base_price_usd'", "catalog fact 'categories'"}  # fmt: skip


URLS: Schema = {"type": "array", "format": "image_uris"}
PICTURE: Schema = {"type": "string", "format": "image_uri"}


@pytest.mark.parametrize("items", [TEXT, PICTURE, {**TEXT, "title": "A picture"}])
def test_items_that_say_what_the_list_says_are_no_change(items: Schema) -> None:
    assert found(URLS, {**URLS, "items": items}) == []
    assert found({**URLS, "items": items}, URLS) == []
