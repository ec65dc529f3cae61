"""What a diff rule is: texts that explain it, and a function that judges facts of one kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from ..reports.command_report import RuleMetadata
from ..subtype import Answer, No, Unsure, Yes
from .compare.facts import Fact, SchemaLocation, Side
from .finding import DiffFinding, DiffVerdict, Lens, Witness

READ_BY_OLD_CLASSES = (
    "the old client can parse these values, but they were never documented"
)
"""Why a change of an output is risky although the generated class can parse it."""

FactT = TypeVar("FactT")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What a rule says about one fact. With the texts of the rule it becomes a finding."""

    location: SchemaLocation
    verdict: DiffVerdict
    message: str
    lens: Lens = Lens.WIRE
    old: str = ""
    new: str = ""
    identity: tuple[str, str] | None = None
    witness: Witness | None = None
    reason: str = ""


Judge: TypeAlias = Callable[[FactT], Iterator[RuleResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRule:
    """One rule: its texts, the kind of facts that it judges, and the function that does it.

    The examples in the texts are schemas of the ``example_side``. An empty one means a
    model that does not exist.
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
                model=judgement.location.model_id,
                side=judgement.location.side,
                lens=judgement.lens,
                pointer=judgement.location.pointer,
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
    """Makes a rule from a function that judges facts of one kind."""
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
    """Whether a difference in one direction deserves a finding of its own.

    An unproved difference is reported where it would be a problem. Elsewhere it is reported
    only if there is no difference in the other direction (``mirror``).
    """
    if isinstance(answer, Unsure):
        return hurts or isinstance(mirror, Yes)
    return isinstance(answer, No)


def verdict_of(answer: Answer, *, hurts: bool) -> DiffVerdict:
    """Breaking if there is a witness, risky if there is no proof, else compatible."""
    if not hurts:
        return DiffVerdict.COMPATIBLE
    return DiffVerdict.BREAKING if isinstance(answer, No) else DiffVerdict.RISKY


def witness_of(answer: Answer | None) -> Witness | None:
    """The witness of a ``No``; None for any other answer."""
    return Witness(answer.witness) if isinstance(answer, No) else None


_UNDECIDED = "cannot be compared"


def reason_of(answer: Answer) -> str:
    """Why an ``Unsure`` is not an answer, in words that do not claim a change for the worse."""
    if not isinstance(answer, Unsure):
        return ""
    if _UNDECIDED in answer.reason:
        return answer.reason
    return f"{_UNDECIDED}, because {answer.reason}"
