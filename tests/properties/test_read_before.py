"""Parts that were read in an earlier document save work, and change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import BuildOptions, build_model
from runcomfy_codegen.ir.document import Document
from support.built_models import document
from support.examples import examples
from support.random_schemas import inputs, json_values, schemas
from support.shipped_models import documents


def fresh() -> BuildOptions:
    return BuildOptions(dialect=resources.dialect())


def check_in_turn(published: list[Document]) -> None:
    shared, quick = fresh(), replace(fresh(), whole_check=False)
    for each in published:
        files = [("a.json", each)]
        alone = build_model(files, fresh())
        assert build_model(files, shared) == alone
        assert build_model(files, quick).model == alone.model


def test_the_shipped_models_are_the_same_in_any_company() -> None:
    check_in_turn([*documents()[::4], *documents()[::4]])


SAME_TEXT = {"type": "object", "properties": {}}
ODD: list[Any] = [
    {"properties": {"a": SAME_TEXT, "b": {"type": "strng"}}, "required": ["a"]},
    {"properties": {"a": SAME_TEXT, "b": {"type": "strng"}}, "required": ["b"]},
    SAME_TEXT,
    {"type": "string", "properties": {}},
    {"properties": {"a": {"type": "string", "properties": {}}}},
    {"properties": {"a": {"$id": "x", "minimum": 1}}},
    {"properties": {"a": {"$id": "x", "minimum": 1}, "b": {"$ref": "x"}}},
    {"properties": {"a": {"minimum": 1}, "b": {"minimum": 1.0}, "c": {"minimum": True}}},
    {"properties": {"a": {"default": 1}}, "required": ["a"]},
    {"properties": {"a": {"default": 1}}},
    {"properties": [1]},
    {"properties": {"output": {"type": "object", "properties": {"a": {"title": 1}}}}},
]  # fmt: skip


def test_equal_texts_in_other_places_are_read_there() -> None:
    whole = [{"type": "object", **each} for each in ODD]
    check_in_turn([document(each, output_schema=each) for each in (*whole, *whole)])


@examples(15)
@given(st.lists(st.tuples(inputs, json_values | schemas), min_size=2, max_size=4))
def test_no_document_changes_another(published: list[tuple[Any, Any]]) -> None:
    check_in_turn([document(one, output_schema=two) for one, two in published])
