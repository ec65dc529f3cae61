"""A field names media by URL, and no format says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir.diagnostic import Severity
from ...ir.model import Model, Text, Type, types_in
from ..fields import fields_with_pointers
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="media-without-format",
    severity=Severity.INFO,
    notices=(
        "A field names media by URL, told by its rules, its sample or its name "
        "alone."
    ),
    why="Tools that go by the format miss the field.",
    wrong=(
        '{"image_url": {"type": "string", "validations": [{"validation_rule": '
        '"width_pixels<=", "validation_value": 4096, "validation_error": ""}]}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}]}}'
    ),
    instead="Nothing needs to be done here: the field is taken as media.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every media field whose texts have no format."""
    for model in models:
        for field, pointer in fields_with_pointers(model):
            if field.media is not None and not _has_format(field.type):
                message = f"{field.wire_name!r} names {field.media.value} files, without a format"
                yield LintFinding(model.model_id, pointer, message)


def _has_format(kind: Type) -> bool:
    return any(isinstance(each, Text) and each.format for each in types_in(kind))


RULE = LintRule(ABOUT, check)
