"""Rules about keywords that change no set of values, and about those that are not understood."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import (
    DefaultChanged,
    InformativeKeywordChanged,
    SampleChanged,
    TextsChanged,
    UnknownChange,
    UnsupportedKeywordChanged,
)
from ..compare.fingerprint import value_identity
from ..compare.wording import value_in_words
from ..finding import DiffVerdict
from ..rule import Judgement, diff_rule


@diff_rule(
    "server-default-changed",
    DefaultChanged,
    summary="The published default of an optional field differs.",
    why=(
        "Calls that leave the field out are still accepted, and now mean "
        "something else. Defaults are never sent by the client."
    ),
    before='{"properties": {"steps": {"type": "integer", "default": 30}}}',
    after='{"properties": {"steps": {"type": "integer", "default": 4}}}',
    advice="Give the field in calls that relied on the old default.",
)
def server_default_changed(fact: DefaultChanged) -> Iterator[Judgement]:
    """Judge another default; what is sent stays accepted, what it means does not."""
    old, new = value_in_words(fact.old), value_in_words(fact.new)
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.RISKY,
        message=f"the server's default changed: {old} → {new}",
        old=old,
        new=new,
        identity=(value_identity(fact.old), value_identity(fact.new)),
        reason="a call without the field means something else now",
    )


@diff_rule(
    "sample-changed",
    SampleChanged,
    summary="The sample of a required, media or prompt field differs.",
    why="Samples are shown, never sent.",
    before=(
        '{"properties": {"prompt": {"type": "string", "default": "a cat"}}, '
        '"required": ["prompt"]}'
    ),
    after=(
        '{"properties": {"prompt": {"type": "string", "default": "a dog"}}, '
        '"required": ["prompt"]}'
    ),
    advice="Nothing needs to be done.",
)
def sample_changed(fact: SampleChanged) -> Iterator[Judgement]:
    """Judge another sample."""
    old, new = value_in_words(fact.old), value_in_words(fact.new)
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.DOCS_ONLY,
        message=f"the published sample changed: {old} → {new}",
        old=old,
        new=new,
        identity=(value_identity(fact.old), value_identity(fact.new)),
    )


@diff_rule(
    "texts-changed",
    TextsChanged,
    summary="Titles, descriptions or the messages of media rules differ.",
    why="Texts never decide what is accepted.",
    before='{"properties": {"seed": {"type": "integer", "description": "Seed."}}}',
    after='{"properties": {"seed": {"type": "integer", "description": "The seed."}}}',
    advice="Nothing needs to be done.",
)
def texts_changed(fact: TextsChanged) -> Iterator[Judgement]:
    """Judge other texts."""
    what = " and ".join(fact.what)
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.DOCS_ONLY,
        message=f"{what} changed",
        new=what,
    )


@diff_rule(
    "deprecation-changed",
    InformativeKeywordChanged,
    summary="A field is published as deprecated, or no longer.",
    why="It is still accepted; a later change may remove it.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer", "deprecated": true}}}',
    advice="Plan for calls without the field.",
)
def deprecation_changed(fact: InformativeKeywordChanged) -> Iterator[Judgement]:
    """Judge an announcement: it refuses nothing."""
    if fact.keyword == "deprecated":
        old, new = value_identity(fact.old), value_identity(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"deprecated: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


@diff_rule(
    "extension-changed",
    InformativeKeywordChanged,
    summary="A keyword that begins with `x-` came, went or changed.",
    why="Such keywords are for forms and pages; they refuse nothing.",
    before='{"properties": {"seed": {"type": "integer", "x-order": 1}}}',
    after='{"properties": {"seed": {"type": "integer", "x-order": 2}}}',
    advice="Nothing needs to be done.",
)
def extension_changed(fact: InformativeKeywordChanged) -> Iterator[Judgement]:
    """Judge a keyword for forms and pages."""
    if fact.keyword.startswith("x-"):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.DOCS_ONLY,
            message=f"{fact.keyword!r} changed",
            old=value_identity(fact.old),
            new=value_identity(fact.new),
        )


@diff_rule(
    "openness-changed",
    InformativeKeywordChanged,
    summary="`additionalProperties` of an input or output as a whole differs.",
    why=(
        "A generated input sends declared fields only, and a generated output "
        "keeps every member that comes: neither notices."
    ),
    before='{"properties": {"seed": {"type": "integer"}}}',
    after=(
        '{"properties": {"seed": {"type": "integer"}}, "additionalProperties": '
        "false}"
    ),
    advice="Nothing needs to be done, unless payloads are also written by hand.",
)
def openness_changed(fact: InformativeKeywordChanged) -> Iterator[Judgement]:
    """Judge what is said of members that nobody declared."""
    if fact.keyword == "additionalProperties":
        old, new = value_identity(fact.old), value_identity(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"undeclared members: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


@diff_rule(
    "unjudged-keyword",
    UnsupportedKeywordChanged,
    summary="A keyword that is not understood came, went or changed.",
    why=(
        "Nobody can say here what it means for callers, so it is never called "
        "harmless."
    ),
    before='{"properties": {"size": {"type": "string"}}}',
    after='{"properties": {"size": {"type": "string", "contentEncoding": "base64"}}}',
    advice="Read the change; approve it if it is fine.",
)
def unjudged_keyword(fact: UnsupportedKeywordChanged) -> Iterator[Judgement]:
    """Judge a difference that only a person can."""
    known = fact.new or fact.old
    assert known is not None
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.RISKY,
        message=f"{known.keyword!r} changed, and cannot be judged",
        old=fact.old.value.text if fact.old else "",
        new=fact.new.value.text if fact.new else "",
        reason=f"the keyword {known.keyword!r} is not understood",
    )


@diff_rule(
    "unjudged-change",
    UnknownChange,
    summary="A published schema changed in a part that is not understood.",
    why=(
        "No other rule found a change that callers must look at, and a schema "
        "that is not understood to its last keyword proves nothing."
    ),
    before='{"properties": {"sizes": {"type": "array", "items": {"default": 1}}}}',
    after='{"properties": {"sizes": {"type": "array", "items": {"default": 2}}}}',
    advice="Read the change; approve it if it is fine.",
)
def unjudged_change(fact: UnknownChange) -> Iterator[Judgement]:
    """Judge a difference of what is published that no other fact explains."""
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.RISKY,
        message="what is published here changed, and cannot be judged",
        old=fact.old.text,
        new=fact.new.text,
        reason="not all that is published here is understood",
    )


RULES = (
    server_default_changed,
    sample_changed,
    texts_changed,
    deprecation_changed,
    extension_changed,
    openness_changed,
    unjudged_keyword,
    unjudged_change,
)
