"""The rules of the diff, by topic. A new rule is a function in its topic and a name in RULES there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...ir.model import Model
from ..compare import compare
from ..compare.facts import Fact, ModelRenamed, Side
from ..compare.outputs import NO_PUBLISHED_OUTPUTS, PublishedOutputs
from ..compare.published import NO_TEXTS, PublishedTexts, text_facts, unknown_changes
from ..compare.source import NO_SURFACES, Surfaces
from ..finding import DiffFinding, DiffVerdict, Lens
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
- **docs-only**: only texts, samples, suggestions or catalog facts changed.

A finding about values has a witness: a value that the old schema accepted and the new one
refuses; for media rules, the measures of such a file. If only the annotation in code changed,
there may be none. Some breaks no value can show: `class-removed`, `field-removed`,
`field-renamed`, `media-kind-changed`, `model-removed`, `model-renamed`, `name-changed`.
Risky findings have a reason in place of a witness.

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


# The diff as a function: models in, findings out.


_RULES_BY_FACT: dict[type[Fact], list[DiffRule]] = {}
for _rule in RULES:
    _RULES_BY_FACT.setdefault(_rule.fact_type, []).append(_rule)


def judge(facts: Iterable[Fact]) -> tuple[DiffFinding, ...]:
    """What the rules say about these facts, sorted by model, side, pointer, lens and rule."""
    findings = (
        finding
        for fact in facts
        for rule in _RULES_BY_FACT.get(type(fact), ())
        for finding in rule.findings(fact)
    )
    return in_order(findings)


def diff(
    old: Iterable[Model],
    new: Iterable[Model],
    outputs: PublishedOutputs = NO_PUBLISHED_OUTPUTS,
    texts: PublishedTexts = NO_TEXTS,
    surfaces: Surfaces = NO_SURFACES,
) -> tuple[DiffFinding, ...]:
    """What a change of models means for callers of the old ones.

    The output of a model is what its class can parse; ``outputs`` are the published ones.
    ``texts`` are the texts in all languages; a model has only one of them.
    ``surfaces`` are what callers see of the models: without them, nothing is said of code.
    """
    old, new = tuple(old), tuple(new)
    facts = tuple(compare(old, new, outputs, surfaces))
    findings = judge((*facts, *text_facts(texts, facts)))
    rest = judge(_unknown_changes(old, new, facts, findings))
    return in_order((*findings, *rest)) if rest else findings


def _unknown_changes(
    old: Iterable[Model],
    new: Iterable[Model],
    facts: Iterable[Fact],
    findings: Iterable[DiffFinding],
) -> Iterator[Fact]:
    """What differs, is not reported yet, and has unsupported keywords."""
    reported: defaultdict[str, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.lens is Lens.WIRE and finding.verdict.reaches(DiffVerdict.RISKY):
            reported[finding.model].add(finding.pointer)
    after = {model.model_id: model for model in new}
    renamed = {
        fact.old.model_id: fact.new for fact in facts if isinstance(fact, ModelRenamed)
    }
    for model in old:
        name = model.model_id
        other = renamed.get(name) or after.get(name)
        if other is not None and other.published != model.published:
            yield from unknown_changes(model, other, name, reported[name])


def in_order(findings: Iterable[DiffFinding]) -> tuple[DiffFinding, ...]:
    """Findings by model, side, pointer, lens and rule."""
    return tuple(sorted(findings, key=_order))


def _order(finding: DiffFinding) -> tuple[str, ...]:
    return (
        finding.model,
        finding.side.value,
        finding.pointer,
        finding.lens.value,
        finding.rule,
    )
