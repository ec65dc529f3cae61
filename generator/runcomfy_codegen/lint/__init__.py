"""What is wrong or contradictory in published schemas, besides the problems that building finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType

from ..ir.diagnostic import EXHAUSTED, Diagnostic, Severity, too_large
from ..ir.model import Model
from ..reports.command_report import CommandReport, RuleMetadata, entry_of
from . import default_rules, field_rules, message_rules, prose_rules, range_rules
from .rule import LintRule

RULES: tuple[LintRule, ...] = tuple(
    sorted(
        (
            *message_rules.RULES,
            *prose_rules.RULES,
            *field_rules.RULES,
            *default_rules.RULES,
            *range_rules.RULES,
        ),
        key=lambda rule: rule.id,
    )
)
"""Every rule, by its code."""
LIMIT_SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "stated-limit-contradictory": "No document keeps a stated limit together with others.",
        "stated-limit-impossible": "No document that the schema and its rules allow keeps a"
        " stated limit.",
        "stated-limit-malformed": "An entry is not in the language of limits, or names no"
        " field of the model.",
        "stated-limit-redundant": "The schema implies a stated limit already.",
        "stated-limit-stale": "The words of a limit are not in the published description, or"
        " its model is gone; the limit refuses nothing.",
    }
)
"""What each code of stated limits means, in one sentence."""
_RULE_CODES = frozenset(rule.id for rule in RULES)

_PAGE_HEAD = """\
# Rules of `runcomfy-codegen lint`

This page is generated from `generator/runcomfy_codegen/lint/`. Do not edit it; run
`pytest tests/lint --update-golden` to update it.

`lint` reports these problems, and every problem that building the models finds: names that
collide, required names without a property, impossible choices, locales that differ in
structure, unsupported keywords. `--select CODE` and `--ignore CODE` accept all of these
codes, and globs over them.
"""

_LIMITS_HEAD = """\
## Stated limits

`lint` also reports what is wrong with the files of `limits/`, with file and line. How to write
a limit, and what to do about these: [limits](../limits.md).

| code | what it means |
|---|---|
"""


def lint(models: Sequence[Model]) -> tuple[Diagnostic, ...]:
    """Everything that the rules report, sorted by model, pointer and code."""
    diagnostics = [diagnostic for rule in RULES for diagnostic in _found(rule, models)]
    return tuple(
        sorted(
            diagnostics,
            key=lambda diagnostic: (
                diagnostic.model,
                diagnostic.pointer,
                diagnostic.code,
            ),
        )
    )


def _found(rule: LintRule, models: Sequence[Model]) -> list[Diagnostic]:
    try:
        return list(rule.diagnostics(models))
    except EXHAUSTED as error:
        if len(models) == 1:
            return [too_large(error, model=models[0].model_id)]
        # One model at a time, so that one ends no other.
        return [diagnostic for model in models for diagnostic in _found(rule, [model])]


def is_selected(
    code: str, *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> bool:
    """Whether a code matches a glob of ``select``, if there is one, and none of ``ignore``."""
    wanted = not select or any(fnmatchcase(code, pattern) for pattern in select)
    return wanted and not any(fnmatchcase(code, pattern) for pattern in ignore)


def lint_report(diagnostics: Sequence[Diagnostic], folder: str) -> CommandReport:
    """Diagnostics in the form that every writer understands; ``folder`` has their files."""
    below = [
        replace(diagnostic, file=_whole_path(diagnostic.file, folder))
        for diagnostic in diagnostics
    ]
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    known = {rule.id: rule.metadata.summary for rule in RULES} | {**LIMIT_SUMMARIES}
    codes = sorted({*_RULE_CODES, *(diagnostic.code for diagnostic in diagnostics)})
    return CommandReport(
        command="lint",
        document={"diagnostics": [diagnostic.printed() for diagnostic in below]},
        entries=tuple(map(entry_of, below)),
        rules=tuple(
            RuleMetadata(id=code, summary=known.get(code, "")) for code in codes
        ),
        diagnostics=tuple(below),
        summary={level.value: counts[level] for level in Severity},
        annotated={level: f"of severity {level.value}" for level in Severity},
    )


def _whole_path(file: str, folder: str) -> str:
    """The path of a document below ``folder``; unchanged if it is whole, as of other files."""
    whole = file.startswith(f"{folder}/") or not file.endswith(".json")
    return file if whole else f"{folder}/{file}"


def rules_page() -> str:
    """The documentation of the rules (Markdown): one section for each rule."""
    from ..reports.markdown import rule_section

    sections = (
        rule_section(
            rule.metadata,
            f"Severity: {rule.severity.value}. {rule.metadata.summary}",
            "Wrong",
            "Right",
        )
        for rule in RULES
    )
    return "\n".join((_PAGE_HEAD, *sections, _limit_codes_section()))


def _limit_codes_section() -> str:
    """The codes of stated limits as a section of the page of rules (Markdown)."""
    rows = "".join(
        f"| `{code}` | {summary} |\n" for code, summary in LIMIT_SUMMARIES.items()
    )
    return f"{_LIMITS_HEAD}{rows}"
