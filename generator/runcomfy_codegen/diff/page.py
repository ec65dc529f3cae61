"""The documentation of the rules, written from the rules themselves (Markdown)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from .compare.facts import Side
from .rule import DiffMetadata, DiffRule

_HEAD = """\
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


def diff_rules_page(rules: Iterable[DiffRule]) -> str:
    """One section a rule, by id."""
    return "\n".join((_HEAD, *(_section(rule.about) for rule in rules)))


def _section(about: DiffMetadata) -> str:
    side = " (output)" if about.side is Side.OUTPUT else ""
    return "\n".join(
        (
            f"## {about.id}",
            "",
            about.notices,
            "",
            about.why,
            "",
            f"Before{side}:",
            "",
            _schema(about.before),
            "",
            f"After{side}:",
            "",
            _schema(about.after),
            "",
            f"What to do: {about.instead}",
            "",
        )
    )


def _schema(text: str) -> str:
    if not text:
        return "no such model"
    pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return f"```json\n{pretty}\n```"
