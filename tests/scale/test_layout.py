"""What the templates print is what black would leave: black reads only lines that are long."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_codegen.targets.python.package import PYTHON
from runcomfy_codegen.targets.source_text import (
    docstring,
    format_code,
    format_line,
    literal,
)
from runcomfy_codegen.targets.target import Named, RenderContext
from runcomfy_codegen.targets.templates import Templates
from support.built_models import SETTINGS, built, rendered
from support.random_schemas import texts

LINES = (
    "x: int = 1",
    'ratio: Literal["16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"] | None = None',
    'width_height: Annotated[Literal["1024x1024(1:1)", "2048x2048(1:1)"] | None, Field(alias="a")] = None',
    f'name: Annotated[str, Field(pattern="{"p" * 120}")]',
)


def test_the_modules_of_the_shipped_schemas_need_no_black() -> None:
    catalog = build_catalog(read_all(resources.schemas()).documents, SETTINGS)
    # One in five, and those of nested objects and of rules among them: black takes its time.
    chosen = [
        model
        for index, model in enumerate(catalog.models)
        if index % 5 == 0 or any(field.rules for field in model.input.fields[:1])
    ]
    for source in rendered(chosen).values():
        assert format_code(source) == source


def test_the_top_of_a_package_needs_no_black() -> None:
    templates = Templates(resources.template_sources("python"))
    files = PYTHON.render(Named((), {}), RenderContext(templates, {}))
    source = files[PurePosixPath("__init__.py")]
    assert format_code(source) == source


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_class_is_as_black_leaves_it(line: str) -> None:
    source = f"class A:\n    {format_line(line, 4)}\n"
    assert format_code(source) == source
    assert format_code(f"class A:\n    {line}\n") == source


@given(texts, st.sampled_from((0, 4)))
def test_a_heading_is_as_black_leaves_it(text: str, indent: int) -> None:
    margin = " " * indent
    before = "class A:\n" if indent else ""
    source = (
        f"{before}{margin}{docstring(text, indent, heading=True)}\n\n{margin}x = 1\n"
    )
    assert format_code(source) == source


@given(texts)
def test_a_literal_is_in_the_quotes_that_black_chooses(text: str) -> None:
    source = f"f({literal(text)}, x={literal([text])})\n"
    told = format_code(source)
    assert literal(text) in told


_SCHEMAS = st.fixed_dictionaries(
    {"type": st.sampled_from(("string", "integer", "float", "boolean"))},
    optional={
        "description": texts,
        "title": texts,
        "enum": st.lists(texts, min_size=1, max_size=9),
        "default": texts,
        "minimum": st.integers(-9, 9),
        "maxLength": st.integers(0, 9),
    },
)


@given(st.dictionaries(st.text("abcdef_×0123456789", min_size=1), _SCHEMAS, max_size=4))
def test_any_module_is_as_black_leaves_it(properties: dict[str, Any]) -> None:
    model = built({"type": "object", "properties": properties}).model
    if model is None:
        return
    for source in rendered([model]).values():
        assert format_code(source) == source
