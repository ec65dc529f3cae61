"""What is left of a document for judges, once the schema has said what is wrong with it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from runcomfy_runtime.problems import without_invalid_values
from runcomfy_runtime.rule import Rule

WIRE = {"field_284_image": "284_image", "284_image": "284_image", "loras": "loras"}


def left(document: Any, *wrong: str, pointer: str = "/loras/*/a~1b") -> dict[str, Any]:
    rule = Rule(pointer=pointer, metric="width_pixels", operator="<", limit="9")
    return without_invalid_values(document, WIRE, set(wrong), [rule])


def test_fields_have_their_wire_names_whichever_were_given() -> None:
    assert left({"field_284_image": "x"}) == left({"284_image": "x"})
    assert left({"field_284_image": "x"}) == {"284_image": "x"}
    assert left({"unknown": 1}) == {"unknown": 1}


def test_what_is_wrong_is_null_and_its_neighbours_stay() -> None:
    document = {"loras": [{"a/b": "x"}, {"a/b": 5}, 7], "284_image": "y"}
    assert left(document, "/loras/1/a~1b", "/loras/2") == {
        "loras": [{"a/b": "x"}, {"a/b": None}, None],
        "284_image": "y",
    }
    assert left(document, "/loras") == {"loras": None, "284_image": "y"}


def test_the_document_itself_is_not_changed() -> None:
    document = {"loras": [1]}
    left(document, "/loras/0")
    assert document == {"loras": [1]}


def test_it_is_copied_no_deeper_than_rules_reach() -> None:
    inner = {"path": ["x"]}
    answer = left({"loras": [inner]}, "/loras/0/path/0", pointer="/loras/*")
    assert answer["loras"][0] is inner


@pytest.mark.parametrize("document", [None, "x", 5, ["a"]])
def test_what_is_no_object_leaves_nothing(document: object) -> None:
    assert left(document) == {}


def test_a_document_that_is_wrong_as_a_whole_still_has_its_members() -> None:
    assert left(MappingProxyType({"284_image": "y"}), "") == {"284_image": "y"}
