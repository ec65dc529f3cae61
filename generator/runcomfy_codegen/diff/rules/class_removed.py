"""A class that code could name is no longer generated."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import ClassRemoved, Fact
from ..compare.fingerprint import type_identity
from ..finding import DiffVerdict, Lens
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="class-removed",
    notices="A nested object is no longer a generated class, or a class of another name.",
    why="Code that makes or names the class no longer imports, and does not type-check.",
    before=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": {"type":'
        ' "string"}}}}}'
    ),
    after='{"properties": {"lora": {"type": "object"}}}',
    instead="Use the new class, or the plain values where there is none any more.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a class that is gone."""
    if isinstance(fact, ClassRemoved):
        now = f"is called {fact.new!r} now" if fact.new else "is no longer generated"
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.BREAKING,
            message=f"the class {fact.old!r} {now}",
            lens=Lens.SOURCE,
            old=fact.old,
            new=fact.new,
            identity=(fact.old, f"{fact.new} {type_identity(fact.kind)}"),
        )


RULE = DiffRule(ABOUT, judge)
