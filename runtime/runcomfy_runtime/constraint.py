"""Constraints of JSON Schema that Python annotations cannot express exactly."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


def json_identity(value: object) -> Hashable:
    """A hashable key that is equal exactly if two JSON values are equal.

    In JSON ``true`` is not a number, ``1`` equals ``1.0``, and the keys of an object have no
    order.
    """
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value), value)
    if isinstance(value, (int, float)):
        return (float, value)
    if isinstance(value, list):
        return (list, tuple(json_identity(item) for item in cast(list[object], value)))
    if isinstance(value, dict):
        members = cast(dict[str, object], value).items()
        return (
            dict,
            frozenset((name, json_identity(member)) for name, member in members),
        )
    return (object, id(value))


class OneOf:
    """The value equals one of these, as JSON: ``True`` is not ``1``, and ``1`` is ``1.0``."""

    __slots__ = ("_identities", "values")

    def __init__(self, *values: Any) -> None:
        self.values = values
        self._identities = frozenset(map(json_identity, values))

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Before pydantic validates: its Literal compares like Python, and turns True into 1.
        return core_schema.no_info_before_validator_function(
            self._check, handler(source)
        )

    def _check(self, value: Any) -> Any:
        if json_identity(value) not in self._identities:
            from .escaping import quoted

            choices = ", ".join(quoted(choice) for choice in self.values)
            raise PydanticCustomError(
                "one_of",
                "must be one of {choices}",
                {"choices": choices, "limit": self.values},
            )
        return value

    def __repr__(self) -> str:
        return f"OneOf{self.values!r}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneOf) and self._identities == other._identities

    def __hash__(self) -> int:
        return hash(self._identities)


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

    def __repr__(self) -> str:
        return f"Pattern({self.published!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.published == other.published

    def __hash__(self) -> int:
        return hash(self.published)


class UniqueItems:
    """No two items of the list are equal, as JSON."""

    __slots__ = ()

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            _check_unique, handler(source)
        )

    def __repr__(self) -> str:
        return "UniqueItems()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UniqueItems)

    def __hash__(self) -> int:
        return hash(UniqueItems)


def _check_unique(items: Any) -> Any:
    seen: dict[Hashable, int] = {}
    for index, item in enumerate(items or ()):
        first = seen.setdefault(json_identity(_plain(item)), index)
        if first != index:
            raise PydanticCustomError(
                "unique_items",
                "holds the same item twice, at {first} and {second}",
                {"first": first, "second": index},
            )
    return items


def _plain(item: Any) -> Any:
    """A nested model as the object that it represents."""
    from .model import wire_value  # whose module the class of the list comes from

    return wire_value(item)
