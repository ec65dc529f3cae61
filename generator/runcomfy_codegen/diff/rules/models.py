"""Rules about whole models: added, removed, renamed, or published differently in one language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..compare.facts import LocaleDrifted, ModelAdded, ModelRemoved, ModelRenamed, Side
from ..finding import DiffFinding, DiffVerdict, Lens
from ..rule import RuleResult, diff_rule


@diff_rule(
    "model-added",
    ModelAdded,
    summary="A model is new, or the configuration selects it now.",
    why="New modules and classes break no caller.",
    before="",
    after='{"properties": {"prompt": {"type": "string"}}}',
    advice="Regenerate the client to call it.",
)
def model_added(fact: ModelAdded) -> Iterator[RuleResult]:
    """A new model is harmless."""
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.COMPATIBLE,
        message="the model is new",
    )


@diff_rule(
    "model-removed",
    ModelRemoved,
    summary="A model is no longer published, or the configuration no longer selects it.",
    why=(
        "Every call of a model that is no longer published fails. The module of the "
        "model is gone from the generated client either way."
    ),
    before='{"properties": {"prompt": {"type": "string"}}}',
    after="",
    advice="Choose another model, or keep the old client until the callers use one.",
)
def model_removed(fact: ModelRemoved) -> Iterator[RuleResult]:
    """Calls fail, and code that uses the module breaks."""
    for lens in Lens:
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.BREAKING,
            message="the model is no longer published",
            lens=lens,
        )


@diff_rule(
    "model-renamed",
    ModelRenamed,
    summary=(
        "A model was removed, and one that accepts the same inputs was added under a "
        "similar id."
    ),
    why=(
        "Calls of the old id fail. The change is reported once, not as a removal and "
        "an addition."
    ),
    before=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    after=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    advice="Change the id, or the import of the module, in the callers.",
)
def model_renamed(fact: ModelRenamed) -> Iterator[RuleResult]:
    """Calls of the old id fail; the module may have kept its name."""
    for lens in Lens if fact.moved else (Lens.WIRE,):
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.BREAKING,
            message=(
                f"the model is gone, and {fact.new.model_id!r} is new with the same inputs:"
                " probably a rename"
            ),
            lens=lens,
            old=fact.old.model_id,
            new=fact.new.model_id,
        )


@diff_rule(
    "locale-drifted",
    LocaleDrifted,
    summary=(
        "The schema in one language now differs in structure from the default "
        "language."
    ),
    why="One of the two pages is out of date. The schemas do not say which one.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer", "maximum": 9}}}',
    advice=(
        "Import the page in that language again, and check which of the two is right."
    ),
)
def locale_drifted(fact: LocaleDrifted) -> Iterator[RuleResult]:
    """Two pages contradict each other."""
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.RISKY,
        message=f"the schema in {fact.locale!r} now differs in structure",
        new=fact.locale,
        reason="one of the two languages is out of date, and it is unknown which",
    )


def selection_findings(
    dropped: Iterable[str], taken_up: Iterable[str]
) -> Iterator[DiffFinding]:
    """The findings for published models that the configuration selects no more, or only now."""
    for model in dropped:
        yield DiffFinding(
            rule=model_removed.id,
            model=model,
            side=Side.INPUT,
            lens=Lens.SOURCE,
            pointer="",
            verdict=DiffVerdict.BREAKING,
            message="the configuration no longer selects the model",
            identity=("selected", ""),
            hint="Select the model, or change the callers that import its module.",
        )
    for model in taken_up:
        yield DiffFinding(
            rule=model_added.id,
            model=model,
            side=Side.INPUT,
            lens=Lens.SOURCE,
            pointer="",
            verdict=DiffVerdict.COMPATIBLE,
            message="the configuration selects the model now",
            identity=("", "selected"),
        )


RULES = (
    model_added,
    model_removed,
    model_renamed,
    locale_drifted,
)
