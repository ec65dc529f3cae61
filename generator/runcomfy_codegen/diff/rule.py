"""What a rule of the diff is: texts that explain it, and a judgement about facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..subtype.answer import Answer, No, Unsure, Yes
from .compare.facts import Facet, Fact, SchemaLocation, Side, ValuesChanged
from .finding import DiffFinding, DiffVerdict, Lens, Witness

READ_BY_OLD_CLASSES = "old classes read it, and hand on what no caller was told of"
"""Why a change of an output is risky that a generated class survives."""

JudgeFact: TypeAlias = Callable[[Fact], Iterator["Judgement"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rule says about one fact; the rule's own words make a finding of it."""

    place: SchemaLocation
    verdict: DiffVerdict
    message: str
    lens: Lens = Lens.WIRE
    old: str = ""
    new: str = ""
    identity: tuple[str, str] | None = None
    witness: Witness | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffMetadata:
    """What a rule notices, why that matters, an example, and what to do about it.

    ``before`` and ``after`` are JSON texts of a schema on the ``side`` that the example is
    about; an empty one is a model that is not there.
    """

    id: str
    notices: str
    why: str
    before: str
    after: str
    instead: str
    side: Side = Side.INPUT


@dataclass(frozen=True, slots=True)
class DiffRule:
    """One rule: its texts, and its judgement."""

    about: DiffMetadata
    judge: JudgeFact

    def findings(self, fact: Fact) -> Iterator[DiffFinding]:
        """The findings of this rule about a fact; none if it is not the rule's business."""
        for each in self.judge(fact):
            hurts = each.verdict in (DiffVerdict.BREAKING, DiffVerdict.RISKY)
            yield DiffFinding(
                rule=self.about.id,
                model=each.place.model_id,
                side=each.place.side,
                lens=each.lens,
                pointer=each.place.pointer,
                verdict=each.verdict,
                message=each.message,
                old=each.old,
                new=each.new,
                identity=each.identity or (each.old, each.new),
                witness=each.witness,
                reason=each.reason,
                hint=self.about.instead if hurts else "",
            )


def narrowed(fact: Fact, facet: Facet, message: str) -> Iterator[Judgement]:
    """Values that were accepted and no longer are: callers send them, servers sent them."""
    if isinstance(fact, ValuesChanged) and fact.facet is facet:
        hurt = Side.INPUT
        told = f"without {fact.lost}" if fact.lost else _change_in_words(fact)
        yield from _values(fact, fact.kept, fact.covered, hurt, f"{message}: {told}")


def widened(fact: Fact, facet: Facet, message: str) -> Iterator[Judgement]:
    """Values that are accepted now and were not: harmless to send, maybe not to receive."""
    if isinstance(fact, ValuesChanged) and fact.facet is facet:
        hurt = Side.OUTPUT
        told = f"also {fact.gained}" if fact.gained else _change_in_words(fact)
        found = _values(fact, fact.covered, fact.kept, hurt, f"{message}: {told}")
        yield from (_as_read(each, fact.read) for each in found)


def _as_read(told: Judgement, read: Answer | None) -> Judgement:
    """Values that nobody published break callers if the generated class refuses them."""
    if told.verdict is not DiffVerdict.BREAKING or read is None:
        return told
    if isinstance(read, No):
        return replace(told, witness=Witness(read.witness))
    return replace(told, verdict=DiffVerdict.RISKY, reason=READ_BY_OLD_CLASSES)


def _change_in_words(fact: ValuesChanged) -> str:
    return f"{fact.old} → {fact.new}" if fact.old and fact.new else fact.old or fact.new


def _values(
    fact: ValuesChanged, answer: Answer, mirror: Answer, hurt: Side, message: str
) -> Iterator[Judgement]:
    if not is_worth_reporting(answer, mirror, fact.place.side is hurt):
        return
    yield Judgement(
        place=fact.place,
        verdict=verdict_of(answer, hurts=fact.place.side is hurt),
        message=message,
        old=fact.old,
        new=fact.new,
        identity=fact.identity,
        witness=witness_of(answer),
        reason=reason_of(answer),
    )


def is_worth_reporting(answer: Answer, mirror: Answer, hurts: bool) -> bool:
    """Whether a difference in one direction is worth a finding of its own.

    A difference that is only suspected is told where it would hurt, and elsewhere only if
    the other direction has nothing to tell.
    """
    if isinstance(answer, Unsure):
        return hurts or isinstance(mirror, Yes)
    return isinstance(answer, No)


def verdict_of(answer: Answer, *, hurts: bool) -> DiffVerdict:
    """Breaking if a witness shows it, risky if it is only suspected, else harmless."""
    if not hurts:
        return DiffVerdict.COMPATIBLE
    return DiffVerdict.BREAKING if isinstance(answer, No) else DiffVerdict.RISKY


def witness_of(answer: Answer) -> Witness | None:
    """The witness of a ``No``."""
    return Witness(answer.witness) if isinstance(answer, No) else None


def reason_of(answer: Answer) -> str:
    """The reason of an ``Unsure``."""
    return answer.reason if isinstance(answer, Unsure) else ""
