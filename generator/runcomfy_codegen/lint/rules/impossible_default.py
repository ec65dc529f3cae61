"""A field refuses its own default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir.diagnostic import Severity
from ...ir.exact import exact_value
from ...ir.model import Model, Value
from ...subtype.accepts import accepts
from ..fields import fields_with_pointers
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="impossible-default",
    severity=Severity.WARNING,
    notices="The published default of a field is not what its schema accepts.",
    why="The server would refuse its own default if it were sent.",
    wrong='{"steps": {"type": "integer", "maximum": 50, "default": 60}}',
    right='{"steps": {"type": "integer", "maximum": 50, "default": 50}}',
    instead="Do not rely on the published default.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every field that refuses its default; an empty text or list stands for none."""
    for model in models:
        for field, pointer in fields_with_pointers(model):
            told = field.default
            if told is None or told.text in ('""', "[]"):
                continue
            if accepts(field.type, exact_value(told)) is False:
                message = f"{field.wire_name!r} refuses its own default {_short(told)}"
                yield LintFinding(model.model_id, f"{pointer}/default", message)


def _short(value: Value) -> str:
    return value.text if len(value.text) <= 60 else f"{value.text[:59]}…"


RULE = LintRule(ABOUT, check)
