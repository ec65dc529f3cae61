"""The documentation of rules, written from the rules themselves (Markdown)."""

from __future__ import annotations

import json

from .command_report import RuleMetadata


def rule_section(
    rule: RuleMetadata, lead: str, before_label: str, after_label: str
) -> str:
    """The section of one rule; ``lead`` is its first paragraph."""
    return "\n".join(
        (
            f"## {rule.id}",
            "",
            lead,
            "",
            rule.why,
            "",
            f"{before_label}:",
            "",
            _schema(rule.before),
            "",
            f"{after_label}:",
            "",
            _schema(rule.after),
            "",
            f"What to do: {rule.advice}",
            "",
        )
    )


def _schema(text: str) -> str:
    if not text:
        return "no such model"
    pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return f"```json\n{pretty}\n```"
