"""The rules of the diff, by topic. A new rule is a function in its topic and a name in RULES there."""

from __future__ import annotations

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

This page is generated from `generator/runcomfy_codegen/diff/rules/`. Do not edit it; run
`pytest tests/diff --update-golden` to update it.

Every finding has a *verdict*:

- **breaking**: an example value (the *witness*) or the code of a caller shows the break.
- **risky**: the tool cannot prove that the change is harmless. The finding says why.
- **compatible**: the change is proved harmless.
- **docs-only**: only texts or samples changed.

Every finding has a *lens*, the point of view that it takes:

- **wire**: does the server still accept what the client sends, and does the client still
  understand the answer?
- **source**: does code that was written against the old generated client still type-check
  and run?

An input that accepts fewer values breaks callers; one that accepts more does not. For
outputs it is the other way round. Two spellings of the same set of values are not a change.

The generated class of an output accepts more than the published schema: fields may be
missing, members may be new, one URL may be a list, and choices are open. So on the wire, a
change of an output is breaking only if the old class refuses a new value, which the witness
shows. If the old class accepts the new values, but they were never documented, the change is
risky.
"""


def rules_page() -> str:
    """The documentation of the rules (Markdown): one section for each rule."""
    return "\n".join((_PAGE_HEAD, *map(_section, RULES)))


def _section(rule: DiffRule) -> str:
    from ...reports.markdown import rule_section

    side = " (output)" if rule.example_side is Side.OUTPUT else ""
    return rule_section(
        rule.metadata, rule.metadata.summary, f"Before{side}", f"After{side}"
    )
