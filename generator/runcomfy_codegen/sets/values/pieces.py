"""A type as the list of its alternatives, none of which is itself a union."""

from __future__ import annotations

from ...ir.model import (
    NULL,
    Anything,
    Array,
    Boolean,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)

EVERYTHING: tuple[Type, ...] = (
    NULL,
    Boolean(),
    Numeric(integral=False),
    Text(),
    Array(items=Anything()),
    Object(name="", extra=Anything()),
)
"""The six types of JSON, which together are ``Anything``."""


def pieces(kind: Type) -> tuple[Type, ...]:
    """The alternatives of a type: its unions opened, and null as one of them."""
    match kind:
        case Union(options=options):
            return tuple(piece for option in options for piece in pieces(option))
        case Nullable(inner=inner):
            return (*pieces(inner), NULL)
        case _:
            return (kind,)
