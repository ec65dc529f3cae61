"""What a rule of the diff is: texts that explain it, and a judgement about facts of one kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from ..reports.command_report import RuleMetadata
from ..subtype.answer import Answer, No, Unsure, Yes
from .compare.facts import Fact, SchemaLocation, Side
from .finding import DiffFinding, DiffVerdict, Lens, Witness

READ_BY_OLD_CLASSES = (
    "the old client can parse these values, but they were never documented"
)
"""Why a change of an output is risky that a generated class survives."""

FactT = TypeVar("FactT")


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


Judge: TypeAlias = Callable[[FactT], Iterator[Judgement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRule:
    """One rule: its texts, the kind of facts that it judges, and its judgement.

    The examples of the texts are schemas on the ``example_side``; an empty one is a model
    that is not there.
    """

    metadata: RuleMetadata
    fact_type: type[Any]
    judge: Judge[Any]
    example_side: Side = Side.INPUT

    @property
    def id(self) -> str:
        """The name of the rule in reports and approvals."""
        return self.metadata.id

    def findings(self, fact: Fact) -> Iterator[DiffFinding]:
        """The findings of this rule about a fact of its kind."""
        for judgement in self.judge(fact):
            hurts = judgement.verdict.reaches(DiffVerdict.RISKY)
            yield DiffFinding(
                rule=self.id,
                model=judgement.place.model_id,
                side=judgement.place.side,
                lens=judgement.lens,
                pointer=judgement.place.pointer,
                verdict=judgement.verdict,
                message=judgement.message,
                old=judgement.old,
                new=judgement.new,
                identity=judgement.identity or (judgement.old, judgement.new),
                witness=judgement.witness,
                reason=judgement.reason,
                hint=self.metadata.advice if hurts else "",
            )


def diff_rule(
    rule_id: str,
    fact_type: type[FactT],
    *,
    summary: str,
    why: str,
    before: str,
    after: str,
    advice: str,
    example_side: Side = Side.INPUT,
) -> Callable[[Judge[FactT]], DiffRule]:
    """Makes a rule of a function that judges facts of one kind."""
    metadata = RuleMetadata(
        id=rule_id, summary=summary, why=why, before=before, after=after, advice=advice
    )

    def rule(judge: Judge[FactT]) -> DiffRule:
        return DiffRule(
            metadata=metadata,
            fact_type=fact_type,
            judge=judge,
            example_side=example_side,
        )

    return rule


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
