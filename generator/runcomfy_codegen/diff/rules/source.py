"""Rules about code that was written against the generated client: annotations, classes, names."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype import Yes
from ..compare.facts import AnnotationChanged, ClassRemoved, NameChanged, Side
from ..compare.fingerprint import type_identity
from ..finding import DiffVerdict, Lens
from ..rule import RuleResult, diff_rule, reason_of, verdict_of, witness_of


@diff_rule(
    "annotation-narrowed",
    AnnotationChanged,
    summary="The type annotation of an input field accepts fewer values.",
    why=(
        "Code that passes the old values no longer type-checks, whatever the server "
        "does. Bounds are not part of an annotation."
    ),
    before='{"properties": {"mode": {"type": "string"}}}',
    after='{"properties": {"mode": {"type": "string", "enum": ["fast", "good"]}}}',
    advice=(
        "Run the type checker over the callers with the new client, and fix what it "
        "reports."
    ),
)
def annotation_narrowed(fact: AnnotationChanged) -> Iterator[RuleResult]:
    """An input. Lists are invariant in Python, so even a wider item type can break code."""
    if fact.location.side is Side.OUTPUT:
        return
    hurts = not isinstance(fact.old_in_new, Yes)
    if hurts or fact.has_list:
        yield RuleResult(
            location=fact.location,
            verdict=verdict_of(fact.old_in_new, hurts=True),
            message=f"the annotation accepts other values: {fact.old} → {fact.new}",
            lens=Lens.SOURCE,
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.lost),
            reason=(
                reason_of(fact.old_in_new) if hurts else "lists are invariant in Python"
            ),
        )


@diff_rule(
    "annotation-widened",
    AnnotationChanged,
    example_side=Side.OUTPUT,
    summary="The type annotation of an output field includes more values.",
    why=(
        "Code that reads the field no longer type-checks, or receives a value of "
        "another type."
    ),
    before='{"properties": {"count": {"type": "integer"}}}',
    after='{"properties": {"count": {"type": "number"}}}',
    advice=(
        "Run the type checker over the callers with the new client, and fix what it "
        "reports."
    ),
)
def annotation_widened(fact: AnnotationChanged) -> Iterator[RuleResult]:
    """An output: new values in the annotation are a problem for readers."""
    if fact.location.side is Side.INPUT:
        return
    if not isinstance(fact.new_in_old, Yes):
        yield RuleResult(
            location=fact.location,
            verdict=verdict_of(fact.new_in_old, hurts=True),
            message=f"the annotation includes other values: {fact.old} → {fact.new}",
            lens=Lens.SOURCE,
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.gained),
            reason=reason_of(fact.new_in_old),
        )


@diff_rule(
    "class-removed",
    ClassRemoved,
    summary="The generated class of a nested object is gone, or has another name.",
    why="Code that uses the class no longer imports, and does not type-check.",
    before=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": '
        '{"type": "string"}}}}}'
    ),
    after='{"properties": {"lora": {"type": "object"}}}',
    advice="Use the new class, or plain values if there is no class any more.",
)
def class_removed(fact: ClassRemoved) -> Iterator[RuleResult]:
    """Code that uses the class breaks."""
    now = f"is called {fact.new!r} now" if fact.new else "is no longer generated"
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.BREAKING,
        message=f"the class {fact.old!r} {now}",
        lens=Lens.SOURCE,
        old=fact.old,
        new=fact.new,
        identity=(fact.old, f"{fact.new} {type_identity(fact.new_type)}"),
    )


@diff_rule(
    "name-changed",
    NameChanged,
    summary=(
        "A field or a module has another name in code, because the names in the "
        "configuration changed. The published name is the same."
    ),
    why="Code that uses the old name does not type-check.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer"}}}',
    advice="Change the name in the callers, or keep the old one in the configuration.",
)
def name_changed(fact: NameChanged) -> Iterator[RuleResult]:
    """Code that uses the old name breaks."""
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.BREAKING,
        message=f"the {fact.what} is called {fact.new!r} in code now, not {fact.old!r}",
        lens=Lens.SOURCE,
        old=fact.old,
        new=fact.new,
    )


RULES = (
    annotation_narrowed,
    annotation_widened,
    class_removed,
    name_changed,
)
