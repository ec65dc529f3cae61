"""The rules of the lint, one a file: what it notices, why, an example, the check."""

from __future__ import annotations

from ..rule import LintRule
from . import (
    contradictory_rules,
    enum_case_drift,
    impossible_default,
    impossible_sample,
    impossible_value,
    media_without_format,
    message_against_direction,
    message_against_limit,
    message_against_metric,
    message_against_operator,
    prose_limit,
    redundant_rule,
)

RULES: tuple[LintRule, ...] = (
    contradictory_rules.RULE,
    enum_case_drift.RULE,
    impossible_default.RULE,
    impossible_sample.RULE,
    impossible_value.RULE,
    media_without_format.RULE,
    message_against_direction.RULE,
    message_against_limit.RULE,
    message_against_metric.RULE,
    message_against_operator.RULE,
    prose_limit.RULE,
    redundant_rule.RULE,
)
"""Every rule, by its name."""
