"""A media rule's message names other numbers than its limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir.diagnostic import Severity
from ...ir.model import Model
from ..fields import fields_with_pointers
from ..message import stated_numbers
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="message-against-limit",
    severity=Severity.WARNING,
    notices=(
        "The message of a media rule names numbers, and the limit is none of them."
    ),
    why=(
        "A caller who believes the message sends files that are refused, or keeps "
        "back files that are fine."
    ),
    wrong=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "file_size_mb<=", "validation_value": 15, '
        '"validation_error": "Each file must be at most 10 MB."}]}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "file_size_mb<=", "validation_value": 15, '
        '"validation_error": "Each file must be at most 15 MB."}]}}'
    ),
    instead="The rule decides; tell the publisher that the message is wrong.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every rule whose message names other numbers only."""
    for model in models:
        for field, _ in fields_with_pointers(model):
            for place, rule in zip(field.rule_places, field.rules, strict=True):
                named = stated_numbers(rule.message)
                if rule.checkable and named and rule.threshold not in named:
                    told = rule.condition
                    message = f"{told!r}, but its message says {rule.message!r}"
                    yield LintFinding(model.model_id, place, message)


RULE = LintRule(ABOUT, check)
