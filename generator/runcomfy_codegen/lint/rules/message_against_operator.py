"""A media rule is strict where its message is not, or the reverse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runcomfy_runtime.rule import Rule

from ...ir.diagnostic import Severity
from ...ir.model import Model
from ..fields import fields_with_pointers
from ..message import stated_inclusiveness
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="message-against-operator",
    severity=Severity.WARNING,
    notices=(
        "The message of a media rule includes the limit itself, and its operator "
        "does not, or the reverse."
    ),
    why=(
        "A caller who believes the message meets a refusal at the limit. The rule "
        "decides; the message is only quoted."
    ),
    wrong=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>", "validation_value": 320, '
        '"validation_error": "The width must be at least 320 pixels."}]}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The width must be at least 320 pixels."}]}}'
    ),
    instead="Stay clear of the limit itself, and tell the publisher.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every rule whose message plainly says the other kind of bound."""
    for model in models:
        for field, _ in fields_with_pointers(model):
            for place, rule in zip(field.rule_places, field.rules, strict=True):
                says = stated_inclusiveness(rule.message)
                does = _inclusiveness(rule)
                if says and does and says != does:
                    told = rule.condition
                    message = f"{told!r} is {does}, and its message is {says}: {rule.message!r}"
                    yield LintFinding(model.model_id, place, message)


def _inclusiveness(rule: Rule) -> str:
    """Whether the limit itself is allowed; empty if the rule limits no end."""
    if rule.comparison is None or not rule.comparison.end:
        return ""
    return "inclusive" if rule.comparison.equal else "exclusive"


RULE = LintRule(ABOUT, check)
