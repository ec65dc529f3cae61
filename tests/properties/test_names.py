"""Names are identifiers, safe in their classes, and pure functions of the published name."""

from __future__ import annotations

import builtins
import keyword
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from runcomfy_codegen.targets.python.model_names import names_of
from runcomfy_codegen.targets.python.names import (
    RESERVED,
    ChosenNames,
    class_name,
    field_name,
    module_path,
    usable_name,
)
from runcomfy_codegen.targets.target import Overrides
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart
from support.built_models import model_of, properties
from support.random_schemas import texts

any_name = texts | st.text(st.characters(codec=None), max_size=8)
published_names = st.from_regex(r"[A-Za-z0-9_×\-. ]{1,20}", fullmatch=True)


def good(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


@given(any_name)
@example("ſ")
@example("K")
@example("_" * 9)
@example("")
def test_a_field_name_is_a_safe_ascii_identifier(wire_name: str) -> None:
    name = field_name(wire_name)
    assert good(name)
    assert name == name.lower()
    assert name[0] != "_"
    assert name not in RESERVED


@given(any_name)
def test_the_name_of_a_field_name_is_itself(wire_name: str) -> None:
    assert field_name(field_name(wire_name)) == field_name(wire_name)


@given(any_name.map(field_name))
def test_a_name_that_the_naming_gives_can_be_chosen_too(name: str) -> None:
    assert usable_name(name)


@given(st.lists(any_name, min_size=1, max_size=4).map("/".join))
@example("../x")
@example("//")
@example("kling/kling-video-o3/4K")
def test_a_module_path_is_made_of_safe_ascii_identifiers(model_id: str) -> None:
    path = module_path(model_id)
    assert len(path) == model_id.count("/") + 1
    for name in path:
        assert good(name)
        assert name == name.lower()
        assert name[0] != "_"
        assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", name)


@given(st.lists(any_name, min_size=1, max_size=3))
def test_a_class_name_is_an_identifier_that_no_base_has(names: list[str]) -> None:
    name = class_name(*map(field_name, names))
    assert good(name)
    assert name[0].isupper()
    assert name not in {"ModelPart", "Input", "Output"}


@given(st.lists(published_names, min_size=1, max_size=6))
def test_a_name_depends_on_no_other_name(wire_names: list[str]) -> None:
    before = [field_name(name) for name in wire_names]
    after = [field_name(name) for name in reversed(wire_names)][::-1]
    assert before == after


@pytest.mark.parametrize(
    ("wire_name", "name"),
    [
        ("width×height", "width_height"),
        ("241_positive_prompt", "field_241_positive_prompt"),
        ("promptText", "prompt_text"),
        ("image_urls", "image_urls"),
        ("CFGScale", "cfg_scale"),
        ("class", "class_"),
        ("None", "none"),
        ("_x", "x"),
        ("__class__", "class__"),
        ("payload", "payload_"),
        ("model_config", "model_config_"),
        ("list", "list_"),
        ("a-b", "a_b"),
        ("a--b", "a_b"),
    ],
)
def test_a_published_field_has_this_name(wire_name: str, name: str) -> None:
    assert field_name(wire_name) == name


@pytest.mark.parametrize(
    ("model_id", "module"),
    [
        ("kling/kling-video-o3/4K", "kling.kling_video_o3.model_4k"),
        ("minimax/Hailuo Video 01 Live", "minimax.hailuo_video_01_live"),
        ("wan-ai/wan-2.7/text-to-video", "wan_ai.wan_2_7.text_to_video"),
        ("sync/sync/lipsync/v2/pro", "sync.sync.lipsync.v2.pro"),
        ("vendor/class", "vendor.class_"),
        ("vendor/import", "vendor.import_"),
        ("vendor/promptText", "vendor.prompttext"),
    ],
)
def test_a_published_model_has_this_module(model_id: str, module: str) -> None:
    assert ".".join(module_path(model_id)) == module


def members_of(*classes: type) -> set[str]:
    return {
        name
        for each in classes
        for name in dir(each)
        if not name.startswith("_") and name == name.lower()
    }


def test_no_member_of_a_base_class_can_be_hidden_by_a_field() -> None:
    bases = members_of(BaseModel, ModelInput, ModelOutput, ModelPart)
    assert {name for name in bases if field_name(name) == name} == set()


def test_no_type_of_an_annotation_can_be_hidden_by_a_field() -> None:
    written = {"bool", "dict", "float", "int", "list", "str", "tuple", "type"}
    assert written <= set(dir(builtins))
    assert written <= RESERVED


@pytest.mark.parametrize("words", [keyword.kwlist, keyword.softkwlist])
def test_no_keyword_is_a_name(words: list[str]) -> None:
    for word in words:
        assert good(field_name(word))
        assert all(map(good, module_path(f"vendor/{word}")))


@pytest.mark.parametrize("reserved", sorted(RESERVED))
def test_a_reserved_name_gets_an_underscore_behind_it(reserved: str) -> None:
    assert field_name(reserved) == f"{reserved}_"


@pytest.mark.parametrize(
    "chosen", ["class", "Literal", "MODEL_ID", "_x", "ſ", "a b", "", "payload", "1a"]
)
def test_a_name_that_would_break_its_class_cannot_be_chosen(chosen: str) -> None:
    assert not usable_name(chosen)


@given(any_name)
def test_choices_for_one_model_leave_another_as_it_is(name: str) -> None:
    chosen = {"vendor/other": ChosenNames("vendor/chosen", {name: "chosen"})}
    model = model_of(properties(**{name: {}}), "vendor/model")
    assert names_of(model, Overrides(chosen)) == names_of(model, Overrides())
