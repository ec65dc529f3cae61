"""No value can be right for a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir.diagnostic import Severity
from ...ir.model import Array, Model, Nullable, Type, Union
from ...subtype.accepts import is_empty
from ..fields import fields_with_pointers
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="impossible-value",
    severity=Severity.ERROR,
    notices=(
        "The bounds of a field, or of one of its alternatives, contradict each other: no "
        "value keeps them all."
    ),
    why="A required field of this kind makes every call fail.",
    wrong='{"steps": {"type": "integer", "minimum": 5, "maximum": 4}}',
    right='{"steps": {"type": "integer", "minimum": 4, "maximum": 5}}',
    instead="Ask the publisher which of the bounds is meant.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every field whose type leaves nothing."""
    for model in models:
        for field, pointer in fields_with_pointers(model):
            if is_empty(field.type):
                message = f"no value can be right for {field.wire_name!r}"
                yield LintFinding(model.model_id, pointer, message)
            elif any(map(is_empty, _alternatives(field.type))):
                message = f"no value is one of an alternative of {field.wire_name!r}"
                yield LintFinding(model.model_id, pointer, message)


def _alternatives(kind: Type) -> Iterator[Type]:
    """The alternatives of a type itself, and of its items; fields tell their own."""
    match kind:
        case Union(options=options):
            yield from options
            for option in options:
                yield from _alternatives(option)
        case Nullable(inner=inner):
            yield inner
            yield from _alternatives(inner)
        case Array(items=items):
            yield items
            yield from _alternatives(items)
        case _:
            pass


RULE = LintRule(ABOUT, check)
