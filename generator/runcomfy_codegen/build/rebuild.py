"""A type with all its fields changed, however deep they lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..ir.model import Array, Field, Nullable, Object, Type, Union


def rebuilt(kind: Type, change: Callable[[Field], Field]) -> Type:
    """The type, each field below it changed after those inside its own type."""

    def inner(each: Type) -> Type:
        return rebuilt(each, change)

    match kind:
        case Object(fields=fields, extra=extra):
            changed = (change(replace(each, type=inner(each.type))) for each in fields)
            kept = None if extra is None else inner(extra)
            return replace(kind, fields=tuple(changed), extra=kept)
        case Array(items=items):
            return replace(kind, items=inner(items))
        case Nullable(inner=bare):
            return Nullable(inner(bare))
        case Union(options=options):
            return Union(tuple(map(inner, options)))
        case _:
            return kind
