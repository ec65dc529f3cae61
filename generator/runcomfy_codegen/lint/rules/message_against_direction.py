"""A media rule states the other end than its message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir.diagnostic import Severity
from ...ir.model import Model
from ..fields import fields_with_pointers
from ..message import stated_direction
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="message-against-direction",
    severity=Severity.WARNING,
    notices="A media rule is a lower limit where its message states an upper one, or the reverse.",
    why="Files that the message allows are refused, and the other way round.",
    wrong=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The width must be at most 320 pixels."}]}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 320, '
        '"validation_error": "The width must be at most 320 pixels."}]}}'
    ),
    instead="The rule decides; ask the publisher which of the two is meant.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every rule on a single measure whose message plainly states the other end."""
    for model in models:
        for field, _ in fields_with_pointers(model):
            for place, rule in zip(field.rule_places, field.rules, strict=True):
                says = stated_direction(rule.message)
                does = rule.comparison.end if rule.comparison else ""
                single = rule.expression is not None and len(rule.expression.names) == 1
                if single and says and does and says != does:
                    message = f"{rule.condition!r} is a limit at the {does} end, and its message at the {says}: {rule.message!r}"
                    yield LintFinding(model.model_id, place, message)


RULE = LintRule(ABOUT, check)
