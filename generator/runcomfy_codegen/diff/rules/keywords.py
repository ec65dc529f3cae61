"""Rules about keywords that change no set of values, and about unsupported keywords."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import (
    DefaultChanged,
    InformativeKeywordChanged,
    SampleChanged,
    SuggestionsChanged,
    TextsChanged,
    UnknownChange,
    UnsupportedKeywordChanged,
)
from ..compare.fingerprint import value_identity
from ..compare.wording import value_pair
from ..finding import DiffVerdict
from ..rule import RuleResult, diff_rule


@diff_rule(
    "server-default-changed",
    DefaultChanged,
    summary="The published default of an optional field changed.",
    why=(
        "Calls without the field are still accepted, and mean something else now. The "
        "client never sends defaults."
    ),
    before='{"properties": {"steps": {"type": "integer", "default": 30}}}',
    after='{"properties": {"steps": {"type": "integer", "default": 4}}}',
    advice="Send the field in calls that relied on the old default.",
)
def server_default_changed(fact: DefaultChanged) -> Iterator[RuleResult]:
    """Calls are still accepted, and mean something else."""
    old, new = value_pair(fact.old, fact.new)
    yield RuleResult(
        location=fact.location,
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
    summary="The sample of a required, media or prompt field changed.",
    why="Samples are only shown in documentation, and never sent.",
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
def sample_changed(fact: SampleChanged) -> Iterator[RuleResult]:
    """Samples are documentation."""
    old, new = value_pair(fact.old, fact.new)
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.DOCS_ONLY,
        message=f"the published sample changed: {old} → {new}",
        old=old,
        new=new,
        identity=(value_identity(fact.old), value_identity(fact.new)),
    )


@diff_rule(
    "suggestions-changed",
    SuggestionsChanged,
    summary=(
        "Other values are suggested: listed next to an alternative that accepts them "
        "anyway."
    ),
    why="The same values are accepted. Editors offer the listed ones.",
    before=(
        '{"properties": {"voice": {"anyOf": [{"enum": ["alto", "bass"]}, {"type": '
        '"string"}]}}}'
    ),
    after='{"properties": {"voice": {"type": "string"}}}',
    advice="Nothing needs to be done.",
)
def suggestions_changed(fact: SuggestionsChanged) -> Iterator[RuleResult]:
    """Suggestions are documentation."""
    changes = (
        f"without {fact.removed}" if fact.removed else "",
        f"also {fact.added}" if fact.added else "",
    )
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.DOCS_ONLY,
        message=f"other values are suggested: {', '.join(filter(None, changes))}",
        old=fact.removed,
        new=fact.added,
    )


@diff_rule(
    "texts-changed",
    TextsChanged,
    summary=(
        "Titles, descriptions, the messages of media rules or catalog facts (prices, "
        "categories, the type of the output) changed."
    ),
    why=(
        "Texts never decide which values are accepted. If the catalog says for the first "
        "time what a model makes, the class of its output lists only the fields of that "
        "kind. The model never sent the others, and they are None at run time; a type "
        "checker reports code that reads them. If the catalog says something else than "
        "before, the fields are reported as removed."
    ),
    before='{"properties": {"seed": {"type": "integer", "description": "Seed."}}}',
    after='{"properties": {"seed": {"type": "integer", "description": "The seed."}}}',
    advice="Nothing needs to be done.",
)
def texts_changed(fact: TextsChanged) -> Iterator[RuleResult]:
    """Texts are documentation."""
    what = " and ".join(fact.what)
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.DOCS_ONLY,
        message=f"{what} changed",
        new=what,
    )


@diff_rule(
    "deprecation-changed",
    InformativeKeywordChanged,
    summary="A field was marked as deprecated, or is no longer.",
    why="The server still accepts the field. A later change may remove it.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer", "deprecated": true}}}',
    advice="Plan for calls without the field.",
)
def deprecation_changed(fact: InformativeKeywordChanged) -> Iterator[RuleResult]:
    """An announcement; it refuses no value."""
    if fact.keyword == "deprecated":
        old, new = value_identity(fact.old), value_identity(fact.new)
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"deprecated: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


@diff_rule(
    "extension-changed",
    InformativeKeywordChanged,
    summary="A keyword that begins with `x-` was added, removed or changed.",
    why="Such keywords are hints for forms and pages. They refuse no value.",
    before='{"properties": {"seed": {"type": "integer", "x-order": 1}}}',
    after='{"properties": {"seed": {"type": "integer", "x-order": 2}}}',
    advice="Nothing needs to be done.",
)
def extension_changed(fact: InformativeKeywordChanged) -> Iterator[RuleResult]:
    """A keyword for forms and pages."""
    if fact.keyword.startswith("x-"):
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.DOCS_ONLY,
            message=f"{fact.keyword!r} changed",
            old=value_identity(fact.old),
            new=value_identity(fact.new),
        )


@diff_rule(
    "openness-changed",
    InformativeKeywordChanged,
    summary="`additionalProperties` of a whole input or output changed.",
    why=(
        "A generated input sends declared fields only, and a generated output keeps "
        "every member. Neither is affected."
    ),
    before='{"properties": {"seed": {"type": "integer"}}}',
    after=(
        '{"properties": {"seed": {"type": "integer"}}, "additionalProperties": '
        "false}"
    ),
    advice="Nothing needs to be done, unless you also write payloads by hand.",
)
def openness_changed(fact: InformativeKeywordChanged) -> Iterator[RuleResult]:
    """What the schema says about undeclared members."""
    if fact.keyword == "additionalProperties":
        old, new = value_identity(fact.old), value_identity(fact.new)
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"undeclared members: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


@diff_rule(
    "unjudged-keyword",
    UnsupportedKeywordChanged,
    summary="An unsupported keyword was added, removed or changed.",
    why=(
        "This tool does not know what the keyword means for callers, so the change is "
        "never called harmless."
    ),
    before='{"properties": {"size": {"type": "string"}}}',
    after='{"properties": {"size": {"type": "string", "contentEncoding": "base64"}}}',
    advice="Read the change, and approve it if it is harmless.",
)
def unjudged_keyword(fact: UnsupportedKeywordChanged) -> Iterator[RuleResult]:
    """Only a person can judge this change."""
    known = fact.new or fact.old
    assert known is not None
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.RISKY,
        message=f"{known.keyword!r} changed, with unknown effect",
        old=fact.old.value.text if fact.old else "",
        new=fact.new.value.text if fact.new else "",
        reason=f"the keyword {known.keyword!r} is not supported",
    )


@diff_rule(
    "unjudged-change",
    UnknownChange,
    summary="A published schema changed in a part that this tool does not understand.",
    why=(
        "No other rule reports a change here that callers must look at. A schema with "
        "unsupported keywords cannot be proved equal."
    ),
    before=(
        '{"properties": {"size": {"anyOf": [{"$ref": "#/$defs/size"}, {"type": '
        '"string"}]}}}'
    ),
    after=(
        '{"properties": {"size": {"anyOf": [{"$ref": "#/$defs/size"}, {"type": '
        '"integer"}]}}}'
    ),
    advice="Read the change, and approve it if it is harmless.",
)
def unjudged_change(fact: UnknownChange) -> Iterator[RuleResult]:
    """A change of the published JSON that no other fact explains."""
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.RISKY,
        message="the published schema changed here, with unknown effect",
        old=fact.old.text,
        new=fact.new.text,
        reason="this part of the schema has unsupported keywords",
    )


RULES = (
    server_default_changed,
    sample_changed,
    suggestions_changed,
    texts_changed,
    deprecation_changed,
    extension_changed,
    openness_changed,
    unjudged_keyword,
    unjudged_change,
)
