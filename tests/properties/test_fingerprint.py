"""``SCHEMA_SHA256``: white space and key order change nothing, any changed value does."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.build.structure_and_texts import schema_sha256
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.ir.json_text import JsonText
from support.built_models import PROVENANCE, document, properties
from support.examples import examples
from support.random_schemas import inputs, json_values

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Input",
    "required": ["prompt"],
    "properties": {
        "prompt": {
            "type": "string",
            "maxLength": 80,
            "description": "What",
            "default": "A",
        },
        "image_url": {
            "type": "string",
            "format": "image_uri",
            "validations": [
                {
                    "validation_rule": "width_pixels<",
                    "validation_value": 6000,
                    "validation_error": "too wide",
                }
            ],
        },
        "size": {"type": "string", "enum": ["a", "b"], "x-order": None},
        "scale": {"type": "float", "minimum": 0.5, "nullable": False},
    },
}


def with_texts(input_: str, output: str | None = None) -> Document:
    return Document(
        model_id="acme/model",
        locale="en",
        input_schema=JsonText(input_),
        output_schema=None if output is None else JsonText(output),
        provenance=PROVENANCE,
    )


def shuffled(value: Any, rng: random.Random, *, fields: bool = False) -> Any:
    if isinstance(value, list):
        return [shuffled(item, rng) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value) if fields else rng.sample(list(value), len(value))
    return {
        name: shuffled(value[name], rng, fields=name == "properties" and not fields)
        for name in names
    }


@given(
    inputs | st.just(SCHEMA),
    st.integers(0, 99),
    st.sampled_from((None, 0, 4, "\t")),
    st.booleans(),
)
def test_spelling_does_not_change_the_hash(
    schema: Any, seed: int, indent: int | str | None, ascii_only: bool
) -> None:
    spelled = json.dumps(
        shuffled(schema, random.Random(seed)), indent=indent, ensure_ascii=ascii_only
    )
    assert schema_sha256(with_texts(f" {spelled}\n")) == schema_sha256(document(schema))


def changes(value: Any) -> Iterator[Any]:
    """The value with one thing changed: each leaf, each name, each length."""
    if isinstance(value, dict):
        for name in value:
            rest = {key: inner for key, inner in value.items() if key != name}
            yield rest
            yield {**rest, f"{name}_": value[name]}
            for changed in changes(value[name]):
                yield {**value, name: changed}
    elif isinstance(value, list):
        yield [*value, "more"]
        for index, item in enumerate(value):
            yield value[:index] + value[index + 1 :]
            for changed in changes(item):
                yield [*value[:index], changed, *value[index + 1 :]]
    else:
        yield from (
            [value],
            str(value) + "!",
            not value if isinstance(value, bool) else True,
        )


@pytest.mark.parametrize("changed", list(changes(SCHEMA)), ids=lambda each: "")
def test_any_changed_value_changes_the_hash(changed: Any) -> None:
    assert schema_sha256(document(changed)) != schema_sha256(document(SCHEMA))


@examples(30)
@given(json_values)
def test_no_two_values_of_a_default_have_one_hash(value: Any) -> None:
    changed = {
        json.dumps(each, sort_keys=True) for each in (value, [value], {"a": value})
    }
    hashes = {
        schema_sha256(document(properties(a={"default": json.loads(each)})))
        for each in changed
    }
    assert len(hashes) == len(changed)


def test_the_order_of_properties_is_part_of_the_hash() -> None:
    turned = {**SCHEMA, "properties": dict(reversed(SCHEMA["properties"].items()))}
    assert schema_sha256(document(turned)) != schema_sha256(document(SCHEMA))


@pytest.mark.parametrize(
    ("one", "other"), [("1", "true"), ("1", '"1"'), ("0", "false"), ("null", "{}")]
)
def test_values_that_python_takes_for_equal_are_told_apart(
    one: str, other: str
) -> None:
    texts = (
        f'{{"type": "object", "properties": {{"a": {{"const": {each}}}}}}}'
        for each in (one, other)
    )
    first, second = (schema_sha256(with_texts(text)) for text in texts)
    assert first != second


def test_the_output_schema_is_part_of_the_hash() -> None:
    hashes = {
        schema_sha256(with_texts("{}", output))
        for output in (None, "{}", '{"output": {}}', "[]")
    }
    assert len(hashes) == 4


def test_texts_around_the_schema_are_not_part_of_the_hash() -> None:
    one = document(SCHEMA)
    other = document(SCHEMA, "acme/other", display_name="Other", description="Other")
    assert schema_sha256(one) == schema_sha256(other)
    assert len(schema_sha256(one)) == 64
