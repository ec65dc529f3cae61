"""Types as the dialect spells them: ``float`` is ``number``, and case does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ..ir.json_text import is_array

TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
"""The types of JSON Schema."""


def normal(word: object) -> str:
    """A type in the spelling of JSON Schema: ``Float`` is ``number``."""
    lower = str(word).lower()
    return "number" if lower == "float" else lower


def type_keyword(
    validator: Any, told: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``type``: one word or several. A word that is none of JSON Schema's permits anything."""
    words = [normal(word) for word in (told if is_array(told) else [told])]
    if instance is None and schema.get("nullable") is True:
        return
    if words and TYPES.issuperset(words):
        standard = Draft202012Validator.VALIDATORS["type"]
        yield from standard(validator, words, instance, schema) or ()
