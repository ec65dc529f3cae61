"""Constraints of JSON Schema that Python annotations cannot express exactly."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import Any, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import (
    CoreSchema,
    InitErrorDetails,
    PydanticCustomError,
    ValidationError,
    core_schema,
)

from .exact_numbers import json_identity
from .payload import AcceptsNull, wire_value

__all__ = ["AcceptsNull", "Decimal", "OneOf", "Pattern", "Requires", "UniqueItems"]

_NOTHING = object()


class OneOf:
    """The value equals one of these, as JSON: ``True`` is not ``1``, and ``1`` is ``1.0``."""

    __slots__ = ("_choices", "values")

    def __init__(self, *values: Any) -> None:
        self.values = values
        self._choices = {json_identity(value): value for value in values}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Not pydantic's Literal: it compares like Python, and turns True into 1.
        return self.core_schema()

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        from .input_schema import plain_numbers  # only for those who ask for a schema

        if not self.values:
            return {"not": {}}
        return {"enum": plain_numbers(list(self.values))}

    def core_schema(self) -> CoreSchema:
        """The validator that accepts these values."""
        return core_schema.no_info_plain_validator_function(self.check)

    def check(self, value: Any) -> Any:
        """The value, if it is one of these. Raises ``PydanticCustomError``."""
        choice = self._choices.get(json_identity(value), _NOTHING)
        if choice is _NOTHING or isinstance(value, Decimal):
            from .escaping import quoted

            choices = ", ".join(quoted(choice) for choice in self.values)
            raise PydanticCustomError(
                "one_of",
                "must be one of {choices}",
                {"choices": choices, "limit": self.values},
            )
        # 1.0 is sent as the integer that is published.
        return choice if isinstance(value, float) and type(choice) is int else value

    def __repr__(self) -> str:
        return f"OneOf{self.values!r}"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, OneOf) and self._choices.keys() == other._choices.keys()
        )

    def __hash__(self) -> int:
        return hash(frozenset(self._choices))


class Pattern:
    """The text has a match of a published regular expression (ECMA-262, with the ``u`` flag).

    ``rust`` is the same expression in the syntax of pydantic's engine, where it differs. That
    engine takes linear time, and it compiles the expression when the class is first used.
    """

    __slots__ = ("published", "rust")

    def __init__(self, published: str, *, rust: str | None = None) -> None:
        self.published = published
        self.rust = published if rust is None else rust

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        matched = core_schema.str_schema(pattern=self.rust, regex_engine="rust-regex")
        # The error shows the published expression, not its translation.
        reported = core_schema.custom_error_schema(
            matched,
            "string_pattern_mismatch",
            custom_error_context={"pattern": self.published},
        )
        return core_schema.chain_schema([handler(source), reported])

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        chain = schema
        while "steps" not in chain:  # other limits are around it
            chain = chain["schema"]
        return {**handler(chain["steps"][0]), "pattern": self.published}

    def __repr__(self) -> str:
        return f"Pattern({self.published!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.published == other.published

    def __hash__(self) -> int:
        return hash(self.published)


class Requires:
    """The object has these members, which have no field."""

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = names

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            self._check, handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        described = handler(schema)
        whole = handler.resolve_ref_schema(described)
        whole["required"] = [*whole.get("required", ()), *self.names]
        return cast(dict[str, Any], described)

    def _check(self, value: Any) -> Any:
        members = wire_value(value)
        missing = [
            InitErrorDetails(type="missing", loc=(name,), input=members)
            for name in self.names
            if name not in members
        ]
        if missing:
            raise ValidationError.from_exception_data("Requires", missing)
        return value

    def __repr__(self) -> str:
        return f"Requires{self.names!r}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Requires) and self.names == other.names

    def __hash__(self) -> int:
        return hash(self.names)


class UniqueItems:
    """No two items of the list are equal, as JSON."""

    __slots__ = ()

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            _check_unique, handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "uniqueItems": True}

    def __repr__(self) -> str:
        return "UniqueItems()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UniqueItems)

    def __hash__(self) -> int:
        return hash(UniqueItems)


def _check_unique(items: Any) -> Any:
    seen: dict[Hashable, int] = {}
    for index, item in enumerate(items or ()):
        first = seen.setdefault(json_identity(wire_value(item)), index)
        if first != index:
            raise PydanticCustomError(
                "unique_items",
                "holds the same item twice, at {first} and {second}",
                {"first": first, "second": index},
            )
    return items
