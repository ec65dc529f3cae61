"""The documentation of the rules, written from the rules themselves (Markdown)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from .rule import LintMetadata, LintRule

_HEAD = """\
# Rules of `runcomfy-codegen lint`

Written from the rule files in `generator/runcomfy_codegen/lint/rules/`; do not edit.
`pytest tests/lint --update-golden` writes it again.

`lint` tells these beside everything that building the models notices (names that collide,
required names without a property, choices that are impossible, locales that differ in
structure, keywords that are not understood). `--select CODE` and `--ignore CODE` take any
of the codes, or globs over them.
"""


def lint_rules_page(rules: Iterable[LintRule]) -> str:
    """One section a rule, by code."""
    return "\n".join((_HEAD, *(_section(rule.about) for rule in rules)))


def _section(about: LintMetadata) -> str:
    return "\n".join(
        (
            f"## {about.code}",
            "",
            f"Severity: {about.severity.value}. {about.notices}",
            "",
            about.why,
            "",
            "Wrong:",
            "",
            _schema(about.wrong),
            "",
            "Right:",
            "",
            _schema(about.right),
            "",
            f"What to do: {about.instead}",
            "",
        )
    )


def _schema(text: str) -> str:
    pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return f"```json\n{pretty}\n```"
