"""What callers write that is not what is published: the names of fields and classes."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.json_text import pointer_token
from ..ir.model import Array, Field, Model, Nullable, Object, Type, Union
from ..targets.python.annotations import is_class
from .lock_entry import GivenNames


def names_of(model: Model) -> GivenNames:
    """The names that code uses for a model."""
    fields: dict[str, str] = {}
    classes: dict[str, str] = {}
    for side, top in (("input", model.input), ("output", model.output)):
        for place, each in _named(top, side):
            if isinstance(each, Object):
                classes[place] = each.name
            elif each.name != each.wire_name:
                fields[place] = each.name
        # Every module has these two.
        classes.pop(side, None)
    return GivenNames(fields, classes)


def _named(kind: Type, place: str) -> Iterator[tuple[str, Field | Object]]:
    """Every field and class below a type, with its place."""
    match kind:
        case Object(fields=fields, extra=extra):
            if is_class(kind):
                yield place, kind
            for each in fields:
                below = f"{place}/{pointer_token(each.wire_name)}"
                yield below, each
                yield from _named(each.type, below)
            if extra is not None:
                yield from _named(extra, f"{place}/*")
        case Array(items=inner) | Nullable(inner=inner):
            yield from _named(inner, place)
        case Union(options=options):
            for index, option in enumerate(options):
                yield from _named(option, f"{place}|{index}")
        case _:
            return
