"""No file can keep the media rules of a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir.diagnostic import Severity
from ...ir.model import Model
from ...subtype.media_rules import rule_set
from ..fields import fields_with_pointers, rule_groups
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="contradictory-rules",
    severity=Severity.ERROR,
    notices=(
        "The media rules of a field contradict each other: no file keeps them all."
    ),
    why="Every call is refused, or the server does not do what it publishes.",
    wrong=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>", "validation_value": 4096, '
        '"validation_error": ""}, {"validation_rule": "width_pixels<", '
        '"validation_value": 4097, "validation_error": ""}]}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>", "validation_value": 300, '
        '"validation_error": ""}, {"validation_rule": "width_pixels<", '
        '"validation_value": 4097, "validation_error": ""}]}}'
    ),
    instead="Ask the publisher which of the rules is meant.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every field whose rules leave nothing."""
    for model in models:
        for field, _ in fields_with_pointers(model):
            for rules in rule_groups(field):
                if rule_set(rules.values()).empty:
                    told = ", ".join(rule.condition for rule in rules.values())
                    message = f"no file keeps all rules of {field.wire_name!r}: {told}"
                    place = next(iter(rules)).rpartition("/")[0]
                    yield LintFinding(model.model_id, place, message)


RULE = LintRule(ABOUT, check)
