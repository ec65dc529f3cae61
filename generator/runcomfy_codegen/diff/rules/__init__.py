"""The rules of the diff, by topic. A rule explains itself, shows an example, and judges facts."""

from __future__ import annotations

from ...reports.rule_page import rule_section
from ..compare.facts import Side
from ..rule import DiffRule
from . import facets, fields, keywords, media, models, source

RULES: tuple[DiffRule, ...] = tuple(
    sorted(
        (
            *facets.RULES,
            *fields.RULES,
            *keywords.RULES,
            *media.RULES,
            *models.RULES,
            *source.RULES,
        ),
        key=lambda rule: rule.id,
    )
)
"""Every rule, by its id."""

_PAGE_HEAD = """\
# Rules of `runcomfy-codegen diff`

Written from the rule files in `generator/runcomfy_codegen/diff/rules/`; do not edit.
`pytest tests/diff --update-golden` writes it again.

A finding has a *verdict*. **breaking**: a witness, or the code of a caller, shows the
break. **risky**: nobody can say that it is harmless, and the finding says why.
**compatible**: proved harmless. **docs-only**: texts and samples.

A finding looks through a *lens*. **wire**: would the server still take, and the client
still understand, what is sent? **source**: does code written against the old generated
client still type-check and run?

What narrows an input breaks callers, and what widens it does not; for outputs it is the
other way round. Where two spellings mean one set, nothing is reported.

An output is published, and its generated class reads more than that: fields may be
missing, members new, one URL a list, choices are open. So on the wire an output is
breaking where the old class refuses what may come now, which the witness shows; where the
class reads it, though no caller was told of it, the change is risky.
"""


def rules_page() -> str:
    """The documentation of the rules (Markdown): one section a rule."""
    return "\n".join((_PAGE_HEAD, *map(_section, RULES)))


def _section(rule: DiffRule) -> str:
    side = " (output)" if rule.example_side is Side.OUTPUT else ""
    return rule_section(
        rule.metadata, rule.metadata.summary, f"Before{side}", f"After{side}"
    )
