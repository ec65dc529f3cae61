"""A media rule says nothing that the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runcomfy_runtime.rule import Rule as MediaRule

from ...ir.diagnostic import Severity
from ...ir.model import Model
from ...subtype.answer import Yes
from ...subtype.media_rules import rule_set, rules_imply
from ..fields import fields_with_pointers, rule_groups
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
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


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every rule that can be left out; of two that say the same, the second."""
    for model in models:
        for field, _ in fields_with_pointers(model):
            for rules in rule_groups(field):
                if not rule_set(rules.values()).empty:
                    yield from _notes(model.model_id, rules)


def _notes(model_id: str, rules: Mapping[str, MediaRule]) -> Iterator[LintFinding]:
    kept = dict(rules)
    for place in reversed([*rules]):
        rest = [rule for other, rule in kept.items() if other != place]
        rule = rules[place]
        if rule.checkable and isinstance(rules_imply(rest, [rule]), Yes):
            del kept[place]
            message = f"{rule.condition!r} says nothing that the other rules do not"
            yield LintFinding(model_id, place, message)


RULE = LintRule(ABOUT, check)
