"""Arbitrary texts, JSON values and schemas, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

HOSTILE = (
    '"',
    '"""',
    "'''",
    "\\",
    '\\"""',
    "\\N{BULLET}",
    "\n",
    "\r\n",
    "\t",
    "\x00",
    "\x0c",
    "\x85",
    "\u2028",
    "\u200f",
    "\u202e",
    "\ufeff",
    "{{ 7*7 }}",
    "{% raise %}",
    "{#",
    "${x}",
    "%s",
    "import os",
    "шире",
    "🎲",
    " ",
    "a",
)

texts = st.text(max_size=12) | st.lists(st.sampled_from(HOSTILE), max_size=6).map(
    "".join
)
"""Any text without surrogates; often one that breaks out of quotes, lines or templates."""

numbers = st.integers(-(2**70), 2**70) | st.floats(
    allow_nan=False, allow_infinity=False
)
scalars = st.none() | st.booleans() | numbers | texts

json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

_WORDS = ("string", "integer", "number", "float", "boolean", "array", "object", "null")
_types = st.sampled_from(_WORDS) | st.lists(st.sampled_from(_WORDS), max_size=3)
_rules = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "validation_rule": st.sampled_from(
                ("width_pixels<", "width/height≤", "file_size_mb >=", "aspect<", "x")
            )
            | texts,
            "validation_value": numbers
            | st.sampled_from(("3", "0.33", "wide"))
            | scalars,
            "validation_error": texts,
        },
    )
    | json_values,
    max_size=3,
)


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas whose keywords mostly hold what they should, and sometimes anything."""
    answer = {
        "type": _types,
        "enum": st.lists(scalars, max_size=4),
        "const": scalars,
        "default": json_values,
        "title": texts,
        "description": texts,
        "format": st.sampled_from(("uri", "image_uri", "image_uris", "audio_uris")),
        "minimum": numbers,
        "maximum": numbers,
        "exclusiveMinimum": numbers,
        "exclusiveMaximum": numbers,
        "multipleOf": numbers,
        "minLength": st.integers(-1, 9),
        "maxLength": st.integers(-1, 9),
        "pattern": st.sampled_from(("a+", "^[a-z]*$", "([", "\\d{2}")) | texts,
        "items": inner,
        "minItems": st.integers(-1, 5),
        "maxItems": st.integers(-1, 5),
        "uniqueItems": st.booleans(),
        "nullable": st.booleans(),
        "properties": st.dictionaries(texts, inner, max_size=3),
        "required": st.lists(texts, max_size=2),
        "additionalProperties": st.booleans() | inner,
        "anyOf": st.lists(inner, max_size=3),
        "oneOf": st.lists(inner, max_size=3),
        "validations": _rules,
        "x-order": json_values,
    }
    odd = {keyword: right | json_values for keyword, right in answer.items()}
    return st.fixed_dictionaries({}, optional=answer) | st.fixed_dictionaries(
        {}, optional=odd
    )


schemas: st.SearchStrategy[Any] = st.recursive(json_values, _schemas, max_leaves=4)
"""Something that stands where a property's schema belongs."""

inputs: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "type": st.just("object"),
        "properties": st.dictionaries(texts, schemas, max_size=4),
    },
    optional={"required": st.lists(texts, max_size=3) | json_values},
)
"""Input schemas that have properties, whatever these are."""
