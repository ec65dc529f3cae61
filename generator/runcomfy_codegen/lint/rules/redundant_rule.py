"""A media rule says nothing that the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runcomfy_runtime.rule import Rule as MediaRule

from ...ir.diagnostic import Severity
from ...ir.model import Model
from ...sets.answer import Yes
from ...sets.media.contains import rules_inside
from ...sets.media.region import region
from ..fields import placed
from ..rule import About, Note, Rule

ABOUT = About(
    code="redundant-rule",
    severity=Severity.WARNING,
    notices=(
        "A media rule is implied by the other rules of its field, or by what can be"
        " measured at all."
    ),
    why=(
        "A rule without effect is usually a slip: another limit or operator was "
        "meant."
    ),
    wrong=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}, {"validation_rule": "width_pixels<", '
        '"validation_value": 5000, "validation_error": ""}]}}'
    ),
    right=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}]}}'
    ),
    instead="Ask the publisher whether another limit was meant.",
)


def check(models: Sequence[Model]) -> Iterator[Note]:
    """Every rule that can be left out; of two that say the same, the second."""
    for model in models:
        for field, pointer in placed(model):
            if not region(field.rules).empty:
                for index in _redundant(field.rules):
                    rule = field.rules[index]
                    told = f"{rule.metric} {rule.operator} {rule.limit}"
                    message = f"{told!r} says nothing that the other rules do not"
                    yield Note(
                        model.model_id, f"{pointer}/validations/{index}", message
                    )


def _redundant(rules: Sequence[MediaRule]) -> Iterator[int]:
    kept = list(range(len(rules)))
    for index in reversed(range(len(rules))):
        rest = [rules[other] for other in kept if other != index]
        implied = isinstance(rules_inside(rest, [rules[index]]), Yes)
        if rules[index].checkable and implied:
            kept.remove(index)
            yield index


RULE = Rule(ABOUT, check)
