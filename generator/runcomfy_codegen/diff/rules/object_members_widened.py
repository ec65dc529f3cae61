"""Nested objects are accepted that were refused."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="object-members-widened",
    notices="Nested objects are accepted that were refused.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": {"type":'
        ' "string"}}, "required": ["path"]}}}'
    ),
    after=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": {"type":'
        ' "string"}}}}}'
    ),
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.MEMBERS, "more nested objects are accepted")


RULE = DiffRule(ABOUT, judge)
