"""What the templates print is what black would leave: black reads only lines that are long."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_codegen.targets.line_layout import WIDTH, format_code, format_line
from runcomfy_codegen.targets.python.package import PYTHON
from runcomfy_codegen.targets.source_text import docstring, literal
from runcomfy_codegen.targets.target import Named, RenderContext
from runcomfy_codegen.targets.templates import Templates
from support.built_models import SETTINGS, built, rendered
from support.examples import examples
from support.random_schemas import inputs, texts

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


STRINGS = st.text("abcñ×ж≤ ,.=:()[]{}'中、。ア한，", max_size=40).map(literal)
ATOMS = STRINGS | st.sampled_from(("1", "2.5", "None", "Decimal", "ImageUrl"))


def _brackets(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calls, subscripts, tuples, lists and dicts of expressions, and a union at times."""
    items = st.lists(inner, min_size=1, max_size=4).map(", ".join)
    pairs = st.dictionaries(STRINGS, inner, max_size=3)
    return st.one_of(
        st.builds("f({}, name={})".format, items, inner),
        st.builds("{}[{}]".format, st.sampled_from(("Literal", "dict")), items),
        items.map("({},)".format),
        items.map("({}, )".format),
        items.map("[{}]".format),
        pairs.map(
            lambda each: f"{{{', '.join(f'{k}: {v}' for k, v in each.items())}}}"
        ),
        inner.map("{} | None".format),
    )


@given(
    st.sampled_from(("NAME = ", "NAME: tuple[Limit, ...] = ", "name: ", "")),
    st.recursive(ATOMS, _brackets, max_leaves=12),
    st.sampled_from((0, 4)),
)
@example("NAME = ", literal("long " * 20), 0)
@example("NAME = ", f"dict({{'a': {literal('long ' * 20)}}})", 4)
def test_a_long_line_is_split_as_black_splits_it(
    target: str, value: str, indent: int
) -> None:
    line = f"{target}{value}"
    # A line that fits stays as it is, and a text alone is a docstring.
    assume(len(line) + indent > WIDTH and (target or value.endswith((")", "]", "}"))))
    margin = " " * indent
    before = "class A:\n" if indent else ""
    source = f"{before}{margin}{line}\n"
    assert f"{before}{margin}{format_line(line, indent)}\n" == format_code(source)


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
    answer = format_code(source)
    assert literal(text) in answer


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
_NAMES = st.text("abcdef_×0123456789", min_size=1)
_NESTED = st.recursive(
    _SCHEMAS,
    lambda inner: st.fixed_dictionaries(
        {
            "type": st.just("object"),
            "properties": st.dictionaries(_NAMES, inner, min_size=1, max_size=3),
        },
        optional={"additionalProperties": st.booleans() | inner},
    )
    | st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
    max_leaves=5,
)


def assert_is_as_black_leaves_it(model: Model | None) -> None:
    for source in rendered(filter(None, [model])).values():
        assert format_code(source) == source


@examples(30)
@given(st.dictionaries(_NAMES, _NESTED, max_size=4))
def test_any_module_is_as_black_leaves_it(properties: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": properties}
    assert_is_as_black_leaves_it(built(schema, output_schema=schema).model)


@examples(25)
@given(inputs)
def test_the_module_of_any_schema_is_as_black_leaves_it(schema: Any) -> None:
    assert_is_as_black_leaves_it(built(schema, output_schema=schema).model)
