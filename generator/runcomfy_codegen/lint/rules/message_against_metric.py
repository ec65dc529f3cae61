"""A media rule's message speaks of another measure, or in another unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from runcomfy_runtime.metrics_and_operators import METRICS

from ...ir.diagnostic import Severity
from ...ir.model import Model
from ..fields import fields_with_pointers
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="message-against-metric",
    severity=Severity.WARNING,
    notices="The message of a media rule names another measure than the rule, or another unit.",
    why="A caller who believes the message changes the wrong thing, or too much of it.",
    wrong=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The height must be at least 320 pixels."}]}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The width must be at least 320 pixels."}]}}'
    ),
    instead="The rule decides; tell the publisher that the message is wrong.",
)

_OTHER_WORDS = {
    name: re.compile(row.other_words, re.IGNORECASE)
    for name, row in METRICS.items()
    if row.other_words
}


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every rule whose message names something else, and not what the rule measures."""
    for model in models:
        for field, _ in fields_with_pointers(model):
            for place, rule in zip(field.rule_places, field.rules, strict=True):
                others, text = _OTHER_WORDS.get(rule.metric), rule.message.lower()
                if others is None or METRICS[rule.metric].word in text:
                    continue
                if others.search(text):
                    message = f"{rule.condition!r}, and its message is about something else: {rule.message!r}"
                    yield LintFinding(model.model_id, place, message)


RULE = LintRule(ABOUT, check)
